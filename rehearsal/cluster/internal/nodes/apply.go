package nodes

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/config"
	"plumbline.dev/rehearsal/cluster/internal/labels"
)

// Apply makes the simulated nodes those of the description. A node that is wanted no more goes, with its pods, as when a machine is
// taken away.
func Apply(ctx context.Context, client kubernetes.Interface, cluster config.Cluster) error {
	there, err := list(ctx, client)
	if err != nil {
		return err
	}
	api := client.CoreV1().Nodes()
	plan := Make(cluster, there)
	var errs []error
	for _, node := range plan.Create {
		_, err := api.Create(ctx, node, metav1.CreateOptions{})
		errs = append(errs, err)
	}
	for _, node := range plan.Update {
		updated, err := api.Update(ctx, node, metav1.UpdateOptions{})
		if err == nil {
			updated.Status.Capacity, updated.Status.Allocatable = node.Status.Capacity, node.Status.Allocatable
			_, err = api.UpdateStatus(ctx, updated, metav1.UpdateOptions{})
		}
		errs = append(errs, err)
	}
	for _, name := range plan.Delete {
		if err := api.Delete(ctx, name, metav1.DeleteOptions{}); !apierrors.IsNotFound(err) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("the simulated nodes cannot be made: %w", err)
	}
	return nil
}

// WaitReady returns when every simulated node that has power and network is Ready and takes pods.
func WaitReady(ctx context.Context, client kubernetes.Interface) error {
	return wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		there, err := list(ctx, client)
		if err != nil {
			return false, err
		}
		for _, node := range there {
			if is := condition.Of(&node); !is.Dead && !is.Cut && !Usable(node) {
				return false, nil
			}
		}
		return true, nil
	})
}

func list(ctx context.Context, client kubernetes.Interface) ([]corev1.Node, error) {
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: labels.Simulated + "=true"})
	if err != nil {
		return nil, fmt.Errorf("the simulated nodes cannot be listed: %w", err)
	}
	return nodes.Items, nil
}

// Usable says whether a node is Ready and takes pods.
func Usable(node corev1.Node) bool {
	for _, taint := range node.Spec.Taints {
		if taint.Key == corev1.TaintNodeNotReady || taint.Key == corev1.TaintNodeUnreachable {
			return false
		}
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
