// Package condition says in what condition a node is to be. Faults are made of conditions, and nodes are brought into them.
package condition

import (
	"encoding/json"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"plumbline.dev/rehearsal/cluster/internal/labels"
)

// Condition is what a node suffers. The zero value is a healthy node.
type Condition struct {
	// Dead: it has no power.
	Dead bool `json:"dead,omitzero"`
	// Cut: it runs, and nothing reaches it.
	Cut bool `json:"cut,omitzero"`
	// Drained: it takes no pods, and those that it has are asked to leave.
	Drained bool `json:"drained,omitzero"`
	// DiskFull: its kubelet takes the disk for full.
	DiskFull bool `json:"diskFull,omitzero"`
	// Latency is what each packet on its cable takes longer, each way, give or take Jitter.
	Latency metav1.Duration `json:"latency,omitzero"`
	Jitter  metav1.Duration `json:"jitter,omitzero"`
	// Loss is the part of the packets on its cable that are lost, each way: 0 to 1.
	Loss float64 `json:"loss,omitzero"`
	// MilliCPU is how much of the processors is used up, in thousandths of one.
	MilliCPU int64 `json:"milliCPU,omitzero"`
	// Skew is how far the clock that its containers read is ahead; behind, if it is negative.
	Skew metav1.Duration `json:"skew,omitzero"`
}

// Healthy is the condition of a node that suffers nothing.
var Healthy = Condition{}

// And is the condition of a node that suffers both. The order does not matter.
func (c Condition) And(other Condition) Condition {
	return Condition{
		Dead:     c.Dead || other.Dead,
		Cut:      c.Cut || other.Cut,
		Drained:  c.Drained || other.Drained,
		DiskFull: c.DiskFull || other.DiskFull,
		Latency:  sum(c.Latency, other.Latency),
		Jitter:   sum(c.Jitter, other.Jitter),
		Loss:     c.Loss + other.Loss - c.Loss*other.Loss,
		MilliCPU: c.MilliCPU + other.MilliCPU,
		Skew:     sum(c.Skew, other.Skew),
	}
}

func sum(one, other metav1.Duration) metav1.Duration {
	return metav1.Duration{Duration: one.Duration + other.Duration}
}

// Delay is the latency and its jitter.
func (c Condition) Delay() (latency, jitter time.Duration) {
	return c.Latency.Duration, c.Jitter.Duration
}

// String is the condition as the annotation of a node has it.
func (c Condition) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // no field of it can fail
	}
	return string(text)
}

// Of is the condition that a node is to be in: what its annotation says, and its labels, which people can set too.
func Of(node *corev1.Node) Condition {
	var c Condition
	if json.Unmarshal([]byte(node.Annotations[labels.Condition]), &c) != nil {
		c = Healthy
	}
	c.Dead = node.Labels[labels.Power] == labels.PowerOff
	c.Cut = node.Labels[labels.Network] == labels.NetworkOff
	return c
}
