package metrics

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	rehearsal "plumbline.dev/rehearsal/cluster/internal/labels"
)

// said is what a kubelet says of the container main of shop/x at a moment.
func said(at, started time.Time, cpuSeconds float64) string {
	const labels = `{container="main",namespace="shop",pod="x"}`
	return fmt.Sprintf(`# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total%[1]s %[2]f %[3]d
# TYPE container_memory_working_set_bytes gauge
container_memory_working_set_bytes%[1]s 1048576 %[3]d
container_memory_working_set_bytes{container="half",namespace="shop",pod="x"} 1 %[3]d
# TYPE container_start_time_seconds gauge
container_start_time_seconds%[1]s %[4]d
# TYPE node_cpu_usage_seconds_total counter
node_cpu_usage_seconds_total 100 %[3]d
`, labels, cpuSeconds, at.UnixMilli(), started.Unix())
}

func TestUseIsWhatCameFromOneSampleToTheNext(t *testing.T) {
	type heard struct {
		after, started time.Duration
		cpuSeconds     float64
	}
	for name, test := range map[string]struct {
		heard []heard
		want  string
	}{
		"since it started":            {[]heard{{20 * time.Second, 0, 5}}, "250m"},
		"too young":                   {[]heard{{3 * time.Second, 0, 3}}, ""},
		"between two samples":         {[]heard{{20 * time.Second, 0, 5}, {30 * time.Second, 0, 6}}, "100m"},
		"the same sample twice":       {[]heard{{20 * time.Second, 0, 5}, {20 * time.Second, 0, 5}}, "250m"},
		"and then a new one":          {[]heard{{20 * time.Second, 0, 5}, {20 * time.Second, 0, 5}, {40 * time.Second, 0, 6}}, "50m"},
		"samples close to each other": {[]heard{{20 * time.Second, 0, 5}, {22 * time.Second, 0, 5.2}, {30 * time.Second, 0, 6}}, "100m"},
		"a container that restarted":  {[]heard{{20 * time.Second, 0, 5}, {40 * time.Second, 30 * time.Second, 9}}, "900m"},
	} {
		k := &kubelets{last: map[string]map[containerName]sample{}, measured: map[string]map[containerName]measurement{}}
		var at time.Time
		for _, heard := range test.heard {
			at = noon.Add(heard.after)
			samples, err := parseSamples(strings.NewReader(said(at, noon.Add(heard.started), heard.cpuSeconds)))
			if err != nil || len(samples) != 1 {
				t.Fatalf("%s: %v, %v", name, samples, err)
			}
			k.take("a", samples)
		}
		node := realNode("a")
		used, known := k.now([]*corev1.Node{node}, at)["a"][containerName{"shop", "x", "main"}]
		if !known {
			if test.want != "" {
				t.Errorf("%s: unknown", name)
			}
			continue
		}
		if used.usage.Cpu().String() != test.want || used.usage.Memory().String() != "1Mi" {
			t.Errorf("%s: %v and %v, expected %s", name, used.usage.Cpu(), used.usage.Memory(), test.want)
		}
		if late := k.now([]*corev1.Node{node}, at.Add(2*keepFor))["a"]; len(late) != 0 {
			t.Errorf("%s: two minutes later it is still %v", name, late)
		}
	}
}

func TestWhatIsNoMeasurementIsRefused(t *testing.T) {
	if _, err := parseSamples(strings.NewReader("<html>")); err == nil {
		t.Error("HTML was read as measurements")
	}
}

func realNode(name string) *corev1.Node {
	node := node(name)
	node.Labels[rehearsal.Real] = "true"
	return node
}

func TestPodsOfRealNodesUseWhatWasMeasuredAndNothingElse(t *testing.T) {
	known := measurement{time: noon.Add(-4 * time.Second), window: 10 * time.Second, usage: corev1.ResourceList{
		corev1.ResourceCPU: thousandths(0.3),
	}}
	onReal := func(pod *corev1.Pod) { pod.Spec.NodeName = "real" }
	young := func(pod *corev1.Pod) { pod.CreationTimestamp = metav1.NewTime(noon) }
	unready := func(pod *corev1.Pod) { pod.Status.Conditions[0].Status = corev1.ConditionFalse }
	pods := []*corev1.Pod{
		orders("simulated"),
		orders("measured", onReal, annotate(CPUAnnotation, "4")),
		orders("unready", onReal, unready),
		orders("unmeasured", onReal),
		orders("again", onReal, young),
	}
	containers := map[containerName]measurement{}
	for _, name := range []string{"measured", "unready", "again", "simulated"} {
		containers[containerName{"shop", name, "main"}] = known
	}
	nodes := []*corev1.Node{node("a"), realNode("real"), realNode("silent")}
	now := read(noon, pods, nodes, &profile{}, map[string]map[containerName]measurement{"real": containers, "silent": {}})
	got := map[string]string{}
	for _, item := range podList(now, "", asked(t, "")).Items {
		got[item.Name] = item.Containers[0].Usage.Cpu().String() + " in " + item.Window.Duration.String()
	}
	want := map[string]string{"simulated": "50m in 5s", "measured": "300m in 10s", "unready": "300m in 10s"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, expected %v", got, want)
	}
	list := nodeList(now, nodes, asked(t, ""))
	if len(list.Items) != 2 || list.Items[1].Name != "real" || list.Items[1].Usage.Cpu().String() != "600m" {
		t.Errorf("nodes: %+v", list.Items)
	}
}
