// Package plan decides what is to be done for a release: from what is seen and remembered, to what is to be remembered and done.
// It asks nobody, and the same input gives the same decision, so a controller that was killed goes on where it was.
package plan

import (
	"fmt"
	"maps"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"plumbline.dev/delivery/controller/api"
)

// RouterDelay is how long pods stay after the Services have left them: 10 s, as long as the platform's pods go on serving when they
// end, for the routers to know.
const RouterDelay = 10 * time.Second

// Settling is how long a pod has to be ready before it counts as available. Whoever makes the endpoints of a Service learns of pods and
// of selectors on two ways: after a switch to pods that became ready just now, there could be a moment without any. The times in a
// pod's status are whole seconds, so 2 s are 1 s at least.
const Settling = 2 * time.Second

// decider is a decision that is being made.
type decider struct {
	Observed
	next  api.Status
	done  Decision
	ready map[string]int32
}

// Decide decides.
func Decide(o Observed) Decision {
	d := &decider{Observed: o, next: o.Status, ready: map[string]int32{}}
	d.next.Conditions = slices.Clone(o.Status.Conditions)
	d.next.Passed = slices.Clone(o.Status.Passed)
	for name, revision := range o.Revisions {
		d.ready[name] = revision.Ready
		if revision.Wait > 0 {
			d.reached(o.Now.Add(revision.Wait))
		}
	}
	if o.IsDeleted {
		d.end()
		d.done.Status = d.next
		return d.done
	}
	d.record()
	d.forgetLost()
	// One turn can lead to the next at once: a release whose steps are all behind begins and ends in few.
	for range 8 {
		before := d.next.Phase
		d.turn()
		if d.next.Phase == before {
			break
		}
	}
	if o.Spec.Strategy.Canary != nil {
		d.canaryGoals()
	} else {
		d.blueGreenGoals()
	}
	d.prune()
	d.describe()
	d.done.Measure = d.done.Measure && d.isWatched()
	d.done.Status = d.next
	return d.done
}

// underWay says whether the update is neither accepted nor given up.
func (d *decider) underWay() bool {
	return slices.Contains([]api.Phase{api.Progressing, api.Baking, api.Holding, api.Promoting}, d.next.Phase)
}

func (d *decider) update() Revision { return d.Revisions[d.next.UpdateRevision] }
func (d *decider) stable() Revision { return d.Revisions[d.next.StableRevision] }
func (d *decider) isFirst() bool    { return d.next.StableRevision == "" }

func (d *decider) enter(phase api.Phase) {
	d.next.Phase, d.next.PhaseSince = phase, metav1.NewMicroTime(d.Now)
	d.next.Passed, d.next.MeasuredAt, d.next.Inconclusive = nil, nil, 0
	if d.underWay() {
		d.next.Why = ""
	}
}

func (d *decider) tell(warning bool, reason, format string, values ...any) {
	d.done.Events = append(d.done.Events, Event{Warning: warning, Reason: reason, Message: fmt.Sprintf(format, values...)})
}

// passed says whether so much time has passed in this phase; if not, there will be a decision when it has.
func (d *decider) passed(wait time.Duration) bool {
	return d.reached(d.next.PhaseSince.Add(wait))
}

func (d *decider) reached(at time.Time) bool {
	left := at.Sub(d.Now)
	if left > 0 && (d.done.After == 0 || left < d.done.After) {
		d.done.After = left
	}
	return left <= 0
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// turn leads to the next phase, if it is time.
func (d *decider) turn() {
	switch {
	case d.next.UpdateRevision != d.Template:
		d.begin()
	case d.next.Phase == api.Aborted && d.Retry == d.next.UpdateRevision:
		d.begin()
	case d.next.Phase == api.Aborted && d.next.Reason == api.NoPrometheus && (d.CanMeasure || d.Spec.Analysis == nil):
		d.begin()
	case d.next.Phase == api.RollingBack:
		d.finishRollingBack()
	case d.underWay():
		if reason, why := d.verdict(); reason != "" {
			d.takeBack(d.next.UpdateRevision, reason, why)
		} else {
			d.advance()
		}
	}
}

// begin takes up a template that is new.
func (d *decider) begin() {
	unfinished := d.next.UpdateRevision
	wasUnderWay := d.underWay() || d.next.Phase == api.RollingBack
	d.next.UpdateRevision, d.next.Step, d.next.MostReady = d.Template, 0, 0
	d.next.Reason, d.next.Why = "", ""
	d.next.Measurements, d.next.Failures = 0, 0
	switch {
	case d.Template == d.next.StableRevision:
		d.takeBack(unfinished, api.Withdrawn, fmt.Sprintf("the template is that of the stable revision %s again", d.Template))
		return
	case !d.isFirst() && d.Spec.Analysis != nil && !d.CanMeasure:
		d.takeBack(d.Template, api.NoPrometheus, "the release has an analysis, and the controller no Prometheus: start it with --prometheus URL, or take out spec.analysis")
		return
	}
	d.enter(api.Progressing)
	if wasUnderWay && unfinished != "" {
		d.tell(false, "Dropped", "revision %s was not finished: the template has changed", unfinished)
	}
	d.tell(false, "Started", "revision %s is released", d.Template)
}

// forgetLost gives a stable revision up whose Deployment somebody deleted. It cannot be made anew, as its template is another's now: what
// is released is a first one again, also if it was being taken back.
func (d *decider) forgetLost() {
	stable := d.next.StableRevision
	if _, exists := d.Revisions[stable]; exists || stable == "" || stable == d.Template || d.IsDeleted {
		return
	}
	d.tell(true, "StableLost", "the Deployment of revision %s is gone: there is nothing to go back to", stable)
	d.next.StableRevision, d.next.UpdateRevision = "", ""
}

// takeBack gives a revision up. Of a first release there is nothing to go back to: it is said, and tried on.
func (d *decider) takeBack(unfinished, reason, why string) {
	if d.next.Reason != reason {
		d.tell(reason != api.Withdrawn, "TakenBack", "revision %s: %s", unfinished, why)
	}
	d.next.Reason, d.next.Why = reason, why
	if d.isFirst() {
		return
	}
	d.enter(api.RollingBack)
}

// verdict is why the update must be taken back, if it must.
func (d *decider) verdict() (reason, why string) {
	update, target := d.update(), d.target()
	most := min(d.next.MostReady, target)
	d.next.MostReady = max(most, min(update.Ready, target))
	switch {
	case d.Refused != "":
		return api.TemplateRefused, "the API server refuses the template: " + d.Refused
	case d.Abort == d.next.UpdateRevision && !d.isFirst():
		return api.AbortedByHand, fmt.Sprintf("it was asked for, by the annotation %s", api.AbortAnnotation)
	case d.isExposed() && !d.isFirst() && (update.Ready == 0 && most > 0 || update.Ready*2 < most):
		return api.NotReady, fmt.Sprintf("%d of %d pods are ready, after %d were", update.Ready, target, most)
	}
	if why := d.condemned(); why != "" {
		return api.AnalysisFailed, why
	}
	isStarting := (d.next.Phase == api.Progressing || d.next.Phase == api.Promoting) && update.Available < target
	if isStarting && d.passed(seconds(d.Spec.ProgressDeadlineSeconds)) {
		return api.ProgressDeadlineExceeded, fmt.Sprintf("%d of %d pods were ready after %d s", update.Available, target, d.Spec.ProgressDeadlineSeconds)
	}
	return "", ""
}

// target is how many pods the update is to have now.
func (d *decider) target() int32 {
	if d.Spec.Strategy.Canary != nil && !d.isFirst() && d.next.Phase != api.Promoting {
		return d.share()
	}
	return d.Spec.Replicas
}

// isExposed says whether requests reach the update.
func (d *decider) isExposed() bool {
	return d.Spec.Strategy.Canary != nil || d.next.Phase == api.Baking
}

// advance goes on with a release of which there is nothing to complain.
func (d *decider) advance() {
	if d.Spec.Strategy.Canary != nil {
		d.advanceCanary()
	} else {
		d.advanceBlueGreen()
	}
}

// promoted says whether somebody wants the update to go through at once.
func (d *decider) promoted() bool {
	if d.Promote != d.next.UpdateRevision {
		return false
	}
	d.tell(false, "Promoted", "revision %s: the annotation %s names it", d.next.UpdateRevision, api.PromoteAnnotation)
	return true
}

// judged says whether a phase in which the update is watched is over; it may end in going back.
func (d *decider) judged() bool {
	// An answer that is due or under way is waited for.
	if !d.passed(d.watch()) || d.Measuring || d.done.Measure {
		return false
	}
	if missing := d.unproven(); missing != "" {
		d.takeBack(d.next.UpdateRevision, api.AnalysisFailed, missing)
		return false
	}
	return true
}

func (d *decider) accept() {
	d.tell(false, "Accepted", "revision %s is the stable one", d.next.UpdateRevision)
	d.next.StableRevision = d.next.UpdateRevision
	d.next.Reason, d.next.Why = "", ""
	d.enter(api.Healthy)
}

func (d *decider) finishRollingBack() {
	isBack := d.isOn(d.next.StableRevision)
	if d.Spec.Strategy.Canary != nil {
		isBack = d.isWithoutCanary()
	}
	if !isBack {
		return
	}
	if d.next.Reason == api.Withdrawn {
		d.accept()
		return
	}
	d.enter(api.Aborted)
	d.tell(true, "Aborted", "revision %s serves; %s was taken back: %s", d.next.StableRevision, d.next.UpdateRevision, d.next.Why)
}

// resize asks for another size of a revision, if it has not that size already. Of what is there, ready pods end last.
func (d *decider) resize(name string, size int32) {
	revision, exists := d.Revisions[name]
	switch {
	case !exists && (size == 0 || name != d.Template):
		return
	case !exists || size > revision.Size:
		d.done.Create = d.done.Create || !exists
		d.done.Ups = append(d.done.Ups, Scale{name, size})
	case size < revision.Size:
		d.ready[name] = min(d.ready[name], size)
		d.done.Downs = append(d.done.Downs, Scale{name, size})
	}
}

// others are the revisions that are neither stable nor, while it is under way, the update, in the order of their names.
func (d *decider) others() []Revision {
	var found []Revision
	for _, name := range slices.Sorted(maps.Keys(d.Revisions)) {
		if name != d.next.StableRevision && !(d.underWay() && name == d.next.UpdateRevision) {
			found = append(found, d.Revisions[name])
		}
	}
	return found
}

// prune deletes the oldest of the revisions that have no pods and that nobody needs.
func (d *decider) prune() {
	var idle []Revision
	for _, revision := range d.others() {
		if revision.Size == 0 && revision.Pods == 0 && revision.Name != d.next.UpdateRevision && !d.isSelected(revision.Name) {
			idle = append(idle, revision)
		}
	}
	slices.SortStableFunc(idle, func(a, b Revision) int { return b.Started.Compare(a.Started) })
	for _, revision := range idle[min(len(idle), d.Spec.RevisionHistoryLimit):] {
		d.done.Prunes = append(d.done.Prunes, revision.Name)
	}
}

// isSelected says whether a Service sends to this revision alone.
func (d *decider) isSelected(name string) bool {
	return slices.ContainsFunc(d.Services, func(s Service) bool { return s.Revision == name })
}
