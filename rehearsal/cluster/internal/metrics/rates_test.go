package metrics

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	customv1beta2 "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
)

const requestRate = "http_requests_per_second"

func TestACounterIsAllItsSeriesAndNothingWhereItIsOnlyDeclared(t *testing.T) {
	const declared = "# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n"
	for text, want := range map[string]float64{
		declared: 0,
		declared + "http_requests_total{status=\"200\"} 40\nhttp_requests_total{status=\"500\"} 2\n": 42,
	} {
		if value, err := counted([]byte(text), "http_requests_total"); err != nil || value != want {
			t.Errorf("%q: %v, %v, expected %v", text, value, err, want)
		}
	}
	for _, text := range []string{"", "<html>", "# TYPE http_requests_total_more counter\n"} {
		if value, err := counted([]byte(text), "http_requests_total"); err == nil {
			t.Errorf("%q was read as %v", text, value)
		}
	}
}

func TestARateIsWhatCameFromOneCountToTheNext(t *testing.T) {
	r, name := newRates(nil, nil, nil), rateName{"x", requestRate}
	for _, step := range []struct {
		after time.Duration
		count float64
		want  float64
		known bool
	}{
		{0, 100, 0, false},
		{10 * time.Second, 600, 50, true},
		{15 * time.Second, 600, 0, true},
		// Its program has begun again: what was measured before stands until there is more to tell.
		{20 * time.Second, 10, 0, true},
		{25 * time.Second, 60, 10, true},
	} {
		at := noon.Add(step.after)
		r.take(name, count{at, step.count})
		if value, known := r.now(at)[name]; known != step.known || value != step.want {
			t.Errorf("after %v: %v, %v, expected %v", step.after, value, known, step.want)
		}
	}
	if late := r.now(noon.Add(2 * keepFor)); len(late) != 0 {
		t.Errorf("two minutes later it is still %v", late)
	}
}

func TestOnlyPodsOnRealNodesAreAskedAndOnlyWhileTheirRateIsWanted(t *testing.T) {
	real := orders("real", func(pod *corev1.Pod) { pod.Spec.NodeName, pod.UID = "real", types.UID("real") })
	pods := []*corev1.Pod{orders("simulated"), real}
	now := read(noon, pods, []*corev1.Node{node("a"), realNode("real")}, &profile{}, map[string]map[containerName]measurement{"real": {}})
	r := newRates(nil, nil, nil)
	if asked := r.questions(now); len(asked) != 0 {
		t.Errorf("nobody has asked, and these are: %v", asked)
	}
	wanted := query{namespace: "shop", name: customv1beta2.AllObjects, selector: labels.Everything(), metric: requestRate}
	r.want(wanted, noon)
	wanted.metric = "queue_length"
	r.want(wanted, noon)
	if asked := r.questions(now); len(asked) != 1 || len(asked[real]) != 1 || asked[real][0] != requestRate {
		t.Errorf("%v is asked, expected the real pod alone", asked)
	}
	now.time = noon.Add(2 * keepFor)
	if asked := r.questions(now); len(asked) != 0 {
		t.Errorf("two minutes later these are asked: %v", asked)
	}

	now.rates = map[rateName]float64{{real.UID, requestRate}: 12.5}
	if value, known := now.custom(real, requestRate); !known || value.String() != "12500m" {
		t.Errorf("measured: %v, %v", value, known)
	}
	if value, known := now.custom(pods[0], requestRate); !known || value.String() != "0" {
		t.Errorf("nobody sends to a simulated pod, which has %v, %v", value, known)
	}
	now.rates = nil
	if value, known := now.custom(real, requestRate); known {
		t.Errorf("what was not measured is %v", value)
	}
}
