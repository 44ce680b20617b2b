package lab

import (
	"maps"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestOnlyLoadBalancersOfOursAreServed(t *testing.T) {
	service := func(kind corev1.ServiceType, ip string) *corev1.Service {
		made := &corev1.Service{Spec: corev1.ServiceSpec{Type: kind, ClusterIP: "10.96.7.7", Ports: []corev1.ServicePort{
			{Port: 443, Protocol: corev1.ProtocolTCP}, {Port: 53, Protocol: corev1.ProtocolUDP},
		}}}
		made.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: ip}}
		return made
	}
	for name, example := range map[string]struct {
		service *corev1.Service
		want    map[string]string
	}{
		"ours":               {service(corev1.ServiceTypeLoadBalancer, "127.77.5.1"), map[string]string{"127.77.5.1:443": "10.96.7.7:443"}},
		"another cluster's":  {service(corev1.ServiceTypeLoadBalancer, "127.77.50.1"), nil},
		"another balancer's": {service(corev1.ServiceTypeLoadBalancer, "192.0.2.1"), nil},
		"none any more":      {service(corev1.ServiceTypeClusterIP, "127.77.5.1"), nil},
		"gone":               {nil, nil},
	} {
		if got := fronts(example.service, "127.77.5."); !maps.Equal(got, example.want) {
			t.Errorf("%s: %v, expected %v", name, got, example.want)
		}
	}
}
