// Package controller releases new revisions of programs, blue-green or as canaries, and goes back by itself. What it decides is in
// internal/plan.
package controller

import (
	"context"
	"net/http"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"plumbline.dev/delivery/controller/api"
)

// Manager is the name under which the controller writes, and tells events.
const Manager = "plumbline-release"

// atOnce is how many releases are worked on at the same time.
const atOnce = 8

// What is watched besides releases. Of Deployments and pods there may be very many that are nobody's revision.
var (
	deployments = appsv1.SchemeGroupVersion.WithKind("Deployment")
	pods        = corev1.SchemeGroupVersion.WithKind("Pod")
	services    = corev1.SchemeGroupVersion.WithKind("Service")
)

// firstRetry and lastRetry bound the pause before what failed is tried again: while a release is under way, minutes are too long.
const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 10 * time.Second
)

// Options are what differs from place to place.
type Options struct {
	// Prometheus answers analyses; nil if there is none.
	Prometheus Prometheus
	// Address is where to answer for /metrics, /healthz and /readyz; "0" is nowhere.
	Address string
	// LeaderElection says that others may run as well; Namespace is of the Lease by which they agree, and may be left out in a pod.
	LeaderElection          bool
	LeaderElectionNamespace string
}

// Run works until ctx ends. The definition must be established.
func Run(ctx context.Context, config *rest.Config, options Options) error {
	// Else the library writes a complaint to stderr.
	ctrl.SetLogger(klog.Background())
	ofRevisions, err := labels.Parse(api.RevisionLabel)
	if err != nil {
		return err
	}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Metrics:                       metricsserver.Options{BindAddress: options.Address, ExtraHandlers: healthHandlers()},
		HealthProbeBindAddress:        "0",
		LeaderElection:                options.LeaderElection,
		LeaderElectionID:              Manager,
		LeaderElectionNamespace:       options.LeaderElectionNamespace,
		LeaderElectionReleaseOnCancel: true,
		Cache: cache.Options{ByObject: map[client.Object]cache.ByObject{
			metadataOf(deployments): {Label: ofRevisions},
			metadataOf(pods):        {Label: ofRevisions},
		}},
	})
	if err != nil {
		return err
	}
	answered := make(chan event.GenericEvent, 64)
	r := &reconciler{
		// What is decided from must not be older than what was decided before: nothing is read from a cache.
		reader:   manager.GetAPIReader(),
		client:   client.WithFieldOwner(manager.GetClient(), Manager),
		recorder: manager.GetEventRecorder(Manager),
		measurer: newMeasurer(options.Prometheus, answered),
		now:      time.Now,
	}
	// Caches only tell that something changed, and hold no more than names and labels.
	err = ctrl.NewControllerManagedBy(manager).Named(Manager).
		WatchesMetadata(metadataOf(api.Kind), &handler.EnqueueRequestForObject{}).
		WatchesMetadata(metadataOf(deployments), handler.EnqueueRequestsFromMapFunc(releaseOf)).
		WatchesMetadata(metadataOf(pods), handler.EnqueueRequestsFromMapFunc(releaseOf)).
		WatchesMetadata(metadataOf(services), handler.EnqueueRequestsFromMapFunc(r.releasesBeside)).
		WatchesRawSource(source.Channel(answered, &handler.EnqueueRequestForObject{})).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: atOnce,
			SkipNameValidation:      new(true),
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry),
		}).
		Complete(r)
	if err != nil {
		return err
	}
	return manager.Start(ctx)
}

// healthHandlers answer as long as the process does. One that does not lead is ready too: it stands by.
func healthHandlers() map[string]http.Handler {
	well := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	return map[string]http.Handler{"/healthz": well, "/readyz": well}
}

func metadataOf(kind schema.GroupVersionKind) *metav1.PartialObjectMetadata {
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(kind)
	return object
}

// releaseOf finds the release of a Deployment or a pod.
func releaseOf(_ context.Context, object client.Object) []reconcile.Request {
	name := object.GetAnnotations()[api.ReleaseAnnotation]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: name}}}
}

// releasesBeside are all in the Service's namespace: each of them may wait for it, or be selected by it.
func (r *reconciler) releasesBeside(ctx context.Context, service client.Object) []reconcile.Request {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(api.Kind)
	if err := r.client.List(ctx, list, client.InNamespace(service.GetNamespace())); err != nil {
		klog.ErrorS(err, "the releases beside a Service cannot be listed", "service", klog.KObj(service))
	}
	var found []reconcile.Request
	for _, release := range list.Items {
		found = append(found, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&release)})
	}
	return found
}
