package lab

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/utils/ptr"
)

func TestAServiceLeadsToItsReadyPodsByTheNameOfThePort(t *testing.T) {
	service := &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{
		{Name: "webhook", Port: 443, Protocol: corev1.ProtocolTCP},
		{Name: "metrics", Port: 8080, Protocol: corev1.ProtocolTCP},
		{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP},
	}}}
	endpoints := []*discoveryv1.EndpointSlice{{
		Ports: []discoveryv1.EndpointPort{
			{Name: ptr.To("webhook"), Port: ptr.To[int32](9443)}, {Name: ptr.To("metrics"), Port: ptr.To[int32](8080)},
			{Name: ptr.To("dns"), Port: ptr.To[int32](53)},
		},
		Endpoints: []discoveryv1.Endpoint{
			{Addresses: []string{"10.78.1.2"}},
			{Addresses: []string{"10.78.2.2"}, Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(false)}},
			{Addresses: []string{"10.78.3.2"}, Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(true)}},
		},
	}}
	for port, want := range map[int32][]string{
		443: {"10.78.1.2:9443", "10.78.3.2:9443"},
		53:  nil,
		80:  nil,
	} {
		if got := backendsOf(service, port, endpoints); !slices.Equal(got, want) {
			t.Errorf("port %d: %v, expected %v", port, got, want)
		}
	}
}
