package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"plumbline.dev/delivery/controller/api"
)

// mostInconclusive is how many measurements in a row may give no answer: the third takes the release back.
const mostInconclusive = 2

// Measurement is what Prometheus said of a revision.
type Measurement struct {
	Revision string
	At       time.Time
	Answers  []Answer
}

// Answer is of one metric.
type Answer struct {
	Metric string
	Value  float64
	// Unknown is why there is no value; "" if there is one.
	Unknown string
}

func (d *decider) isWatched() bool {
	return d.Spec.Analysis != nil && !d.isFirst() && (d.next.Phase == api.Baking || d.next.Phase == api.Holding)
}

// record adds a measurement to the status, and asks for the next one when it is time.
func (d *decider) record() {
	m := d.Measured
	if m == nil || !d.isWatched() || m.Revision != d.next.UpdateRevision || d.Template != d.next.UpdateRevision {
		return
	}
	at := metav1.NewMicroTime(m.At)
	d.next.MeasuredAt = &at
	d.next.Measurements++
	var bad, unknown []string
	for _, answer := range m.Answers {
		switch broken := d.broken(answer); {
		case answer.Unknown != "":
			unknown = append(unknown, answer.Metric+": "+answer.Unknown)
		case broken != "":
			bad = append(bad, broken)
		case !slices.Contains(d.next.Passed, answer.Metric):
			d.next.Passed = append(d.next.Passed, answer.Metric)
		}
	}
	d.next.Why = strings.Join(append(bad, unknown...), "; ")
	switch {
	case len(bad) > 0:
		d.next.Failures, d.next.Inconclusive = d.next.Failures+1, 0
	case len(unknown) > 0:
		d.next.Inconclusive++
	default:
		d.next.Inconclusive = 0
	}
}

// broken says which bound the answer is beyond; "" if it is within.
func (d *decider) broken(answer Answer) string {
	for _, metric := range d.Spec.Analysis.Metrics {
		switch {
		case metric.Name != answer.Metric || answer.Unknown != "":
		case metric.Max != nil && !(answer.Value <= *metric.Max):
			return fmt.Sprintf("%s is %.4g, at most %.4g is allowed", metric.Name, answer.Value, *metric.Max)
		case metric.Min != nil && !(answer.Value >= *metric.Min):
			return fmt.Sprintf("%s is %.4g, at least %.4g is needed", metric.Name, answer.Value, *metric.Min)
		}
	}
	return ""
}

// condemned is what the analysis has against the update, and has it measured when it is time.
func (d *decider) condemned() string {
	if !d.isWatched() {
		return ""
	}
	switch {
	case d.next.Failures > d.Spec.Analysis.FailureLimit:
		return fmt.Sprintf("%s (%d of %d measurements failed, %d may)", d.next.Why, d.next.Failures, d.next.Measurements, d.Spec.Analysis.FailureLimit)
	case d.next.Inconclusive > mostInconclusive:
		return fmt.Sprintf("%d measurements in a row gave no answer: %s", d.next.Inconclusive, d.next.Why)
	}
	d.done.Measure = d.reached(d.due()) && d.CanMeasure && !d.Measuring
	return ""
}

// due is when to measure next: one interval after the last time, or after requests began to reach the update. Before that there is nothing
// to be measured, and what gives no answer three times takes it back. A watch that is shorter is measured at its end.
func (d *decider) due() time.Time {
	interval := seconds(d.Spec.Analysis.IntervalSeconds)
	if d.next.MeasuredAt != nil {
		return d.next.MeasuredAt.Add(interval)
	}
	return d.next.PhaseSince.Add(min(interval, d.watch()))
}

// watch is how long the update is watched in this phase.
func (d *decider) watch() time.Duration {
	if canary := d.Spec.Strategy.Canary; canary != nil {
		return seconds(canary.Steps[min(d.next.Step, len(canary.Steps)-1)].HoldSeconds)
	}
	return seconds(d.Spec.Strategy.BlueGreen.BakeSeconds)
}

// unproven says which metrics gave no answer as long as the update was watched; "" if all did.
func (d *decider) unproven() string {
	if !d.isWatched() {
		return ""
	}
	var missing []string
	for _, metric := range d.Spec.Analysis.Metrics {
		if !slices.Contains(d.next.Passed, metric.Name) {
			missing = append(missing, metric.Name)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	why := fmt.Sprintf("no measurement of %s passed", strings.Join(missing, ", "))
	if d.next.Why != "" {
		why += ": " + d.next.Why
	}
	return why
}
