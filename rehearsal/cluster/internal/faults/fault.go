// Package faults makes nodes and pods fail, as the objects of kind Fault say, for as long as they say.
//
// A fault lasts from its creation for its duration, or until it is deleted. What a node suffers is worked out from all the faults that
// last, each time that one comes or goes, so that nothing has to be remembered in between: neither by this process nor by who asked.
package faults

import (
	_ "embed"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"plumbline.dev/rehearsal/cluster/internal/crds"
)

// Type is what a fault does.
type Type string

// The types of faults. The definition allows no others.
const (
	PodKill       Type = "pod-kill"
	NodeKill      Type = "node-kill"
	NodePartition Type = "node-partition"
	ZoneLoss      Type = "zone-loss"
	Drain         Type = "drain"
	CPUHog        Type = "cpu-hog"
	DiskFull      Type = "disk-full"
	ClockSkew     Type = "clock-skew"
	SlowNetwork   Type = "slow-network"
	PacketLoss    Type = "packet-loss"
)

// Phase is how far a fault is.
type Phase string

// The phases of a fault. Before the first it is Pending, which its definition says.
const (
	// Active: what it asks for is being suffered.
	Active Phase = "Active"
	// Failed: it cannot be, for the reason in its message, and does nothing.
	Failed Phase = "Failed"
	// Over: it has been done, and nothing of it lasts.
	Over Phase = "Over"
)

// Fault is an object of kind Fault. Its definition, fault.yaml, says what each field may hold.
type Fault struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              Spec   `json:"spec"`
	Status            Status `json:"status,omitempty"`
}

// Spec is what is asked for. It never changes.
type Spec struct {
	Type     Type            `json:"type"`
	Node     string          `json:"node,omitempty"`
	Zone     string          `json:"zone,omitempty"`
	Pods     *Pods           `json:"pods,omitempty"`
	Duration metav1.Duration `json:"duration,omitempty"`

	Latency metav1.Duration   `json:"latency,omitempty"`
	Jitter  metav1.Duration   `json:"jitter,omitempty"`
	Percent int64             `json:"percent,omitempty"`
	CPU     resource.Quantity `json:"cpu,omitempty"`
	Skew    metav1.Duration   `json:"skew,omitempty"`
}

// Pods are those of a namespace that a selector selects.
type Pods struct {
	Namespace string `json:"namespace"`
	Selector  string `json:"selector"`
	// All of them, or one.
	All bool `json:"all,omitempty"`
}

// Status is what has become of it.
type Status struct {
	Phase   Phase    `json:"phase,omitempty"`
	Message string   `json:"message,omitempty"`
	Victims []Victim `json:"victims,omitempty"`
}

// Victim is a pod that a pod-kill has chosen.
type Victim struct {
	Name string    `json:"name"`
	UID  types.UID `json:"uid"`
}

// keptFor is how long a pod-kill, which has no duration, can be looked at.
const keptFor = time.Minute

// Until is when the fault ends by itself.
func (f *Fault) Until() time.Time {
	if f.Spec.Type == PodKill {
		return f.CreationTimestamp.Add(keptFor)
	}
	return f.CreationTimestamp.Add(f.Spec.Duration.Duration)
}

// lasts says whether what the fault asks for is to be suffered.
func (f *Fault) lasts(now time.Time) bool {
	return f.Status.Phase == Active && f.DeletionTimestamp == nil && now.Before(f.Until())
}

// target names what the fault is on, for people.
func (f *Fault) target() string {
	switch {
	case f.Spec.Pods != nil:
		return fmt.Sprintf("pods %s in namespace %s", f.Spec.Pods.Selector, f.Spec.Pods.Namespace)
	case f.Spec.Zone != "":
		return "zone " + f.Spec.Zone
	default:
		return "node " + f.Spec.Node
	}
}

func decode(object *unstructured.Unstructured) (*Fault, error) {
	fault := &Fault{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, fault); err != nil {
		return nil, fmt.Errorf("fault %s cannot be read: %w", object.GetName(), err)
	}
	return fault, nil
}

var resources = schema.GroupVersionResource{Group: "faults.plumbline.dev", Version: "v1alpha1", Resource: "faults"}

// DefinitionName is the name of the CustomResourceDefinition of Fault.
const DefinitionName = "faults.faults.plumbline.dev"

//go:embed fault.yaml
var definition []byte

// Definition is the CustomResourceDefinition of Fault.
func Definition() (*unstructured.Unstructured, error) {
	found, err := crds.Parse(definition)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}
