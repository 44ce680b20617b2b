// Package loadbalancer gives every Service of type LoadBalancer an address, as a cloud's controller does.
package loadbalancer

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/utils/ptr"

	"plumbline.dev/rehearsal/cluster/internal/reconcile"
)

// Addresses are those that can be handed out: Prefix with 1 to 254 after it.
type Addresses struct {
	Prefix string
	// Mode says whether nodes may take a packet for such an address as one for the Service.
	Mode corev1.LoadBalancerIPMode
}

// Nowhere are addresses of TEST-NET-3 (RFC 5737), which is kept for examples. No packet is carried.
var Nowhere = Addresses{Prefix: "203.0.113.", Mode: corev1.LoadBalancerIPModeVIP}

// most is the last number after the prefix.
const most = 254

// balancer hands out addresses.
type balancer struct {
	client   kubernetes.Interface
	services corelisters.ServiceLister
	from     Addresses
	// given are the addresses that were handed out: the lister may not have seen the last of them yet.
	given map[types.NamespacedName]string
}

// Run hands out addresses until ctx ends. It returns when it has seen the Services that there are.
func Run(ctx context.Context, client kubernetes.Interface, from Addresses) error {
	factory := informers.NewSharedInformerFactory(client, 0)
	b := &balancer{client: client, services: factory.Core().V1().Services().Lister(), from: from, given: map[types.NamespacedName]string{}}
	loop := reconcile.New("load balancers", b.reconcile)
	if err := loop.Watch(factory.Core().V1().Services().Informer(), nil); err != nil {
		return err
	}
	factory.StartWithContext(ctx)
	factory.WaitForCacheSyncWithContext(ctx)
	loop.Start(ctx)
	return ctx.Err()
}

func (b *balancer) reconcile(ctx context.Context, key types.NamespacedName) error {
	service, err := b.services.Services(key.Namespace).Get(key.Name)
	if errors.IsNotFound(err) {
		delete(b.given, key)
		return nil
	}
	if err != nil {
		return err
	}
	all, err := b.services.List(labels.Everything())
	if err != nil {
		return err
	}
	ingress, err := plan(service, b.taken(key, all), b.from)
	if err != nil || equality.Semantic.DeepEqual(ingress, service.Status.LoadBalancer.Ingress) {
		return err
	}
	service = service.DeepCopy()
	service.Status.LoadBalancer.Ingress = ingress
	if _, err = b.client.CoreV1().Services(key.Namespace).UpdateStatus(ctx, service, metav1.UpdateOptions{}); err != nil {
		return err
	}
	delete(b.given, key)
	for _, address := range ingress {
		b.given[key] = address.IP
	}
	return nil
}

// taken are the addresses that Services have, as far as is seen, or were given; its own left out.
func (b *balancer) taken(own types.NamespacedName, all []*corev1.Service) map[string]bool {
	taken := map[string]bool{}
	for _, service := range all {
		if (types.NamespacedName{Namespace: service.Namespace, Name: service.Name}) == own {
			continue
		}
		for _, ingress := range service.Status.LoadBalancer.Ingress {
			taken[ingress.IP] = true
		}
	}
	for key, ip := range b.given {
		if key != own {
			taken[ip] = true
		}
	}
	return taken
}

// plan is what the Service's status should say: the address that it has, if that is one of these, else the lowest free one; none if it
// asks for none. A Service with a class is another balancer's, and keeps what that one says.
func plan(service *corev1.Service, taken map[string]bool, from Addresses) ([]corev1.LoadBalancerIngress, error) {
	if service.Spec.LoadBalancerClass != nil {
		return service.Status.LoadBalancer.Ingress, nil
	}
	if service.Spec.Type != corev1.ServiceTypeLoadBalancer || service.DeletionTimestamp != nil {
		return nil, nil
	}
	if has := service.Status.LoadBalancer.Ingress; len(has) > 0 && strings.HasPrefix(has[0].IP, from.Prefix) {
		return service.Status.LoadBalancer.Ingress, nil
	}
	for last := 1; last <= most; last++ {
		if ip := fmt.Sprintf("%s%d", from.Prefix, last); !taken[ip] {
			return []corev1.LoadBalancerIngress{{IP: ip, IPMode: ptr.To(from.Mode)}}, nil
		}
	}
	return nil, fmt.Errorf("all %d addresses of load balancers are taken", most)
}
