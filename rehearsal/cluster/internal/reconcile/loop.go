// Package reconcile brings objects to what they should be, each time that something about them changes.
package reconcile

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

// firstRetry and lastRetry bound the pause before an object that could not be reconciled is tried again.
const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 10 * time.Second
)

// Func brings one object, which may be gone, to what it should be. An error has it called again after a pause.
type Func func(ctx context.Context, key types.NamespacedName) error

// Loop calls a Func for every key that was touched since the last call for it, one key after another.
type Loop struct {
	name  string
	do    Func
	queue workqueue.TypedRateLimitingInterface[types.NamespacedName]
}

// New makes a loop; its name is for the log.
func New(name string, do Func) *Loop {
	limiter := workqueue.NewTypedItemExponentialFailureRateLimiter[types.NamespacedName](firstRetry, lastRetry)
	return &Loop{name: name, do: do, queue: workqueue.NewTypedRateLimitingQueue(limiter)}
}

// Touch has the key reconciled soon.
func (l *Loop) Touch(key types.NamespacedName) { l.queue.Add(key) }

// TouchAfter has the key reconciled when the time has passed.
func (l *Loop) TouchAfter(key types.NamespacedName, after time.Duration) {
	l.queue.AddAfter(key, after)
}

// Watch touches the key of every object that the informer sees change. KeyOf says which; without it, it is the object's own.
func (l *Loop) Watch(informer cache.SharedIndexInformer, keyOf func(object metav1.Object) (types.NamespacedName, bool)) error {
	touch := func(object any) {
		if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = gone.Obj
		}
		accessor, err := meta.Accessor(object)
		if err != nil {
			return
		}
		key, wanted := types.NamespacedName{Namespace: accessor.GetNamespace(), Name: accessor.GetName()}, true
		if keyOf != nil {
			key, wanted = keyOf(accessor)
		}
		if wanted {
			l.Touch(key)
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    touch,
		UpdateFunc: func(_, object any) { touch(object) },
		DeleteFunc: touch,
	})
	return err
}

// Start works until ctx ends.
func (l *Loop) Start(ctx context.Context) {
	context.AfterFunc(ctx, l.queue.ShutDown)
	go func() {
		for l.next(ctx) {
		}
	}()
}

func (l *Loop) next(ctx context.Context) bool {
	key, ended := l.queue.Get()
	if ended {
		return false
	}
	defer l.queue.Done(key)
	if err := l.do(ctx, key); err != nil && ctx.Err() == nil {
		klog.V(1).InfoS("to be tried again", "loop", l.name, "object", key, "error", err)
		l.queue.AddRateLimited(key)
		return true
	}
	l.queue.Forget(key)
	return true
}
