package plan

import (
	"plumbline.dev/delivery/controller/api"
)

// share is how many pods of the update there are to be at this step: at least one, and one of the stable revision remains.
func (d *decider) share() int32 {
	steps := d.Spec.Strategy.Canary.Steps
	weight := steps[min(d.next.Step, len(steps)-1)].Weight
	all := d.Spec.Replicas
	return min(max((all*weight+99)/100, 1), max(all-1, 1))
}

func (d *decider) advanceCanary() {
	update, steps := d.update(), d.Spec.Strategy.Canary.Steps
	switch {
	case d.isFirst() || d.next.Phase == api.Promoting:
		if update.Available >= d.Spec.Replicas {
			d.accept()
		}
	case d.promoted():
		d.enter(api.Promoting)
	case d.next.Step >= len(steps):
		// The steps became fewer meanwhile.
		d.enter(api.Promoting)
	case d.next.Phase == api.Progressing:
		if update.Available >= d.share() && d.stable().Size == d.rest() {
			d.enter(api.Holding)
			d.tell(false, "Stepped", "%d of %d pods are of revision %s", d.share(), d.Spec.Replicas, update.Name)
		}
	case d.judged():
		d.next.Step++
		if d.next.Step < len(steps) {
			d.enter(api.Progressing)
		} else {
			d.enter(api.Promoting)
		}
	}
}

// rest is how many stable pods there are to be beside the update's: more than their share, if the update's are not available.
func (d *decider) rest() int32 {
	all, available := d.Spec.Replicas, d.update().Available
	switch {
	case !d.underWay():
		return all
	case d.next.Phase == api.Promoting:
		return max(min(d.stable().Size, all), all-available)
	}
	return max(all-d.share(), all-available, 1)
}

func (d *decider) canaryGoals() {
	if d.underWay() {
		d.resizeSafely(d.next.UpdateRevision, d.target())
	}
	d.resizeSafely(d.next.StableRevision, d.rest())
	for _, revision := range d.others() {
		d.resizeSafely(revision.Name, 0)
	}
	d.switchServices("")
}

// resizeSafely lets ready pods go only if as many as asked for remain. When stable pods do not become ready in time, those that are have
// to do: what was judged bad must not stay for them.
func (d *decider) resizeSafely(name string, size int32) {
	remaining := min(d.ready[name], size)
	isLossless := remaining == d.ready[name]
	for other, ready := range d.ready {
		if other != name {
			remaining += ready
		}
	}
	isGivenUp := !d.underWay() && name != d.next.StableRevision && size < d.Revisions[name].Size &&
		d.ready[d.next.StableRevision] > 0 && d.passed(seconds(d.Spec.ProgressDeadlineSeconds))
	if size >= d.Revisions[name].Size || isLossless || remaining >= d.Spec.Replicas || isGivenUp {
		d.resize(name, size)
	}
}

func (d *decider) isWithoutCanary() bool {
	for _, revision := range d.others() {
		if revision.Size > 0 {
			return false
		}
	}
	return d.stable().Available >= d.Spec.Replicas || d.stable().Ready > 0 && d.passed(seconds(d.Spec.ProgressDeadlineSeconds))
}
