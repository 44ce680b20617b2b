package metrics

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	discoverycache "k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/cache"
)

// firstList is how long the first request for a kind waits for the objects that there are.
const firstList = 5 * time.Second

// objects finds the metadata of objects of any kind. A kind is watched from the first request for it on.
type objects struct {
	lifetime context.Context
	mapper   meta.RESTMapper
	factory  metadatainformer.SharedInformerFactory
}

// object is what is known of one: its metadata, and how others refer to it.
type object struct {
	metav1.Object
	reference corev1.ObjectReference
}

func newObjects(ctx context.Context, config *rest.Config) (*objects, error) {
	finder, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &objects{
		lifetime: ctx,
		mapper:   restmapper.NewDeferredDiscoveryRESTMapper(discoverycache.NewMemCacheClient(finder)),
		factory:  metadatainformer.NewSharedInformerFactory(client, 0),
	}, nil
}

// list returns the objects of a resource, such as "services" or "deployments.apps", in the namespace; without one, of the cluster.
func (o *objects) list(ctx context.Context, resource, namespace string) ([]object, error) {
	kind, informer, err := o.watch(ctx, schema.ParseGroupResource(resource))
	if err != nil {
		return nil, err
	}
	var found []object
	err = cache.ListAllByNamespace(informer.GetIndexer(), namespace, labels.Everything(), func(item any) {
		metadata, ok := item.(*metav1.PartialObjectMetadata)
		if !ok {
			return
		}
		found = append(found, object{Object: metadata, reference: corev1.ObjectReference{
			APIVersion: kind.GroupVersion().String(), Kind: kind.Kind,
			Namespace: metadata.Namespace, Name: metadata.Name, UID: metadata.UID,
		}})
	})
	return found, err
}

func (o *objects) watch(ctx context.Context, resource schema.GroupResource) (schema.GroupVersionKind, cache.SharedIndexInformer, error) {
	kind, err := o.mapper.KindFor(resource.WithVersion(""))
	if meta.IsNoMatchError(err) {
		return kind, nil, notFound(fmt.Sprintf("the cluster has no resource %s", resource))
	}
	if err != nil {
		return kind, nil, err
	}
	mapping, err := o.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return kind, nil, err
	}
	informer := o.factory.ForResource(mapping.Resource).Informer()
	o.factory.Start(o.lifetime.Done())
	ctx, cancel := context.WithTimeout(ctx, firstList)
	defer cancel()
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return kind, nil, apierrors.NewTimeoutError(fmt.Sprintf("%s cannot be listed yet", resource), int(firstList.Seconds()))
	}
	return kind, informer, nil
}
