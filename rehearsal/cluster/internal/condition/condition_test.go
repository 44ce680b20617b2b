package condition

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"plumbline.dev/rehearsal/cluster/internal/labels"
)

func duration(d time.Duration) metav1.Duration { return metav1.Duration{Duration: d} }

func node(annotation string, marks map[string]string) *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Labels: marks, Annotations: map[string]string{labels.Condition: annotation}}}
}

func TestTwoConditionsAreBothSufferedInEitherOrder(t *testing.T) {
	one := Condition{Dead: true, Latency: duration(100 * time.Millisecond), Loss: 0.5, MilliCPU: 500, Skew: duration(-time.Minute)}
	other := Condition{Cut: true, DiskFull: true, Latency: duration(50 * time.Millisecond), Jitter: duration(time.Millisecond), Loss: 0.5, MilliCPU: 250, Skew: duration(time.Hour)}
	want := Condition{
		Dead: true, Cut: true, DiskFull: true, Latency: duration(150 * time.Millisecond), Jitter: duration(time.Millisecond),
		Loss: 0.75, MilliCPU: 750, Skew: duration(59 * time.Minute),
	}
	if one.And(other) != want || other.And(one) != want {
		t.Errorf("%s, expected %s", one.And(other), want)
	}
	if one.And(Healthy) != one {
		t.Errorf("a healthy condition added something: %s", one.And(Healthy))
	}
}

func TestANodeSaysItsConditionByAnnotationAndLabels(t *testing.T) {
	slow := Condition{Latency: duration(100 * time.Millisecond), Loss: 0.1, MilliCPU: 1500}
	dead, cut := slow, slow
	dead.Dead, cut.Cut = true, true
	for _, test := range []struct {
		annotation string
		marks      map[string]string
		want       Condition
	}{
		{"", nil, Healthy},
		{slow.String(), nil, slow},
		{slow.String(), map[string]string{labels.Power: "off"}, dead},
		{slow.String(), map[string]string{labels.Network: "off"}, cut},
		{"", map[string]string{labels.Power: "on"}, Healthy},
		// A label that somebody took away is gone, whatever the annotation still says.
		{dead.String(), nil, slow},
		{"{broken", nil, Healthy},
	} {
		if got := Of(node(test.annotation, test.marks)); got != test.want {
			t.Errorf("%s, %v: %s, expected %s", test.annotation, test.marks, got, test.want)
		}
	}
	if Healthy.String() != "{}" {
		t.Errorf("a healthy node is %s", Healthy)
	}
}
