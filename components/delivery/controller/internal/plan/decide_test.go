package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"plumbline.dev/delivery/controller/api"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func revision(name string, size, ready int32) Revision {
	return Revision{Name: name, Size: size, Pods: size, Ready: ready, Available: ready}
}

// blueGreen is 10 s after the switch from blue to green, of which three pods each are ready.
func blueGreen() Observed {
	most := 0.5
	return Observed{
		Now: noon, Name: "orders", Template: "green", CanMeasure: true,
		Spec: api.Spec{
			Replicas: 3, Selector: metav1.LabelSelector{MatchLabels: map[string]string{"app": "orders"}}, ProgressDeadlineSeconds: 60,
			RevisionHistoryLimit: 5, Strategy: api.Strategy{BlueGreen: &api.BlueGreen{Services: []string{"orders"}, BakeSeconds: 20}},
			Analysis: &api.Analysis{IntervalSeconds: 5, FailureLimit: 1, Metrics: []api.Metric{{Name: "errors", Query: "q", Max: &most}}},
		},
		Status: api.Status{
			Phase: api.Baking, PhaseSince: metav1.NewMicroTime(noon.Add(-10 * time.Second)), StableRevision: "blue", UpdateRevision: "green", MostReady: 3,
		},
		Revisions: map[string]Revision{"blue": revision("blue", 3, 3), "green": revision("green", 3, 3)},
		Services:  []Service{{Name: "orders", Listed: true, Revision: "green"}},
	}
}

// canary is 10 s into the second of three steps of ten pods.
func canary() Observed {
	o := blueGreen()
	o.Spec.Replicas, o.Spec.Analysis, o.Services = 10, nil, nil
	o.Spec.Strategy = api.Strategy{Canary: &api.Canary{Steps: []api.Step{{Weight: 5, HoldSeconds: 20}, {Weight: 25, HoldSeconds: 20}, {Weight: 50, HoldSeconds: 20}}}}
	o.Status.Phase, o.Status.Step = api.Holding, 1
	o.Revisions = map[string]Revision{"blue": revision("blue", 7, 7), "green": revision("green", 3, 3)}
	return o
}

func starting(o Observed) Observed {
	o.Status.Phase = api.Progressing
	o.Services = []Service{{Name: "orders", Listed: true, Revision: "blue"}}
	return o
}

func first(o Observed) Observed {
	o = starting(o)
	o.Status.StableRevision = ""
	o.Services[0].Revision = ""
	delete(o.Revisions, "blue")
	return o
}

func measured(o Observed, value float64, unknown string) Observed {
	o.Measured = &Measurement{Revision: "green", At: noon, Answers: []Answer{{Metric: "errors", Value: value, Unknown: unknown}}}
	return o
}

func changed(o Observed, change func(*Observed)) Observed {
	change(&o)
	return o
}

func TestATurn(t *testing.T) {
	for _, test := range []struct {
		what     string
		seen     Observed
		phase    api.Phase
		reason   string
		message  string
		actions  string
		isFailed bool
	}{
		{what: "a new release", seen: changed(blueGreen(), func(o *Observed) {
			o.Status.Phase, o.Status.StableRevision, o.Status.UpdateRevision, o.Services[0].Revision = api.Healthy, "blue", "blue", "blue"
			delete(o.Revisions, "green")
		}), phase: api.Progressing, message: "0 of 3 pods of green are ready", actions: "create green:3"},
		{what: "no Prometheus", seen: changed(starting(blueGreen()), func(o *Observed) {
			o.Status.Phase, o.Status.UpdateRevision, o.CanMeasure = api.Healthy, "blue", false
		}), phase: api.Aborted, reason: api.NoPrometheus, message: "--prometheus URL", isFailed: true},
		{what: "the first", seen: first(blueGreen()), phase: api.Healthy, actions: "orders>green"},
		{what: "the first, too late", seen: changed(first(blueGreen()), func(o *Observed) {
			o.Revisions["green"], o.Now = revision("green", 3, 2), noon.Add(time.Hour)
		}), phase: api.Progressing, reason: api.ProgressDeadlineExceeded, message: "2 of 3 pods were ready after 60 s. There is no revision to go back to", isFailed: true},
		{what: "the first, aborted", seen: changed(first(blueGreen()), func(o *Observed) { o.Abort, o.Revisions["green"] = "green", revision("green", 3, 2) }),
			phase: api.Progressing, message: "cannot be aborted"},
		{what: "all ready", seen: starting(blueGreen()), phase: api.Baking, actions: "orders>green"},
		{what: "not all ready", seen: changed(starting(blueGreen()), func(o *Observed) { o.Revisions["green"] = revision("green", 3, 2) }), phase: api.Progressing, message: "2 of 3 pods of green"},
		{what: "a Service is missing", seen: changed(starting(blueGreen()), func(o *Observed) {
			o.Services = append(o.Services, Service{Name: "api", Listed: true, Unfit: "Service api is waited for"})
		}), phase: api.Progressing, message: "Service api is waited for"},
		{what: "too late", seen: changed(starting(blueGreen()), func(o *Observed) {
			o.Revisions["green"], o.Now = revision("green", 3, 2), noon.Add(50*time.Second)
		}), phase: api.Aborted, reason: api.ProgressDeadlineExceeded, message: "2 of 3 pods were ready after 60 s. spec.template still is that of green", isFailed: true},
		{what: "an interval has not passed since the switch", seen: changed(blueGreen(), func(o *Observed) { o.Now = noon.Add(-6 * time.Second) }), phase: api.Baking},
		{what: "an interval has passed since the switch", seen: changed(blueGreen(), func(o *Observed) { o.Now = noon.Add(-5 * time.Second) }), phase: api.Baking, actions: "measure"},
		{what: "baked for less than an interval", seen: changed(blueGreen(), func(o *Observed) { o.Spec.Analysis.IntervalSeconds = 60 }), phase: api.Baking},
		{what: "baked, and never measured", seen: changed(blueGreen(), func(o *Observed) {
			o.Spec.Analysis.IntervalSeconds, o.Now = 60, noon.Add(10*time.Second)
		}), phase: api.Baking, actions: "measure"},
		{what: "canary: each hold begins with an interval without a measurement", seen: changed(canary(), func(o *Observed) {
			o.Spec.Analysis, o.Status.PhaseSince = blueGreen().Spec.Analysis, metav1.NewMicroTime(noon.Add(-4*time.Second))
		}), phase: api.Holding},
		{what: "canary: an interval of a hold has passed", seen: changed(canary(), func(o *Observed) {
			o.Spec.Analysis, o.Status.PhaseSince = blueGreen().Spec.Analysis, metav1.NewMicroTime(noon.Add(-5*time.Second))
		}), phase: api.Holding, actions: "measure"},
		{what: "a good measurement", seen: measured(blueGreen(), 0.5, ""), phase: api.Baking},
		{what: "a bad measurement, which may be", seen: measured(blueGreen(), 0.6, ""), phase: api.Baking},
		{what: "a bad measurement too many", seen: changed(measured(blueGreen(), 0.6, ""), func(o *Observed) { o.Status.Failures, o.Status.Measurements = 1, 4 }),
			phase: api.RollingBack, reason: api.AnalysisFailed, message: "errors is 0.6, at most 0.5 is allowed (2 of 5 measurements failed, 1 may)", actions: "orders>blue"},
		{what: "two without an answer", seen: changed(measured(blueGreen(), 0, "no data"), func(o *Observed) { o.Status.Inconclusive = 1 }), phase: api.Baking},
		{what: "three without an answer", seen: changed(measured(blueGreen(), 0, "no data"), func(o *Observed) { o.Status.Inconclusive = 2 }),
			phase: api.RollingBack, reason: api.AnalysisFailed, message: "3 measurements in a row gave no answer: errors: no data", actions: "orders>blue"},
		{what: "baked", seen: changed(measured(blueGreen(), 0, ""), func(o *Observed) { o.Now = noon.Add(time.Minute); o.Measured.At = o.Now }), phase: api.Healthy},
		{what: "baked without an answer", seen: changed(measured(blueGreen(), 0, "no data"), func(o *Observed) { o.Now = noon.Add(time.Minute); o.Measured.At = o.Now }),
			phase: api.RollingBack, reason: api.AnalysisFailed, message: "no measurement of errors passed: errors: no data", actions: "orders>blue"},
		{what: "baked, and being measured", seen: changed(blueGreen(), func(o *Observed) { o.Now, o.Measuring = noon.Add(time.Minute), true }), phase: api.Baking},
		{what: "promoted", seen: changed(blueGreen(), func(o *Observed) { o.Promote = "green" }), phase: api.Healthy},
		{what: "another promoted", seen: changed(blueGreen(), func(o *Observed) { o.Promote = "red" }), phase: api.Baking, actions: "measure"},
		{what: "promoted before the Services have switched", seen: changed(blueGreen(), func(o *Observed) { o.Promote, o.Services[0].Revision = "green", "blue" }), phase: api.Baking, actions: "orders>green measure"},
		{what: "aborted", seen: changed(blueGreen(), func(o *Observed) { o.Abort = "green" }), phase: api.RollingBack, reason: api.AbortedByHand, actions: "orders>blue"},
		{what: "another aborted", seen: changed(blueGreen(), func(o *Observed) { o.Abort = "red" }), phase: api.Baking, actions: "measure"},
		{what: "half unready", seen: changed(blueGreen(), func(o *Observed) { o.Spec.Replicas, o.Revisions["green"] = 2, revision("green", 2, 1) }), phase: api.Baking, actions: "down blue:2 measure"},
		{what: "more than half unready", seen: changed(blueGreen(), func(o *Observed) { o.Revisions["green"] = revision("green", 3, 1) }),
			phase: api.RollingBack, reason: api.NotReady, message: "1 of 3 pods are ready, after 3 were", actions: "orders>blue"},
		{what: "the autoscaler asks for more than twice", seen: changed(blueGreen(), func(o *Observed) { o.Spec.Replicas = 8 }), phase: api.Baking, actions: "up blue:8 up green:8 measure"},
		{what: "all unready, and blue too", seen: changed(blueGreen(), func(o *Observed) {
			o.Revisions = map[string]Revision{"blue": revision("blue", 3, 0), "green": revision("green", 3, 0)}
		}), phase: api.RollingBack, reason: api.NotReady, message: "no pod of blue is ready, so what serves stays"},
		{what: "back on blue", seen: changed(starting(blueGreen()), func(o *Observed) { o.Status.Phase, o.Status.Reason = api.RollingBack, api.NotReady }),
			phase: api.Aborted, reason: api.NotReady, message: "blue serves; green was taken back", isFailed: true},
		{what: "the routers know", seen: changed(starting(blueGreen()), func(o *Observed) { o.Status.Phase, o.Status.Reason = api.Aborted, api.NotReady }),
			phase: api.Aborted, reason: api.NotReady, actions: "down green:0", isFailed: true},
		{what: "the routers do not know yet", seen: changed(starting(blueGreen()), func(o *Observed) {
			o.Status.Phase, o.Status.Reason, o.Now = api.Aborted, api.NotReady, noon.Add(-time.Millisecond)
		}), phase: api.Aborted, reason: api.NotReady, isFailed: true},
		{what: "green is the last that is ready", seen: changed(starting(blueGreen()), func(o *Observed) {
			o.Status.Phase, o.Status.Reason, o.Revisions["blue"] = api.Aborted, api.NotReady, revision("blue", 3, 0)
		}), phase: api.Aborted, reason: api.NotReady, isFailed: true},
		{what: "green is the last that is ready, and there is no Service", seen: changed(starting(blueGreen()), func(o *Observed) {
			o.Status.Phase, o.Status.Reason, o.Services, o.Revisions["blue"] = api.Aborted, api.NotReady, nil, revision("blue", 3, 0)
		}), phase: api.Aborted, reason: api.NotReady, isFailed: true},
		{what: "a Service selects all", seen: changed(starting(blueGreen()), func(o *Observed) {
			o.Status.Phase, o.Status.Reason, o.Services[0].Revision = api.Aborted, api.NotReady, ""
		}), phase: api.Aborted, reason: api.NotReady, actions: "orders>blue", isFailed: true},
		{what: "a Service stays on green", seen: changed(starting(blueGreen()), func(o *Observed) {
			o.Status.Phase, o.Status.Reason = api.Aborted, api.NotReady
			o.Services = append(o.Services, Service{Name: "late", Listed: true, Revision: "green"})
		}), phase: api.Aborted, reason: api.NotReady, actions: "late>blue", isFailed: true},
		{what: "tried again", seen: changed(starting(blueGreen()), func(o *Observed) { o.Status.Phase, o.Status.Reason, o.Retry = api.Aborted, api.NotReady, "green" }),
			phase: api.Baking, actions: "orders>green"},
		{what: "another tried again", seen: changed(starting(blueGreen()), func(o *Observed) { o.Status.Phase, o.Status.Reason, o.Retry = api.Aborted, api.NotReady, "red" }),
			phase: api.Aborted, reason: api.NotReady, actions: "down green:0", isFailed: true},
		{what: "tried again in the middle", seen: changed(blueGreen(), func(o *Observed) { o.Retry = "green" }), phase: api.Baking, actions: "measure"},
		{what: "withdrawn", seen: changed(blueGreen(), func(o *Observed) { o.Template = "blue" }), phase: api.RollingBack, reason: api.Withdrawn, actions: "orders>blue"},
		{what: "withdrawn before the switch", seen: changed(starting(blueGreen()), func(o *Observed) { o.Template = "blue" }), phase: api.Healthy},
		{what: "another template in the middle", seen: changed(blueGreen(), func(o *Observed) { o.Template = "red" }), phase: api.Progressing, actions: "create red:3"},
		{what: "a Service that is listed no more", seen: changed(blueGreen(), func(o *Observed) { o.Services = append(o.Services, Service{Name: "old", Revision: "blue"}) }),
			phase: api.Baking, actions: "old> measure"},
		{what: "a Service that selects all pods, while green starts", seen: changed(starting(blueGreen()), func(o *Observed) {
			o.Revisions["green"], o.Services[0].Revision = revision("green", 3, 1), ""
		}), phase: api.Progressing, actions: "orders>blue"},
		{what: "a Service is gone in the middle", seen: changed(measured(blueGreen(), 0, ""), func(o *Observed) {
			o.Now, o.Measured.At = noon.Add(time.Minute), noon.Add(time.Minute)
			o.Services[0].Unfit = "Service orders is waited for"
		}), phase: api.Baking, message: "Service orders is waited for"},
		{what: "blue's Deployment is gone", seen: changed(blueGreen(), func(o *Observed) { delete(o.Revisions, "blue") }), phase: api.Healthy},
		{what: "blue's Deployment is gone, on the way back to it", seen: changed(blueGreen(), func(o *Observed) {
			o.Status.Phase, o.Status.Reason = api.RollingBack, api.NotReady
			o.Revisions = map[string]Revision{"green": revision("green", 3, 1)}
		}), phase: api.Progressing, message: "1 of 3 pods of green are ready"},
		{what: "canary: blue's Deployment is gone", seen: changed(canary(), func(o *Observed) { delete(o.Revisions, "blue") }), phase: api.Progressing, actions: "up green:10"},
		{what: "deleted", seen: changed(blueGreen(), func(o *Observed) { o.IsDeleted = true }), phase: api.Ending, actions: "orders>"},

		{what: "canary: a hold", seen: canary(), phase: api.Holding, message: "3 of 10 pods are of green, until 12:00:10Z"},
		{what: "canary: the next step", seen: changed(canary(), func(o *Observed) { o.Now = noon.Add(time.Minute) }), phase: api.Progressing, actions: "up green:5"},
		{what: "canary: the last step is over", seen: changed(canary(), func(o *Observed) { o.Now, o.Status.Step = noon.Add(time.Minute), 2 }), phase: api.Promoting, actions: "up green:10"},
		{what: "canary: new pods first", seen: changed(canary(), func(o *Observed) {
			o.Status.Phase, o.Status.Step, o.Revisions["green"] = api.Progressing, 2, Revision{Name: "green", Size: 5, Pods: 5, Ready: 4, Available: 4}
		}), phase: api.Progressing, actions: "down blue:6"},
		{what: "canary: promoted", seen: changed(canary(), func(o *Observed) { o.Promote = "green" }), phase: api.Promoting, actions: "up green:10"},
		{what: "canary: all new", seen: changed(canary(), func(o *Observed) { o.Status.Phase, o.Revisions["green"] = api.Promoting, revision("green", 10, 10) }), phase: api.Healthy, actions: "down blue:0"},
		{what: "canary: stable pods first", seen: changed(canary(), func(o *Observed) { o.Abort = "green" }), phase: api.RollingBack, reason: api.AbortedByHand, actions: "up blue:10"},
		{what: "canary: then the others go", seen: changed(canary(), func(o *Observed) {
			o.Status.Phase, o.Status.Reason, o.Revisions["blue"] = api.RollingBack, api.NotReady, revision("blue", 10, 10)
		}), phase: api.RollingBack, reason: api.NotReady, actions: "down green:0"},
		{what: "canary: an unready pod is made up for", seen: changed(canary(), func(o *Observed) { o.Revisions["green"] = revision("green", 3, 2) }), phase: api.Holding, actions: "up blue:8"},
		{what: "canary: one pod in all", seen: changed(canary(), func(o *Observed) {
			o.Spec.Replicas, o.Status.MostReady = 1, 1
			o.Revisions = map[string]Revision{"blue": revision("blue", 1, 1), "green": revision("green", 1, 1)}
		}), phase: api.Holding, message: "1 of 1 pods are of green"},
		{what: "canary: a Service that blue-green left", seen: changed(canary(), func(o *Observed) { o.Services = []Service{{Name: "orders", Revision: "blue"}} }), phase: api.Holding, actions: "orders>"},
	} {
		t.Run(test.what, func(t *testing.T) {
			done := Decide(test.seen)
			s := done.Status
			if s.Phase != test.phase || s.Reason != test.reason || !strings.Contains(s.Message, test.message) {
				t.Errorf("%s for %q: %s", s.Phase, s.Reason, s.Message)
			}
			if got := inWords(done); got != test.actions {
				t.Errorf("actions: %q, expected %q", got, test.actions)
			}
			for _, condition := range s.Conditions {
				if condition.Type == api.Failed && (condition.Status == metav1.ConditionTrue) != test.isFailed {
					t.Errorf("%+v", condition)
				}
			}
		})
	}
}

// inWords lists the actions in their order.
func inWords(d Decision) string {
	var words []string
	for _, up := range d.Ups {
		word := "up"
		if d.Create {
			word = "create"
		}
		words = append(words, word, sized(up))
	}
	for _, change := range d.Switches {
		words = append(words, change.Service+">"+change.Revision)
	}
	for _, down := range d.Downs {
		words = append(words, "down", sized(down))
	}
	if d.Measure {
		words = append(words, "measure")
	}
	return strings.Join(words, " ")
}

func sized(scale Scale) string { return fmt.Sprintf("%s:%d", scale.Revision, scale.Size) }

func TestARetryIsTriedOnceAndOtherCommandsStandUntilTheEnd(t *testing.T) {
	under := Decide(changed(blueGreen(), func(o *Observed) { o.Retry, o.Promote = "green", "red" })).Settled
	atRest := Decide(changed(blueGreen(), func(o *Observed) { o.Promote = "green" })).Settled
	if len(under) != 1 || under[0] != api.RetryAnnotation || len(atRest) != 3 {
		t.Errorf("dropped: %v under way, %v at rest", under, atRest)
	}
}

func TestOldRevisionsAreKeptUpToTheLimit(t *testing.T) {
	o := blueGreen()
	o.Spec.RevisionHistoryLimit = 1
	o.Revisions["old"] = Revision{Name: "old", Started: noon.Add(-2 * time.Hour)}
	o.Revisions["older"] = Revision{Name: "older", Started: noon.Add(-3 * time.Hour)}
	o.Revisions["ending"] = Revision{Name: "ending", Pods: 1, Started: noon.Add(-4 * time.Hour)}
	if done := Decide(o); len(done.Prunes) != 1 || done.Prunes[0] != "older" {
		t.Errorf("%v", done.Prunes)
	}
}

func TestADeletedReleaseWaitsForRoutersOnlyIfOthersServe(t *testing.T) {
	for hasOthers, want := range map[bool]bool{false: true, true: false} {
		o := blueGreen()
		o.IsDeleted, o.HasOthers, o.Services[0].Revision = true, hasOthers, ""
		if done := Decide(o); done.Gone != want {
			t.Errorf("with others %v: %+v", hasOthers, done)
		}
		o.Status.Phase = api.Ending
		if done := Decide(o); !done.Gone {
			t.Errorf("10 s later: %+v", done)
		}
	}
}

func TestADecisionIsMadeAgainInTime(t *testing.T) {
	for what, test := range map[string]struct {
		seen Observed
		want time.Duration
	}{
		"the bake's end":        {changed(blueGreen(), func(o *Observed) { o.Spec.Analysis = nil }), 10 * time.Second},
		"the first measurement": {changed(blueGreen(), func(o *Observed) { o.Now = noon.Add(-8 * time.Second) }), 3 * time.Second},
		"the next measurement":  {measured(blueGreen(), 0, ""), 5 * time.Second},
		"the deadline":          {changed(starting(blueGreen()), func(o *Observed) { o.Revisions["green"] = revision("green", 3, 0) }), 50 * time.Second},
		"a pod's age":           {changed(blueGreen(), func(o *Observed) { o.Revisions["old"] = Revision{Name: "old", Wait: time.Second} }), time.Second},
		"nothing":               {changed(first(blueGreen()), func(o *Observed) { o.Status.Phase, o.Status.StableRevision = api.Healthy, "green" }), 0},
	} {
		if done := Decide(test.seen); done.After != test.want {
			t.Errorf("%s: in %s, expected %s", what, done.After, test.want)
		}
	}
}
