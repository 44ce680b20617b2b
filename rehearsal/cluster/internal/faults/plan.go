package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	selection "k8s.io/apimachinery/pkg/labels"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/labels"
)

// suffered is the condition of a node under all the faults that last at a moment. Nothing else decides it.
func suffered(node *corev1.Node, faults []*Fault, now time.Time) condition.Condition {
	is := condition.Healthy
	for _, fault := range faults {
		if fault.lasts(now) && fault.hits(node) {
			is = is.And(fault.condition())
		}
	}
	return is
}

// hits says whether the fault is on the node.
func (f *Fault) hits(node *corev1.Node) bool {
	if f.Spec.Type == ZoneLoss {
		return node.Labels[corev1.LabelTopologyZone] == f.Spec.Zone
	}
	return f.Spec.Node == node.Name
}

// condition is what the fault does to a node that it is on.
func (f *Fault) condition() condition.Condition {
	const hundred = 100
	switch f.Spec.Type {
	case NodeKill, ZoneLoss:
		return condition.Condition{Dead: true}
	case NodePartition:
		return condition.Condition{Cut: true}
	case Drain:
		return condition.Condition{Drained: true}
	case CPUHog:
		return condition.Condition{MilliCPU: f.Spec.CPU.MilliValue()}
	case DiskFull:
		return condition.Condition{DiskFull: true}
	case ClockSkew:
		return condition.Condition{Skew: f.Spec.Skew}
	case SlowNetwork:
		return condition.Condition{Latency: f.Spec.Latency, Jitter: f.Spec.Jitter}
	case PacketLoss:
		return condition.Condition{Loss: float64(f.Spec.Percent) / hundred}
	default:
		return condition.Healthy
	}
}

// realOnly says why a simulated node cannot suffer a fault of a type. Types that are not in it are for both.
var realOnly = map[Type]string{
	CPUHog:      "nothing runs on it",
	DiskFull:    "it has no disk",
	ClockSkew:   "nothing on it reads a clock",
	SlowNetwork: "it has no network",
	PacketLoss:  "it has no network",
}

// skewArchitecture is the only one whose code clock-skew knows to replace.
const skewArchitecture = "amd64"

// judge says why the fault cannot be suffered by the nodes that there are, and what is allowed; nil if it can.
func judge(f *Fault, nodes []*corev1.Node) error {
	switch f.Spec.Type {
	case PodKill:
		return judgeSelector(f.Spec.Pods)
	case ZoneLoss:
		return judgeZone(f.Spec.Zone, nodes)
	}
	at := slices.IndexFunc(nodes, func(node *corev1.Node) bool { return node.Name == f.Spec.Node })
	if at < 0 {
		return fmt.Errorf("there is no node %q; allowed: %s", f.Spec.Node, names(nodes, isAny))
	}
	node := nodes[at]
	if why, only := realOnly[f.Spec.Type]; only && !isReal(node) {
		return fmt.Errorf("node %s is simulated: %s; %s is for real nodes: %s", node.Name, why, f.Spec.Type, names(nodes, isReal))
	}
	if has := node.Status.Capacity.Cpu(); f.Spec.Type == CPUHog && f.Spec.CPU.Cmp(*has) > 0 {
		return fmt.Errorf("cpu: %s was given; allowed: 10m to %s, which is what node %s has", f.Spec.CPU.String(), has, node.Name)
	}
	if has := node.Labels[corev1.LabelArchStable]; f.Spec.Type == ClockSkew && has != skewArchitecture {
		return fmt.Errorf("node %s is of %s, and clocks can be skewed on %s alone", node.Name, has, skewArchitecture)
	}
	return nil
}

func judgeSelector(pods *Pods) error {
	if _, err := selection.Parse(pods.Selector); err != nil {
		return fmt.Errorf("pods.selector: %q was given; allowed: a label selector such as app=web (%w)", pods.Selector, err)
	}
	return nil
}

func judgeZone(zone string, nodes []*corev1.Node) error {
	var zones []string
	for _, node := range nodes {
		zones = append(zones, node.Labels[corev1.LabelTopologyZone])
	}
	if slices.Contains(zones, zone) {
		return nil
	}
	slices.Sort(zones)
	return fmt.Errorf("there is no node in zone %q; allowed: %s", zone, strings.Join(slices.Compact(zones), ", "))
}

func isAny(*corev1.Node) bool { return true }

func isReal(node *corev1.Node) bool { return node.Labels[labels.Real] == "true" }

func names(nodes []*corev1.Node, wanted func(*corev1.Node) bool) string {
	var found []string
	for _, node := range nodes {
		if wanted(node) {
			found = append(found, node.Name)
		}
	}
	if len(found) == 0 {
		return "there are none"
	}
	slices.Sort(found)
	return strings.Join(found, ", ")
}
