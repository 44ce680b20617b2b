package loadbalancer

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

func balanced(ip string) *corev1.Service {
	service := &corev1.Service{Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer}}
	if ip != "" {
		service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: ip}}
	}
	return service
}

func TestPlan(t *testing.T) {
	others := []*corev1.Service{balanced("203.0.113.1"), balanced("203.0.113.3")}
	internal := balanced("203.0.113.9")
	internal.Spec.Type = corev1.ServiceTypeClusterIP
	elsewhere := balanced("")
	elsewhere.Spec.LoadBalancerClass = ptr.To("example.com/other")
	for name, example := range map[string]struct {
		service *corev1.Service
		want    string
	}{
		"the lowest free address": {balanced(""), "203.0.113.2"},
		"the one that it has":     {balanced("203.0.113.7"), "203.0.113.7"},
		"another range's":         {balanced("127.77.5.1"), "203.0.113.2"},
		"none any more":           {internal, ""},
		"another balancer's":      {elsewhere, ""},
	} {
		ingress, err := plan(example.service, others, Nowhere)
		got := ""
		if len(ingress) > 0 {
			got = ingress[0].IP
		}
		if err != nil || got != example.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, example.want)
		}
	}
}

func TestAddressesEnd(t *testing.T) {
	var all []*corev1.Service
	for last := 1; last <= most; last++ {
		all = append(all, balanced(fmt.Sprintf("%s%d", Nowhere.Prefix, last)))
	}
	if ingress, err := plan(balanced(""), all, Nowhere); err == nil {
		t.Errorf("a service more got %v", ingress)
	}
}
