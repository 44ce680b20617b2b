package faults

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	selection "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"

	"plumbline.dev/rehearsal/cluster/internal/reconcile"
	"plumbline.dev/rehearsal/cluster/internal/standin"
)

// Manager owns, in the API server's eyes, what faults set on nodes.
const Manager = "plumbline-faults"

// controller brings nodes and pods to what the faults say.
type controller struct {
	client kubernetes.Interface
	custom dynamic.Interface
	faults cache.GenericLister
	nodes  corelisters.NodeLister
	events record.EventRecorder

	everyFault *reconcile.Loop
	everyNode  *reconcile.Loop
}

// Run works until ctx ends. The definition must be established. It returns when it has seen what there is.
func Run(ctx context.Context, custom dynamic.Interface, client kubernetes.Interface) error {
	builtIn := informers.NewSharedInformerFactory(client, 0)
	ours := dynamicinformer.NewDynamicSharedInformerFactory(custom, 0)
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	broadcaster.StartRecordingToSink(&corev1client.EventSinkImpl{Interface: client.CoreV1().Events("")})
	c := &controller{
		client: client,
		custom: custom,
		faults: ours.ForResource(resources).Lister(),
		nodes:  builtIn.Core().V1().Nodes().Lister(),
		events: broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: Manager}),
	}
	c.everyFault = reconcile.New("faults", c.reconcileFault)
	c.everyNode = reconcile.New("nodes under faults", c.reconcileNode)
	if err := errors.Join(
		c.everyFault.Watch(ours.ForResource(resources).Informer(), nil),
		c.everyNode.Watch(builtIn.Core().V1().Nodes().Informer(), nil),
	); err != nil {
		return err
	}
	ours.Start(ctx.Done())
	builtIn.StartWithContext(ctx)
	ours.WaitForCacheSync(ctx.Done())
	builtIn.WaitForCacheSyncWithContext(ctx)
	c.everyFault.Start(ctx)
	c.everyNode.Start(ctx)
	return ctx.Err()
}

// reconcileFault begins a fault, ends it at its end, and has the nodes looked at each time that one has changed.
func (c *controller) reconcileFault(ctx context.Context, key types.NamespacedName) error {
	object, err := c.faults.Get(key.Name)
	if err != nil {
		return errors.Join(reconcile.UnlessGone(err), c.touchNodes())
	}
	seen := object.(*unstructured.Unstructured)
	fault, err := decode(seen)
	if err != nil {
		return c.say(ctx, seen, Failed, err.Error(), nil)
	}
	if fault.DeletionTimestamp != nil {
		return c.touchNodes()
	}
	if left := time.Until(fault.Until()); left > 0 {
		c.everyFault.TouchAfter(key, left)
	} else {
		return c.end(ctx, fault)
	}
	switch {
	case fault.Status.Phase == "":
		return c.begin(ctx, seen, fault)
	case fault.Status.Phase == Active && fault.Spec.Type == PodKill:
		return c.kill(ctx, seen, fault)
	default:
		return c.touchNodes()
	}
}

// begin judges a new fault. What it then does to nodes follows from its status.
func (c *controller) begin(ctx context.Context, seen *unstructured.Unstructured, fault *Fault) error {
	nodes, err := c.nodes.List(selection.Everything())
	if err != nil {
		return err
	}
	refuse := func(err error) error {
		c.tell(fault, corev1.EventTypeWarning, "Refused", err.Error())
		return c.say(ctx, seen, Failed, err.Error(), nil)
	}
	if err := judge(fault, nodes); err != nil {
		return refuse(err)
	}
	if fault.Spec.Type == PodKill {
		pods, err := c.alive(ctx, fault.Spec.Pods)
		if err != nil {
			return err
		}
		chosen := choose(pods, fault.Spec.Pods.All)
		if len(chosen) == 0 {
			return refuse(fmt.Errorf("there is no living pod %s in namespace %s", fault.Spec.Pods.Selector, fault.Spec.Pods.Namespace))
		}
		return c.say(ctx, seen, Active, "", chosen)
	}
	c.tell(fault, corev1.EventTypeNormal, "Began", fmt.Sprintf("%s on %s, until %s", fault.Spec.Type, fault.target(), rfc3339(fault.Until())))
	return c.say(ctx, seen, Active, "", nil)
}

// end removes a fault that has come to its end. That undoes it.
func (c *controller) end(ctx context.Context, fault *Fault) error {
	err := c.custom.Resource(resources).Delete(ctx, fault.Name, metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(fault.UID))})
	if err != nil {
		return reconcile.UnlessGone(err)
	}
	if fault.Status.Phase == Active {
		c.tell(fault, corev1.EventTypeNormal, "Ended", fmt.Sprintf("%s on %s came to its end, and is undone", fault.Spec.Type, fault.target()))
	}
	return nil
}

// say writes the fault's status.
func (c *controller) say(ctx context.Context, seen *unstructured.Unstructured, phase Phase, message string, victims []Victim) error {
	fields := map[string]any{"phase": phase, "message": message}
	if fault, err := decode(seen); err == nil {
		fields["target"], fields["since"], fields["until"] = fault.target(), rfc3339(fault.CreationTimestamp.Time), rfc3339(fault.Until())
	}
	if victims != nil {
		fields["victims"] = victims
	}
	return reconcile.UnlessGone(standin.SetStatus(ctx, c.custom, resources, seen, fields))
}

// tell leaves an event, which outlives the fault.
func (c *controller) tell(fault *Fault, kind, reason, message string) {
	about := &corev1.ObjectReference{
		APIVersion: resources.GroupVersion().String(), Kind: "Fault", Name: fault.Name, UID: fault.UID, ResourceVersion: fault.ResourceVersion,
	}
	c.events.Event(about, kind, reason, message)
}

func (c *controller) touchNodes() error {
	nodes, err := c.nodes.List(selection.Everything())
	for _, node := range nodes {
		c.everyNode.Touch(types.NamespacedName{Name: node.Name})
	}
	return err
}

// all are the faults that there are. One that cannot be read has been told so, and does nothing.
func (c *controller) all() ([]*Fault, error) {
	objects, err := c.faults.List(selection.Everything())
	if err != nil {
		return nil, err
	}
	var found []*Fault
	for _, object := range objects {
		if fault, err := decode(object.(*unstructured.Unstructured)); err == nil {
			found = append(found, fault)
		}
	}
	return found, nil
}

func rfc3339(at time.Time) string { return at.UTC().Format(time.RFC3339) }
