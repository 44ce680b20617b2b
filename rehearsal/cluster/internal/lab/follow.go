package lab

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"

	"plumbline.dev/rehearsal/cluster/internal/labels"
	"plumbline.dev/rehearsal/cluster/internal/manifests"
	"plumbline.dev/rehearsal/cluster/internal/nodes"
	"plumbline.dev/rehearsal/cluster/internal/reconcile"
)

const realOnly = labels.Real + "=true"

// Join makes what the API server must hold for the lab's nodes, follows their labels until ctx ends, and returns when every node that
// is not taken down by its labels is Ready.
func (l *Lab) Join(ctx, running context.Context, client kubernetes.Interface, custom dynamic.Interface, withSimulated bool) error {
	wanted, err := objects(withSimulated)
	if err != nil {
		return err
	}
	if err := manifests.Apply(ctx, custom, manager, wanted); err != nil {
		return err
	}
	l.services.Store(followServices(running, client))
	if err := l.removeOthers(ctx, client); err != nil {
		return err
	}
	if err := l.followLabels(running, client); err != nil {
		return err
	}
	return l.awaitReady(ctx, client)
}

// conditionOf is the condition that a node's labels ask for.
func conditionOf(node *corev1.Node) Condition {
	switch {
	case node.Labels[labels.Power] == labels.PowerOff:
		return Dead
	case node.Labels[labels.Network] == labels.NetworkOff:
		return Cut
	default:
		return Running
	}
}

// followLabels brings nodes into the condition that their labels ask for, each time that it changes.
func (l *Lab) followLabels(ctx context.Context, client kubernetes.Interface) error {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTweakListOptions(func(options *metav1.ListOptions) {
		options.LabelSelector = realOnly
	}))
	lister := factory.Core().V1().Nodes().Lister()
	now := map[string]Condition{}
	for _, node := range l.spec.Nodes {
		now[node.Name] = Running
	}
	loop := reconcile.New("real nodes", func(_ context.Context, key types.NamespacedName) error {
		node, err := lister.Get(key.Name)
		if err != nil {
			return reconcile.UnlessGone(err)
		}
		condition := conditionOf(node)
		if before, ours := now[key.Name]; !ours || before == condition {
			return nil
		}
		if err := l.set(key.Name, condition); err != nil {
			return err
		}
		now[key.Name] = condition
		return nil
	})
	if err := loop.Watch(factory.Core().V1().Nodes().Informer(), nil); err != nil {
		return err
	}
	factory.StartWithContext(ctx)
	factory.WaitForCacheSyncWithContext(ctx)
	loop.Start(ctx)
	return ctx.Err()
}

// removeOthers takes away the real nodes of an earlier description.
func (l *Lab) removeOthers(ctx context.Context, client kubernetes.Interface) error {
	there, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: realOnly})
	if err != nil {
		return fmt.Errorf("the real nodes cannot be listed: %w", err)
	}
	for _, node := range there.Items {
		if !l.has(node.Name) {
			if err := client.CoreV1().Nodes().Delete(ctx, node.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
				return err
			}
		}
	}
	return nil
}

func (l *Lab) has(name string) bool {
	for _, node := range l.spec.Nodes {
		if node.Name == name {
			return true
		}
	}
	return false
}

// awaitReady returns when every node is Ready and takes pods. A node that has to be started twice for that is an error.
func (l *Lab) awaitReady(ctx context.Context, client kubernetes.Interface) error {
	return wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		there, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: realOnly})
		if err != nil {
			return false, err
		}
		if err := l.brokenNode(); err != nil {
			return false, err
		}
		good := 0
		for _, node := range there.Items {
			if conditionOf(&node) != Running || nodes.Usable(node) {
				good++
			}
		}
		return good == len(l.spec.Nodes), nil
	})
}
