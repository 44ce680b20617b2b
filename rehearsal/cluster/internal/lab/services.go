package lab

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/utils/ptr"
)

// directory knows which pods stand behind the address of a Service. Nodes have kube-proxy for that; this process, which is on no node,
// has this, for the API server's calls to webhooks and aggregated APIs.
type directory struct {
	services corelisters.ServiceLister
	slices   discoverylisters.EndpointSliceLister
}

// followServices starts a directory that is kept until ctx ends, and returns it when it has seen what there is.
func followServices(ctx context.Context, client kubernetes.Interface) *directory {
	factory := informers.NewSharedInformerFactory(client, 0)
	d := &directory{services: factory.Core().V1().Services().Lister(), slices: factory.Discovery().V1().EndpointSlices().Lister()}
	factory.StartWithContext(ctx)
	factory.WaitForCacheSyncWithContext(ctx)
	return d
}

// resolve gives the address of a pod, by chance, for that of a Service.
func (d *directory) resolve(address string) (string, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return "", err
	}
	all, err := d.services.List(labels.Everything())
	if err != nil {
		return "", err
	}
	for _, service := range all {
		if service.Spec.ClusterIP != to.Addr().String() {
			continue
		}
		slices, err := d.slices.EndpointSlices(service.Namespace).List(labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: service.Name}))
		if err != nil {
			return "", err
		}
		backends := backendsOf(service, int32(to.Port()), slices)
		if len(backends) == 0 {
			return "", fmt.Errorf("no pod of Service %s/%s is ready on port %d", service.Namespace, service.Name, to.Port())
		}
		return backends[rand.IntN(len(backends))], nil
	}
	return "", fmt.Errorf("no Service has the address %s", to.Addr())
}

// backendsOf are the addresses that serve a TCP port of a Service.
func backendsOf(service *corev1.Service, number int32, slices []*discoveryv1.EndpointSlice) []string {
	var backends []string
	for _, port := range service.Spec.Ports {
		if port.Port != number || port.Protocol != corev1.ProtocolTCP {
			continue
		}
		for _, slice := range slices {
			for _, served := range slice.Ports {
				if ptr.Deref(served.Name, "") != port.Name || served.Port == nil {
					continue
				}
				for _, endpoint := range slice.Endpoints {
					if ptr.Deref(endpoint.Conditions.Ready, true) && len(endpoint.Addresses) > 0 {
						backends = append(backends, net.JoinHostPort(endpoint.Addresses[0], strconv.Itoa(int(*served.Port))))
					}
				}
			}
		}
	}
	return backends
}
