package faults

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/labels"
)

var began = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func lasting(duration time.Duration) metav1.Duration { return metav1.Duration{Duration: duration} }

// active is a fault that began at began, for a minute.
func active(spec Spec) *Fault {
	spec.Duration = lasting(time.Minute)
	return &Fault{ObjectMeta: metav1.ObjectMeta{Name: string(spec.Type), CreationTimestamp: metav1.NewTime(began)}, Spec: spec, Status: Status{Phase: Active}}
}

func node(name, zone string, more map[string]string) *corev1.Node {
	marks := map[string]string{corev1.LabelTopologyZone: zone, corev1.LabelArchStable: "amd64"}
	for key, value := range more {
		marks[key] = value
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: marks},
		Status:     corev1.NodeStatus{Capacity: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2")}},
	}
}

var (
	simulated = node("a-1", "a", map[string]string{labels.Simulated: "true"})
	realNode  = node("a-real", "a", map[string]string{labels.Real: "true"})
	elsewhere = node("b-1", "b", map[string]string{labels.Simulated: "true"})
	nodes     = []*corev1.Node{simulated, realNode, elsewhere}
)

func TestANodeSuffersAllFaultsOnItThatLast(t *testing.T) {
	all := []*Fault{
		active(Spec{Type: ZoneLoss, Zone: "a"}),
		active(Spec{Type: NodePartition, Node: "a-1"}),
		active(Spec{Type: Drain, Node: "b-1"}),
		active(Spec{Type: SlowNetwork, Node: "a-real", Latency: lasting(100 * time.Millisecond), Jitter: lasting(10 * time.Millisecond)}),
		active(Spec{Type: SlowNetwork, Node: "a-real", Latency: lasting(50 * time.Millisecond)}),
		active(Spec{Type: PacketLoss, Node: "a-real", Percent: 20}),
		active(Spec{Type: CPUHog, Node: "a-real", CPU: resource.MustParse("1500m")}),
		active(Spec{Type: DiskFull, Node: "a-real"}),
		active(Spec{Type: ClockSkew, Node: "a-real", Skew: lasting(-time.Hour)}),
		active(Spec{Type: PodKill, Pods: &Pods{Namespace: "shop", Selector: "app=web"}}),
	}
	for _, test := range []struct {
		on   *corev1.Node
		want condition.Condition
	}{
		{simulated, condition.Condition{Dead: true, Cut: true}},
		{elsewhere, condition.Condition{Drained: true}},
		{realNode, condition.Condition{
			Dead: true, Latency: lasting(150 * time.Millisecond), Jitter: lasting(10 * time.Millisecond), Loss: 0.2,
			MilliCPU: 1500, DiskFull: true, Skew: lasting(-time.Hour),
		}},
	} {
		if got := suffered(test.on, all, began); got != test.want {
			t.Errorf("%s: %s, expected %s", test.on.Name, got, test.want)
		}
		if got := suffered(test.on, all, began.Add(time.Minute)); got != condition.Healthy {
			t.Errorf("%s at the end: %s", test.on.Name, got)
		}
	}
}

func TestAFaultThatDoesNotLastIsNotSuffered(t *testing.T) {
	deleted := metav1.NewTime(began)
	for name, change := range map[string]func(*Fault){
		"not looked at": func(f *Fault) { f.Status.Phase = "" },
		"failed":        func(f *Fault) { f.Status.Phase = Failed },
		"over":          func(f *Fault) { f.Status.Phase = Over },
		"deleted":       func(f *Fault) { f.DeletionTimestamp = &deleted },
		"past its end":  func(f *Fault) { f.CreationTimestamp = metav1.NewTime(began.Add(-time.Minute)) },
	} {
		fault := active(Spec{Type: NodeKill, Node: "a-1"})
		change(fault)
		if got := suffered(simulated, []*Fault{fault}, began); got != condition.Healthy {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestJudge(t *testing.T) {
	arm := node("arm", "c", map[string]string{labels.Real: "true", corev1.LabelArchStable: "arm64"})
	for _, test := range []struct {
		spec Spec
		want string
	}{
		{Spec{Type: NodeKill, Node: "a-1"}, ""},
		{Spec{Type: NodePartition, Node: "a-1"}, ""},
		{Spec{Type: Drain, Node: "a-real"}, ""},
		{Spec{Type: ZoneLoss, Zone: "b"}, ""},
		{Spec{Type: PodKill, Pods: &Pods{Selector: "app in (web, api)"}}, ""},
		{Spec{Type: SlowNetwork, Node: "a-real"}, ""},
		{Spec{Type: ClockSkew, Node: "a-real"}, ""},
		{Spec{Type: CPUHog, Node: "a-real", CPU: resource.MustParse("2")}, ""},
		{Spec{Type: CPUHog, Node: "a-real", CPU: resource.MustParse("2001m")}, "cpu: 2001m was given; allowed: 10m to 2, which is what node a-real has"},
		{Spec{Type: NodeKill, Node: "a-9"}, `there is no node "a-9"; allowed: a-1, a-real, arm, b-1`},
		{Spec{Type: ZoneLoss, Zone: "z"}, `there is no node in zone "z"; allowed: a, b, c`},
		{Spec{Type: PodKill, Pods: &Pods{Selector: "app=("}}, `pods.selector: "app=(" was given`},
		{Spec{Type: PacketLoss, Node: "a-1"}, "node a-1 is simulated: it has no network; packet-loss is for real nodes: a-real, arm"},
		{Spec{Type: DiskFull, Node: "b-1"}, "node b-1 is simulated: it has no disk"},
		{Spec{Type: ClockSkew, Node: "arm"}, "node arm is of arm64"},
	} {
		err := judge(active(test.spec), append(nodes, arm))
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: %v, expected %q", test.spec, err, test.want)
		}
	}
	err := judge(active(Spec{Type: CPUHog, Node: "a-1"}), []*corev1.Node{simulated})
	if err == nil || !strings.HasSuffix(err.Error(), "real nodes: there are none") {
		t.Errorf("without real nodes: %v", err)
	}
}

func TestANodeIsTouchedOnlyIfItDoesNotShowItsCondition(t *testing.T) {
	is := condition.Condition{Dead: true, Cut: true, Drained: true}
	shown := simulated.DeepCopy()
	shown.Labels[labels.Power], shown.Labels[labels.Network] = "off", "off"
	shown.Spec.Unschedulable = true
	shown.Annotations = map[string]string{labels.Condition: is.String()}
	if !shows(shown, is) || shows(shown, condition.Healthy) || !shows(simulated, condition.Healthy) || shows(simulated, is) {
		t.Error("what a node shows is misread")
	}
	for name, change := range map[string]func(*corev1.Node){
		"power":         func(n *corev1.Node) { delete(n.Labels, labels.Power) },
		"network":       func(n *corev1.Node) { n.Labels[labels.Network] = "on" },
		"unschedulable": func(n *corev1.Node) { n.Spec.Unschedulable = false },
		"annotation":    func(n *corev1.Node) { n.Annotations[labels.Condition] = "{}" },
	} {
		other := shown.DeepCopy()
		change(other)
		if shows(other, is) {
			t.Errorf("somebody changed %s, and it was not seen", name)
		}
	}
	// What a person set by hand is not the faults' to take away.
	byHand := simulated.DeepCopy()
	byHand.Labels[labels.Power] = "off"
	if !shows(byHand, condition.Healthy) {
		t.Error("a label set by hand would be touched")
	}
}
