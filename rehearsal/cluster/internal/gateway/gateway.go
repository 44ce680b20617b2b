// Package gateway stands in for an implementation of the Gateway API: it answers as one does, in the status of the objects, and carries
// no traffic.
package gateway

import (
	"context"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"

	"plumbline.dev/rehearsal/cluster/internal/reconcile"
	"plumbline.dev/rehearsal/cluster/internal/standin"
)

// Controller is the name by which a GatewayClass chooses this stand-in.
const Controller = "plumbline.dev/rehearsal-gateway"

// Definition is the CustomResourceDefinition without which there is nothing to do.
const Definition = "gateways.gateway.networking.k8s.io"

var (
	classes  = resource("gatewayclasses")
	gateways = resource("gateways")
	routes   = resource("httproutes")
)

func resource(plural string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: plural}
}

// standIn answers for every class that chose it.
type standIn struct {
	client   dynamic.Interface
	classes  cache.GenericLister
	gateways cache.GenericLister
	routes   cache.GenericLister
	services corelisters.ServiceLister
}

// Run answers until ctx ends. The definitions must be established. It returns when it has seen what there is.
func Run(ctx context.Context, client dynamic.Interface, typed kubernetes.Interface) error {
	custom := dynamicinformer.NewDynamicSharedInformerFactory(client, 0)
	core := informers.NewSharedInformerFactory(typed, 0)
	s := &standIn{
		client:   client,
		classes:  custom.ForResource(classes).Lister(),
		gateways: custom.ForResource(gateways).Lister(),
		routes:   custom.ForResource(routes).Lister(),
		services: core.Core().V1().Services().Lister(),
	}
	// What one object's status says depends on the others, there are few of them, and a status that is right is not written: so any
	// change has all of them looked at.
	loop := reconcile.New("gateways", func(ctx context.Context, _ types.NamespacedName) error { return s.all(ctx) })
	one := func(metav1.Object) (types.NamespacedName, bool) { return types.NamespacedName{Name: "all"}, true }
	for _, informer := range []cache.SharedIndexInformer{
		custom.ForResource(classes).Informer(), custom.ForResource(gateways).Informer(),
		custom.ForResource(routes).Informer(), core.Core().V1().Services().Informer(),
	} {
		if err := loop.Watch(informer, one); err != nil {
			return err
		}
	}
	custom.Start(ctx.Done())
	core.Start(ctx.Done())
	custom.WaitForCacheSync(ctx.Done())
	core.WaitForCacheSync(ctx.Done())
	loop.Start(ctx)
	return ctx.Err()
}

func (s *standIn) all(ctx context.Context) error {
	mine := map[string]bool{}
	for _, class := range list(s.classes) {
		if controller, _, _ := unstructured.NestedString(class.Object, "spec", "controllerName"); controller != Controller {
			continue
		}
		mine[class.GetName()] = true
		if err := standin.SetStatus(ctx, s.client, classes, class, classStatus(class)); err != nil {
			return err
		}
	}
	routesNow := list(s.routes)
	byName := map[types.NamespacedName]*unstructured.Unstructured{}
	for _, gateway := range list(s.gateways) {
		if class, _, _ := unstructured.NestedString(gateway.Object, "spec", "gatewayClassName"); !mine[class] {
			continue
		}
		byName[types.NamespacedName{Namespace: gateway.GetNamespace(), Name: gateway.GetName()}] = gateway
		if err := standin.SetStatus(ctx, s.client, gateways, gateway, gatewayStatus(gateway, routesNow)); err != nil {
			return err
		}
	}
	for _, route := range routesNow {
		status := routeStatus(route, byName, s.hasService)
		if err := standin.SetStatus(ctx, s.client, routes, route, status); err != nil {
			return err
		}
	}
	return nil
}

func (s *standIn) hasService(namespace, name string) bool {
	_, err := s.services.Services(namespace).Get(name)
	return !errors.IsNotFound(err)
}

func list(lister cache.GenericLister) []*unstructured.Unstructured {
	objects, _ := lister.List(labels.Everything())
	found := make([]*unstructured.Unstructured, 0, len(objects))
	for _, object := range objects {
		if one, ok := object.(*unstructured.Unstructured); ok {
			found = append(found, one)
		}
	}
	return found
}
