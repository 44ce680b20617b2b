package loadbalancer

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
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
	others := map[string]bool{"203.0.113.1": true, "203.0.113.3": true}
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
	all := map[string]bool{}
	for last := 1; last <= most; last++ {
		all[fmt.Sprintf("%s%d", Nowhere.Prefix, last)] = true
	}
	if ingress, err := plan(balanced(""), all, Nowhere); err == nil {
		t.Errorf("a service more got %v", ingress)
	}
}

func TestAnAddressThatWasJustGivenIsTaken(t *testing.T) {
	given := types.NamespacedName{Namespace: "shop", Name: "given"}
	b := &balancer{given: map[types.NamespacedName]string{given: "203.0.113.1"}}
	if taken := b.taken(types.NamespacedName{Namespace: "shop", Name: "next"}, []*corev1.Service{balanced("203.0.113.2")}); len(taken) != 2 {
		t.Errorf("taken are %v", taken)
	}
	if taken := b.taken(given, nil); len(taken) != 0 {
		t.Errorf("its own is taken from it: %v", taken)
	}
}
