package metrics

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/utils/ptr"

	rehearsal "plumbline.dev/rehearsal/cluster/internal/labels"
)

// noon is when the readings of the tests are taken.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// orders makes a ready pod of the shop on node a, with one container that asks for 1 CPU and 1Gi.
func orders(name string, change ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: name, Labels: map[string]string{"app": "orders"}, Annotations: map[string]string{},
		},
		Spec: corev1.PodSpec{NodeName: "a", Containers: []corev1.Container{container("main", "1", "1Gi")}},
		Status: corev1.PodStatus{
			Phase:      corev1.PodRunning,
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		},
	}
	for _, do := range change {
		do(pod)
	}
	return pod
}

func container(name, cpu, memory string) corev1.Container {
	return corev1.Container{Name: name, Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory),
	}}}
}

func annotate(name, value string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Annotations[name] = value }
}

func node(name string) *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"node": name}}}
}

func steady(metric string, shared bool, value float64) entry {
	return entry{namespace: "shop", selector: labels.SelectorFromSet(labels.Set{"app": "orders"}), metric: metric, shared: shared, points: []point{{0, value}}}
}

// readPods takes a reading of the pods on nodes a and b.
func readPods(pods []*corev1.Pod, entries ...entry) reading {
	return read(noon, pods, []*corev1.Node{node("a"), node("b")}, &profile{start: noon, entries: entries}, nil)
}

func TestReadTakesReadyPodsOnPoweredNodes(t *testing.T) {
	off := node("off")
	off.Labels[rehearsal.Power] = rehearsal.PowerOff
	all := []*corev1.Pod{
		orders("ready"),
		orders("pending", func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodPending }),
		orders("unready", func(pod *corev1.Pod) { pod.Status.Conditions[0].Status = corev1.ConditionFalse }),
		orders("going", func(pod *corev1.Pod) { pod.DeletionTimestamp = ptr.To(metav1.NewTime(noon)) }),
		orders("dark", func(pod *corev1.Pod) { pod.Spec.NodeName = "off" }),
		orders("lost", func(pod *corev1.Pod) { pod.Spec.NodeName = "gone" }),
	}
	now := read(noon, all, []*corev1.Node{node("a"), off}, &profile{}, nil)
	if len(now.pods) != 1 || now.pods[0].Name != "ready" {
		t.Errorf("got %v", now.pods)
	}
}

func TestUsage(t *testing.T) {
	sidecar := func(pod *corev1.Pod) {
		proxy := container("proxy", "3", "3Gi")
		proxy.RestartPolicy = ptr.To(corev1.ContainerRestartPolicyAlways)
		pod.Spec.InitContainers = []corev1.Container{container("setup", "8", "8Gi"), proxy}
	}
	unasked := func(pod *corev1.Pod) { pod.Spec.Containers = []corev1.Container{{Name: "main"}, {Name: "proxy"}} }
	podLevel := func(pod *corev1.Pod) {
		pod.Spec.Resources = &corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("4")}}
	}
	for name, test := range map[string]struct {
		pod     *corev1.Pod
		entries []entry
		want    map[string][2]string
	}{
		"default":         {orders("x"), nil, map[string][2]string{"main": {"50m", "512Mi"}}},
		"no requests":     {orders("x", unasked), nil, map[string][2]string{"main": {"0", "0"}, "proxy": {"0", "0"}}},
		"sidecar":         {orders("x", sidecar), nil, map[string][2]string{"main": {"50m", "512Mi"}, "proxy": {"150m", "1536Mi"}}},
		"pod's request":   {orders("x", podLevel), nil, map[string][2]string{"main": {"200m", "512Mi"}}},
		"annotations":     {orders("x", sidecar, annotate(CPUAnnotation, "2"), annotate(MemoryAnnotation, "4Mi")), nil, map[string][2]string{"main": {"500m", "1Mi"}, "proxy": {"1500m", "3Mi"}}},
		"equally":         {orders("x", unasked, annotate(CPUAnnotation, "2")), nil, map[string][2]string{"main": {"1", "0"}, "proxy": {"1", "0"}}},
		"not a quantity":  {orders("x", annotate(CPUAnnotation, "much"), annotate(MemoryAnnotation, "-1")), nil, map[string][2]string{"main": {"50m", "512Mi"}}},
		"profile":         {orders("x", annotate(CPUAnnotation, "2")), []entry{steady(cpu, false, 0.25)}, map[string][2]string{"main": {"250m", "512Mi"}}},
		"last of profile": {orders("x"), []entry{steady(cpu, false, 0.25), steady(cpu, false, 0.75)}, map[string][2]string{"main": {"750m", "512Mi"}}},
		"other namespace": {orders("x", func(pod *corev1.Pod) { pod.Namespace = "else" }), []entry{steady(cpu, false, 0.25)}, map[string][2]string{"main": {"50m", "512Mi"}}},
	} {
		usage := readPods([]*corev1.Pod{test.pod}, test.entries...).usage(test.pod)
		if len(usage) != len(test.want) {
			t.Errorf("%s: got %v", name, usage)
		}
		for container, want := range test.want {
			used := usage[container]
			if used.Cpu().Cmp(resource.MustParse(want[0])) != 0 || used.Memory().Cmp(resource.MustParse(want[1])) != 0 {
				t.Errorf("%s: %s uses %v and %v, want %v", name, container, used.Cpu(), used.Memory(), want)
			}
		}
	}
}

func TestSharedLoadIsDividedAmongReportingPods(t *testing.T) {
	pods := []*corev1.Pod{
		orders("a"), orders("b"), orders("c"),
		orders("unready", func(pod *corev1.Pod) { pod.Status.Conditions[0].Status = corev1.ConditionFalse }),
		orders("other", func(pod *corev1.Pod) { pod.Labels = nil }),
	}
	now := readPods(pods, steady("rps", true, 90))
	for _, pod := range now.pods {
		value, has := now.custom(pod, "rps")
		if pod.Name == "other" {
			if has {
				t.Errorf("%s has %v of a load that is not its", pod.Name, value)
			}
		} else if !has || value.Value() != 30 {
			t.Errorf("%s has %v, want 30", pod.Name, value)
		}
	}
}
