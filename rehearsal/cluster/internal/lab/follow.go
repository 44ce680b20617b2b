package lab

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/labels"
	"plumbline.dev/rehearsal/cluster/internal/manifests"
	"plumbline.dev/rehearsal/cluster/internal/nodes"
)

const realOnly = labels.Real + "=true"

// Join makes what the API server must hold for the lab's nodes, brings them into the conditions that these show until ctx ends, and returns
// when every node that is to be healthy is Ready.
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
	if err := l.followConditions(running, client); err != nil {
		return err
	}
	return l.awaitReady(ctx, client)
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
			if condition.Of(&node) != condition.Healthy || nodes.Usable(node) {
				good++
			}
		}
		return good == len(l.spec.Nodes), nil
	})
}
