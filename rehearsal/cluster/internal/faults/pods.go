package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	kubectldrain "k8s.io/kubectl/pkg/drain"
	"k8s.io/utils/ptr"
)

// alive are the pods that a pod-kill can kill.
func (c *controller) alive(ctx context.Context, wanted *Pods) ([]corev1.Pod, error) {
	list, err := c.client.CoreV1().Pods(wanted.Namespace).List(ctx, metav1.ListOptions{LabelSelector: wanted.Selector})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool {
		return pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
	}), nil
}

// choose chooses all of the pods, or one at random.
func choose(pods []corev1.Pod, all bool) []Victim {
	var chosen []Victim
	for _, pod := range pods {
		chosen = append(chosen, Victim{Name: pod.Name, UID: pod.UID})
	}
	if all || len(chosen) == 0 {
		return chosen
	}
	at := rand.IntN(len(chosen))
	return chosen[at : at+1]
}

// kill kills the chosen pods without grace. They were written down before, by their UIDs, so that a second try kills no others.
func (c *controller) kill(ctx context.Context, seen *unstructured.Unstructured, fault *Fault) error {
	var killed []string
	for _, victim := range fault.Status.Victims {
		err := c.client.CoreV1().Pods(fault.Spec.Pods.Namespace).Delete(ctx, victim.Name, metav1.DeleteOptions{
			GracePeriodSeconds: ptr.To[int64](0), Preconditions: metav1.NewUIDPreconditions(string(victim.UID)),
		})
		if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
			return fmt.Errorf("pod %s: %w", victim.Name, err)
		}
		killed = append(killed, victim.Name)
	}
	message := "killed " + strings.Join(killed, ", ")
	c.tell(fault, corev1.EventTypeNormal, "Killed", message)
	return c.say(ctx, seen, Over, message, nil)
}

// evictionPause is the time between two tries to evict what a disruption budget holds back.
const evictionPause = 2 * time.Second

// drain evicts what a drain of kubectl evicts, as far as disruption budgets allow now, and comes back until nothing is left.
func (c *controller) drain(ctx context.Context, node *corev1.Node, all []*Fault, now time.Time) error {
	helper := &kubectldrain.Helper{
		Ctx: ctx, Client: c.client, Force: true, IgnoreAllDaemonSets: true, DeleteEmptyDirData: true, Out: io.Discard, ErrOut: io.Discard,
	}
	leaving, errs := helper.GetPodsForDeletion(node.Name)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var held []string
	for _, pod := range leaving.Pods() {
		if pod.DeletionTimestamp != nil {
			continue
		}
		err := c.evict(ctx, pod)
		switch {
		case apierrors.IsTooManyRequests(err):
			held = append(held, pod.Namespace+"/"+pod.Name)
		case err != nil && !apierrors.IsNotFound(err):
			return fmt.Errorf("pod %s/%s: %w", pod.Namespace, pod.Name, err)
		}
	}
	if len(leaving.Pods()) > 0 {
		c.everyNode.TouchAfter(types.NamespacedName{Name: node.Name}, evictionPause)
	}
	return c.sayOn(ctx, node, all, now, isDrain, drained(len(leaving.Pods()), held))
}

// evict asks once. The client would wait for as long as the API server says, and nothing else would be looked at in the meantime.
func (c *controller) evict(ctx context.Context, pod corev1.Pod) error {
	eviction := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace}}
	return c.client.PolicyV1().RESTClient().Post().AbsPath("/api/v1").Namespace(pod.Namespace).Resource("pods").Name(pod.Name).
		SubResource("eviction").MaxRetries(0).Body(eviction).Do(ctx).Error()
}

// drained tells how far a drain is.
func drained(left int, held []string) string {
	switch {
	case left == 0:
		return "every pod that can be evicted has left"
	case len(held) == 0:
		return fmt.Sprintf("%d pods are leaving", left)
	default:
		slices.Sort(held)
		return fmt.Sprintf("%d pods are leaving; held back by a disruption budget: %s", left-len(held), strings.Join(held, ", "))
	}
}
