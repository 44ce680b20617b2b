// Package api is what a Release looks like: its fields, its definition, and the rights of who works on it.
package api

import (
	_ "embed"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Names that others know as well.
const (
	Group          = "delivery.plumbline.dev"
	DefinitionName = "releases." + Group
	// RevisionLabel is on what belongs to one revision, and in the selector of a Service that sends to one.
	RevisionLabel = Group + "/revision"
	// AbortAnnotation, PromoteAnnotation and RetryAnnotation, on a Release, name the revision that is to be taken back, to be let
	// through at once, or, after it was taken back, to be tried again.
	AbortAnnotation   = Group + "/abort"
	PromoteAnnotation = Group + "/promote"
	RetryAnnotation   = Group + "/retry"
	// StartedAnnotation, on a revision's Deployment, says when it was last scaled up.
	StartedAnnotation = Group + "/started"
	// ReleaseAnnotation, on Deployments and pods, names their release.
	ReleaseAnnotation = Group + "/release"
	// Finalizer keeps a deleted Release until its Services, which may outlive it, select all pods again, and its Deployments are deleted.
	Finalizer = Group + "/revisions"
)

// Kind is a Release's.
var Kind = schema.GroupVersionKind{Group: Group, Version: "v1alpha1", Kind: "Release"}

// Definition is the CustomResourceDefinition, as YAML.
//
//go:embed release.yaml
var Definition []byte

// Role is the ClusterRole with all that the controller may do, as YAML.
//
//go:embed role.yaml
var Role []byte

// Release is an object of kind Release. Its definition, release.yaml, says what each field may hold.
type Release struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              Spec   `json:"spec"`
	Status            Status `json:"status,omitempty"`
}

// Spec is what is asked for. What the definition gives a default is always there.
type Spec struct {
	Replicas int32                `json:"replicas"`
	Selector metav1.LabelSelector `json:"selector"`
	// Template is kept as it was written: a field that is newer than this program is not lost.
	Template                map[string]any `json:"template"`
	RevisionHistoryLimit    int            `json:"revisionHistoryLimit"`
	ProgressDeadlineSeconds int            `json:"progressDeadlineSeconds"`
	MinReadySeconds         int32          `json:"minReadySeconds"`
	Strategy                Strategy       `json:"strategy"`
	Analysis                *Analysis      `json:"analysis,omitempty"`
}

// Strategy has exactly one of its fields.
type Strategy struct {
	BlueGreen *BlueGreen `json:"blueGreen,omitempty"`
	Canary    *Canary    `json:"canary,omitempty"`
}

// BlueGreen switches Services from one revision to the next.
type BlueGreen struct {
	Services    []string `json:"services"`
	BakeSeconds int      `json:"bakeSeconds"`
}

// Canary exchanges pods step by step, behind Services that select all of them.
type Canary struct {
	Steps []Step `json:"steps"`
}

// Step is a share of the pods, in percent, and for how long it is watched.
type Step struct {
	Weight      int32 `json:"weight"`
	HoldSeconds int   `json:"holdSeconds"`
}

// Analysis is what a new revision is measured by.
type Analysis struct {
	IntervalSeconds int      `json:"intervalSeconds"`
	FailureLimit    int      `json:"failureLimit"`
	Metrics         []Metric `json:"metrics"`
}

// Metric is a query that gives one number, and its bounds.
type Metric struct {
	Name  string   `json:"name"`
	Query string   `json:"query"`
	Min   *float64 `json:"min,omitempty"`
	Max   *float64 `json:"max,omitempty"`
}

// Phase is how far a release is.
type Phase string

// The phases of a release.
const (
	// Progressing: pods of the new revision are started.
	Progressing Phase = "Progressing"
	// Baking: blue-green; the Services send to the new revision, and the old one stands by.
	Baking Phase = "Baking"
	// Holding: canary; a step's share of the pods is new, and is watched.
	Holding Phase = "Holding"
	// Promoting: canary; the steps are behind, the rest of the new pods is started.
	Promoting Phase = "Promoting"
	// RollingBack: the new revision was judged, and the stable one takes over again.
	RollingBack Phase = "RollingBack"
	// Aborted: the stable revision serves; that of the template was taken back.
	Aborted Phase = "Aborted"
	// Healthy: the template's revision is the stable one.
	Healthy Phase = "Healthy"
	// Ending: it was deleted, and the Services are led back to select all pods.
	Ending Phase = "Ending"
)

// The reasons for which a revision is taken back.
const (
	AnalysisFailed           = "AnalysisFailed"
	AbortedByHand            = "Aborted"
	NotReady                 = "NotReady"
	ProgressDeadlineExceeded = "ProgressDeadlineExceeded"
	TemplateRefused          = "TemplateRefused"
	NoPrometheus             = "NoPrometheus"
	// Withdrawn: the template is that of the stable revision again. This is no failure.
	Withdrawn = "Withdrawn"
)

// Types of conditions.
const (
	Ready       = "Ready"
	Reconciling = "Reconciling"
	Failed      = "Failed"
)

// Status is all that the controller remembers.
type Status struct {
	ObservedGeneration int64  `json:"observedGeneration"`
	Phase              Phase  `json:"phase,omitempty"`
	Message            string `json:"message,omitempty"`
	// Reason is why the update was or is being taken back, and Why says it with numbers.
	Reason string `json:"reason,omitempty"`
	Why    string `json:"why,omitempty"`
	// StableRevision is the last good one; UpdateRevision the template's; ActiveRevision gets the requests of the Services.
	StableRevision string           `json:"stableRevision,omitempty"`
	UpdateRevision string           `json:"updateRevision,omitempty"`
	ActiveRevision string           `json:"activeRevision,omitempty"`
	PhaseSince     metav1.MicroTime `json:"phaseSince"`
	// Weight is the share in percent of requests that the update is to get, and Step the index of the canary's step.
	Weight int32 `json:"weight"`
	Step   int   `json:"step"`
	// MostReady is how many of the update's pods were ready at once, since the release began.
	MostReady int32 `json:"mostReady"`

	Measurements int `json:"measurements"`
	Failures     int `json:"failures"`
	// Inconclusive is how many of the last measurements gave no answer, and Passed names the metrics that did, and were within their
	// bounds, in this phase.
	Inconclusive int               `json:"inconclusive"`
	Passed       []string          `json:"passed,omitempty"`
	MeasuredAt   *metav1.MicroTime `json:"measuredAt,omitempty"`

	// Replicas, of which ReadyReplicas are ready, are the pods that Selector selects: what an autoscaler counts.
	Replicas      int32              `json:"replicas"`
	ReadyReplicas int32              `json:"readyReplicas"`
	Selector      string             `json:"selector,omitempty"`
	Conditions    []metav1.Condition `json:"conditions,omitempty"`
}

// Decode reads a Release as the API server gives it.
func Decode(object *unstructured.Unstructured) (*Release, error) {
	release := &Release{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, release); err != nil {
		return nil, fmt.Errorf("release %s/%s cannot be read: %w", object.GetNamespace(), object.GetName(), err)
	}
	return release, nil
}
