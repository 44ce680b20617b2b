package faults

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/labels"
	"plumbline.dev/rehearsal/cluster/internal/reconcile"
)

// reconcileNode has the node show what it suffers, from which its simulated kubelet, or what holds it if it is real, takes it.
func (c *controller) reconcileNode(ctx context.Context, key types.NamespacedName) error {
	node, err := c.nodes.Get(key.Name)
	if err != nil {
		return reconcile.UnlessGone(err)
	}
	all, err := c.all()
	if err != nil {
		return err
	}
	now := time.Now()
	is := suffered(node, all, now)
	if !shows(node, is) {
		// What a person has set on the node by the same means is theirs too, and stays when the fault is over.
		_, err := c.client.CoreV1().Nodes().Apply(ctx, shown(node, is), metav1.ApplyOptions{FieldManager: Manager, Force: true})
		if err != nil {
			return fmt.Errorf("node %s: %w", node.Name, err)
		}
	}
	if trouble := node.Annotations[labels.Trouble]; trouble != "" {
		return c.sayOn(ctx, node, all, now, isAnyType, trouble)
	}
	if !is.Drained {
		return nil
	}
	return c.drain(ctx, node, all, now)
}

// sayOn writes a message into the status of those faults on the node that last and are of a wanted type.
func (c *controller) sayOn(ctx context.Context, node *corev1.Node, all []*Fault, now time.Time, wanted func(Type) bool, message string) error {
	var errs []error
	for _, fault := range all {
		if !wanted(fault.Spec.Type) || !fault.lasts(now) || !fault.hits(node) {
			continue
		}
		object, err := c.faults.Get(fault.Name)
		if err != nil {
			errs = append(errs, reconcile.UnlessGone(err))
			continue
		}
		errs = append(errs, c.say(ctx, object.(*unstructured.Unstructured), Active, message, nil))
	}
	return errors.Join(errs...)
}

func isAnyType(Type) bool { return true }

func isDrain(of Type) bool { return of == Drain }

// shown is what the faults' manager sets on the node. What it does not name, and set before, the API server takes away.
func shown(node *corev1.Node, is condition.Condition) *applycore.NodeApplyConfiguration {
	// With its UID, a node that went in the meantime is not made again.
	config := applycore.Node(node.Name).WithUID(node.UID)
	if is == condition.Healthy {
		return config
	}
	config.WithAnnotations(map[string]string{labels.Condition: is.String()})
	if is.Dead {
		config.WithLabels(map[string]string{labels.Power: labels.PowerOff})
	}
	if is.Cut {
		config.WithLabels(map[string]string{labels.Network: labels.NetworkOff})
	}
	if is.Drained {
		config.WithSpec(applycore.NodeSpec().WithUnschedulable(true))
	}
	return config
}

// shows says whether the node shows that condition, so that nothing has to be set.
func shows(node *corev1.Node, is condition.Condition) bool {
	text, has := node.Annotations[labels.Condition]
	if is == condition.Healthy {
		return !has
	}
	set := condition.Of(node)
	return text == is.String() && (!is.Dead || set.Dead) && (!is.Cut || set.Cut) && (!is.Drained || node.Spec.Unschedulable)
}
