package lab

import (
	"context"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/labels"
	"plumbline.dev/rehearsal/cluster/internal/reconcile"
)

// followConditions brings nodes into the condition that they show, each time that it changes, and has them show what could not be done.
func (l *Lab) followConditions(ctx context.Context, client kubernetes.Interface) error {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTweakListOptions(func(options *metav1.ListOptions) {
		options.LabelSelector = realOnly
	}))
	lister := factory.Core().V1().Nodes().Lister()
	now := map[string]condition.Condition{}
	loop := reconcile.New("real nodes", func(ctx context.Context, key types.NamespacedName) error {
		node, err := lister.Get(key.Name)
		if err != nil {
			return reconcile.UnlessGone(err)
		}
		if !l.has(key.Name) {
			return nil
		}
		// Nodes start healthy, which is what the map has of those that it does not know yet.
		if wanted := condition.Of(node); now[key.Name] != wanted {
			if err := l.set(key.Name, wanted); err != nil {
				return err
			}
			now[key.Name] = wanted
		}
		return l.showTrouble(ctx, client, node)
	})
	if err := loop.Watch(factory.Core().V1().Nodes().Informer(), nil); err != nil {
		return err
	}
	l.conditions.Store(loop)
	factory.StartWithContext(ctx)
	factory.WaitForCacheSyncWithContext(ctx)
	loop.Start(ctx)
	return ctx.Err()
}

// showTrouble has the node show why it could not be brought into its condition, if it could not.
func (l *Lab) showTrouble(ctx context.Context, client kubernetes.Interface, node *corev1.Node) error {
	l.mu.Lock()
	trouble := l.trouble[node.Name]
	l.mu.Unlock()
	if node.Annotations[labels.Trouble] == trouble {
		return nil
	}
	annotation := map[string]any{labels.Trouble: nil}
	if trouble != "" {
		annotation[labels.Trouble] = trouble
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotation}})
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Nodes().Patch(ctx, node.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	return reconcile.UnlessGone(err)
}
