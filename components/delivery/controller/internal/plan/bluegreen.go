package plan

import (
	"strings"

	"plumbline.dev/delivery/controller/api"
)

func (d *decider) advanceBlueGreen() {
	switch d.next.Phase {
	case api.Progressing:
		switch {
		case d.update().Available < d.Spec.Replicas:
		case d.isFirst():
			// Its Services may come later: whoever makes them may wait for it.
			d.accept()
		case d.unfit() == "":
			d.enter(api.Baking)
			d.tell(false, "Switched", "Services send to revision %s; %s stands by", d.next.UpdateRevision, d.next.StableRevision)
		}
	case api.Baking:
		// Without its Services it gets no requests by which it could be judged.
		if d.unfit() == "" && d.isOn(d.next.UpdateRevision) && (d.promoted() || d.judged()) {
			d.accept()
		}
	}
}

// unfit says which Services cannot be switched; "" if all can.
func (d *decider) unfit() string {
	var found []string
	for _, service := range d.Services {
		if service.Unfit != "" {
			found = append(found, service.Unfit)
		}
	}
	return strings.Join(found, "; ")
}

// active is the revision that the Services send to; "" if they do not yet send to one.
func (d *decider) active() string {
	for _, service := range d.Services {
		if service.Listed && service.Unfit == "" {
			return service.Revision
		}
	}
	return ""
}

// isOn says whether all Services that can be switched send to the revision.
func (d *decider) isOn(revision string) bool {
	for _, service := range d.Services {
		if service.Listed && service.Unfit == "" && service.Revision != revision {
			return false
		}
	}
	return true
}

func (d *decider) blueGreenGoals() {
	d.resize(d.next.StableRevision, d.Spec.Replicas)
	if d.underWay() {
		d.resize(d.next.UpdateRevision, d.Spec.Replicas)
	}
	for _, revision := range d.others() {
		switch {
		case d.isSelected(revision.Name) && revision.Size > 0:
			// It was switched to, and then dropped or taken back: until the Services leave it, it grows and shrinks as they need.
			d.resize(revision.Name, d.Spec.Replicas)
		case d.isIdle(revision):
			d.resize(revision.Name, 0)
		}
	}
	d.switchServices(d.destination())
}

// isIdle says whether a revision that no Service sends to can go: what serves has ready pods, and the routers know.
func (d *decider) isIdle(revision Revision) bool {
	for _, service := range d.Services {
		// One that still selects all pods sends to "", which has none of its own.
		if service.Listed && service.Unfit == "" && d.ready[service.Revision] == 0 {
			return false
		}
	}
	isServed := d.active() != "" || d.ready[d.next.StableRevision] > 0
	return revision.Size > 0 && isServed && d.passed(RouterDelay)
}

// destination is the revision to which the Services are to send now; "" leaves them as they are.
func (d *decider) destination() string {
	switch active := d.active(); {
	case d.next.Phase == api.Baking:
		return d.next.UpdateRevision
	case d.next.Phase != api.Progressing:
		return d.next.StableRevision
	case active == "":
		// They select all pods, as of a canary before, and would send to those that are only starting.
		return d.next.StableRevision
	case active != "" && active != d.next.StableRevision && d.Revisions[active].Ready*2 < d.Spec.Replicas:
		// An unfinished release before this one was switched to, and fails while this one starts.
		return d.next.StableRevision
	}
	return ""
}

// switchServices has the listed Services send to the revision, never to one without ready pods; others of ours select all again.
func (d *decider) switchServices(to string) {
	for _, service := range d.Services {
		switch {
		case service.Unfit != "":
		case service.Listed && to != "" && service.Revision != to && d.Revisions[to].Ready > 0:
			d.done.Switches = append(d.done.Switches, Switch{service.Name, to})
		case !service.Listed && service.Revision != "":
			d.done.Switches = append(d.done.Switches, Switch{service.Name, ""})
		}
	}
}

// end leads the Services back to select all pods before the revisions' pods go with the release. Where others are to serve, the pods stay
// until the routers know.
func (d *decider) end() {
	if d.next.Phase != api.Ending {
		d.enter(api.Ending)
	}
	for _, service := range d.Services {
		if service.Unfit == "" && service.Revision != "" {
			d.enter(api.Ending)
			d.done.Switches = append(d.done.Switches, Switch{service.Name, ""})
		}
	}
	d.next.Message = "deleted; the Services select all pods again"
	d.done.Gone = len(d.done.Switches) == 0 && (!d.HasOthers || d.passed(RouterDelay))
}
