package lab

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"

	"plumbline.dev/rehearsal/cluster/internal/loadbalancer"
	"plumbline.dev/rehearsal/cluster/internal/reconcile"
)

// Addresses are those of the cluster's load balancers: on the machine's own loopback network, where nobody else reaches them. The third
// number is the cluster's, so that two clusters seldom have the same.
func (l *Lab) Addresses() loadbalancer.Addresses {
	sum := sha256.Sum256([]byte(l.spec.Cgroup))
	// A node that sees such an address must not take it for its own loopback's.
	return loadbalancer.Addresses{Prefix: fmt.Sprintf("127.77.%d.", sum[0]), Mode: corev1.LoadBalancerIPModeProxy}
}

// forwarder listens where load balancers are, and carries what comes to the pods behind them.
type forwarder struct {
	lab    *Lab
	prefix string

	mu sync.Mutex
	// open are the listeners, by Service and address.
	open map[types.NamespacedName]map[string]net.Listener
}

// Forward serves the TCP ports of Services of type LoadBalancer at their addresses, until ctx ends. It returns when it has seen the
// Services that there are. Join has to come first.
func (l *Lab) Forward(ctx context.Context, client kubernetes.Interface) error {
	f := &forwarder{lab: l, prefix: l.Addresses().Prefix, open: map[types.NamespacedName]map[string]net.Listener{}}
	factory := informers.NewSharedInformerFactory(client, 0)
	lister := factory.Core().V1().Services().Lister()
	loop := reconcile.New("forwarders", func(ctx context.Context, key types.NamespacedName) error {
		service, err := lister.Services(key.Namespace).Get(key.Name)
		if err != nil {
			service = nil
		}
		return errors.Join(reconcile.UnlessGone(err), f.serve(ctx, key, fronts(service, f.prefix)))
	})
	if err := loop.Watch(factory.Core().V1().Services().Informer(), nil); err != nil {
		return err
	}
	factory.StartWithContext(ctx)
	factory.WaitForCacheSyncWithContext(ctx)
	loop.Start(ctx)
	context.AfterFunc(ctx, f.closeAll)
	return ctx.Err()
}

// fronts are the addresses at which a Service is to be served, with the address inside the lab for each.
func fronts(service *corev1.Service, prefix string) map[string]string {
	wanted := map[string]string{}
	if service == nil || service.Spec.Type != corev1.ServiceTypeLoadBalancer {
		return wanted
	}
	for _, ingress := range service.Status.LoadBalancer.Ingress {
		for _, port := range service.Spec.Ports {
			if number := strconv.Itoa(int(port.Port)); strings.HasPrefix(ingress.IP, prefix) && port.Protocol == corev1.ProtocolTCP {
				wanted[net.JoinHostPort(ingress.IP, number)] = net.JoinHostPort(service.Spec.ClusterIP, number)
			}
		}
	}
	return wanted
}

// serve opens and closes listeners until those of the Service are the wanted ones.
func (f *forwarder) serve(ctx context.Context, key types.NamespacedName, wanted map[string]string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open[key] == nil {
		f.open[key] = map[string]net.Listener{}
	}
	maps.DeleteFunc(f.open[key], func(address string, listener net.Listener) bool {
		_, stays := wanted[address]
		if !stays {
			listener.Close()
		}
		return !stays
	})
	var errs []error
	for address, inside := range wanted {
		if f.open[key][address] != nil || ctx.Err() != nil {
			continue
		}
		listener, err := net.Listen("tcp4", address)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		f.open[key][address] = listener
		go f.accept(ctx, listener, inside)
	}
	return errors.Join(errs...)
}

func (f *forwarder) accept(ctx context.Context, listener net.Listener, inside string) {
	dial := dialer{network: f.lab.network, services: &f.lab.services}.dial
	for {
		here, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			there, err := dial(ctx, inside)
			if err != nil {
				here.Close()
				return
			}
			pipe(here, there)
		}()
	}
}

func (f *forwarder) closeAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, listeners := range f.open {
		for _, listener := range listeners {
			listener.Close()
		}
	}
}
