package plan

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"plumbline.dev/delivery/controller/api"
)

// describe says in the status what people, autoscalers and engines read.
func (d *decider) describe() {
	s := &d.next
	s.ObservedGeneration = d.Generation
	s.ActiveRevision, s.Weight = d.serving()
	s.Replicas, s.ReadyReplicas = 0, 0
	selected := labels.Set{}
	for key, value := range d.Spec.Selector.MatchLabels {
		selected[key] = value
	}
	isOfOne := d.Spec.Strategy.BlueGreen != nil && s.ActiveRevision != ""
	if isOfOne {
		selected[api.RevisionLabel] = s.ActiveRevision
	}
	for name, revision := range d.Revisions {
		if !isOfOne || name == s.ActiveRevision {
			s.Replicas, s.ReadyReplicas = s.Replicas+revision.Pods, s.ReadyReplicas+revision.Ready
		}
	}
	s.Selector = selected.String()
	s.Message = d.message()
	// A command that names another revision than that which is under way was given for nothing, or is done. A retry is done when it has
	// begun: left on, it would have what is taken back again tried without end.
	d.done.Settled = []string{api.RetryAnnotation}
	if !d.underWay() && s.Phase != api.RollingBack {
		d.done.Settled = append(d.done.Settled, api.AbortAnnotation, api.PromoteAnnotation)
	}

	isFailed := s.Phase == api.Aborted || d.underWay() && d.isFirst() && s.Reason != ""
	reason := s.Reason
	if reason == "" {
		reason = string(s.Phase)
	}
	d.condition(api.Ready, s.Phase == api.Healthy, reason)
	d.condition(api.Reconciling, s.Phase != api.Healthy && s.Phase != api.Aborted, string(s.Phase))
	d.condition(api.Failed, isFailed, reason)
}

// serving is the revision that serves, or serves most, and the share of requests that the update is to get.
func (d *decider) serving() (revision string, weight int32) {
	s := d.next
	if d.Spec.Strategy.Canary != nil {
		switch {
		case d.isFirst() || s.Phase == api.Healthy || s.Phase == api.Promoting:
			weight = 100
		case d.underWay():
			steps := d.Spec.Strategy.Canary.Steps
			weight = steps[min(s.Step, len(steps)-1)].Weight
		}
		if d.isFirst() {
			return s.UpdateRevision, weight
		}
		return s.StableRevision, weight
	}
	revision = d.active()
	if revision == "" {
		revision = s.StableRevision
	}
	if revision == "" {
		revision = s.UpdateRevision
	}
	if revision == s.UpdateRevision {
		weight = 100
	}
	return revision, weight
}

func (d *decider) message() string {
	s := d.next
	started := fmt.Sprintf("%d of %d pods of %s are ready", d.update().Available, d.target(), s.UpdateRevision)
	var parts []string
	switch s.Phase {
	case api.Progressing, api.Promoting:
		parts = append(parts, started)
		if d.isFirst() && s.Reason != "" {
			parts = append(parts, s.Why+". There is no revision to go back to")
		}
	case api.Baking:
		until := s.PhaseSince.Add(seconds(d.Spec.Strategy.BlueGreen.BakeSeconds))
		parts = append(parts, fmt.Sprintf("the Services send to %s; %s stands by until %s", s.UpdateRevision, s.StableRevision, clock(until)))
	case api.Holding:
		until := s.PhaseSince.Add(seconds(d.Spec.Strategy.Canary.Steps[min(s.Step, len(d.Spec.Strategy.Canary.Steps)-1)].HoldSeconds))
		parts = append(parts, fmt.Sprintf("%d of %d pods are of %s, until %s", d.share(), d.Spec.Replicas, s.UpdateRevision, clock(until)))
	case api.RollingBack:
		parts = append(parts, fmt.Sprintf("going back to %s: %s", s.StableRevision, s.Why))
		if d.stable().Ready == 0 {
			parts = append(parts, fmt.Sprintf("no pod of %s is ready, so what serves stays", s.StableRevision))
		}
	case api.Aborted:
		parts = append(parts, fmt.Sprintf("%s serves; %s was taken back: %s. spec.template still is that of %s, which is not tried again until it changes, or a retry is asked for",
			s.StableRevision, s.UpdateRevision, s.Why, s.UpdateRevision))
	case api.Healthy:
		parts = append(parts, s.StableRevision+" serves")
	}
	if d.isFirst() && d.Abort == s.UpdateRevision {
		parts = append(parts, "it cannot be aborted, for it is the first: there is no revision to go back to")
	}
	if unfit := d.unfit(); unfit != "" {
		parts = append(parts, unfit)
	}
	return strings.Join(parts, "; ")
}

func clock(at time.Time) string { return at.UTC().Format("15:04:05Z") }

func (d *decider) condition(kind string, holds bool, reason string) {
	status := metav1.ConditionFalse
	if holds {
		status = metav1.ConditionTrue
	}
	meta.SetStatusCondition(&d.next.Conditions, metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: d.next.Message,
		ObservedGeneration: d.Generation, LastTransitionTime: metav1.NewTime(d.Now.Truncate(time.Second)),
	})
}
