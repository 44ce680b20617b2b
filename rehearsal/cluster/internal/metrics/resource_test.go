package metrics

import (
	"net/http/httptest"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	rehearsal "plumbline.dev/rehearsal/cluster/internal/labels"
)

// asked parses the filter of a request with the query.
func asked(t *testing.T, query string) filter {
	t.Helper()
	wanted, err := parseFilter(httptest.NewRequest("GET", "/?"+query, nil))
	if err != nil {
		t.Fatal(err)
	}
	return wanted
}

func TestPodList(t *testing.T) {
	elsewhere := orders("b", func(pod *corev1.Pod) { pod.Namespace, pod.Labels = "else", nil })
	now := readPods([]*corev1.Pod{orders("c"), orders("a"), elsewhere})
	for _, test := range []struct {
		namespace, query string
		want             []string
	}{
		{"", "", []string{"b", "a", "c"}},
		{"shop", "", []string{"a", "c"}},
		{"none", "", nil},
		{"", "labelSelector=app%3Dorders", []string{"a", "c"}},
		{"", "labelSelector=!app", []string{"b"}},
		{"", "fieldSelector=metadata.name%3Dc", []string{"c"}},
		{"", "fieldSelector=metadata.namespace!%3Dshop", []string{"b"}},
	} {
		var got []string
		list := podList(now, test.namespace, asked(t, test.query))
		for _, item := range list.Items {
			got = append(got, item.Name)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("in %q by %q: got %v, want %v", test.namespace, test.query, got, test.want)
		}
		if list.Items == nil {
			t.Errorf("in %q by %q: the items are null", test.namespace, test.query)
		}
	}
}

func TestParseFilterRefuses(t *testing.T) {
	for _, query := range []string{"labelSelector=a+in", "fieldSelector=a", "fieldSelector=spec.nodeName%3Da"} {
		if _, err := parseFilter(httptest.NewRequest("GET", "/?"+query, nil)); !apierrors.IsBadRequest(err) {
			t.Errorf("%s: got %v", query, err)
		}
	}
}

func TestNodeListSumsTheNodesPods(t *testing.T) {
	off := node("b")
	off.Labels[rehearsal.Power] = rehearsal.PowerOff
	now := readPods([]*corev1.Pod{
		orders("x", annotate(CPUAnnotation, "250m")), orders("y"), orders("z", func(pod *corev1.Pod) { pod.Spec.NodeName = "c" }),
	})
	list := nodeList(now, []*corev1.Node{node("c"), off, node("a")}, asked(t, ""))
	if len(list.Items) != 2 || list.Items[0].Name != "a" || list.Items[1].Name != "c" {
		t.Fatalf("got %v", list.Items)
	}
	if cpu, memory := list.Items[0].Usage.Cpu(), list.Items[0].Usage.Memory(); cpu.String() != "300m" || memory.String() != "1Gi" {
		t.Errorf("a uses %v and %v", cpu, memory)
	}
	if cpu, memory := list.Items[1].Usage.Cpu(), list.Items[1].Usage.Memory(); !cpu.IsZero() || !memory.IsZero() {
		t.Errorf("c, of which no pod reports, uses %v and %v", cpu, memory)
	}
	if list := nodeList(now, []*corev1.Node{node("c"), node("a")}, asked(t, "labelSelector=node%3Dc")); len(list.Items) != 1 || list.Items[0].Name != "c" {
		t.Errorf("got %v", list.Items)
	}
}
