package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"plumbline.dev/delivery/controller/api"
)

// The revisions of the simulation: good ones, one whose metric is out of bounds, and one whose pods never become ready.
const (
	good, alsoGood, faulty, stuck = "good", "alsogood", "faulty", "stuck"
)

type pod struct {
	ready   bool
	at      time.Time // when it became ready, or will
	isStuck bool
}

// world is a cluster with one release, of which all that can happen does, in any order.
type world struct {
	t        *testing.T
	random   *rand.Rand
	log      []string
	now      time.Time
	spec     api.Spec
	status   api.Status
	template string
	abort    string
	promote  string
	pods     map[string][]pod
	started  map[string]time.Time
	services map[string]string

	isAsking bool
	answer   *Measurement
}

func newWorld(t *testing.T, seed uint64, strategy api.Strategy) *world {
	most := 0.5
	return &world{
		t: t, random: rand.New(rand.NewPCG(seed, 1)), now: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC),
		spec: api.Spec{
			Replicas: 3, Selector: metav1.LabelSelector{MatchLabels: map[string]string{"app": "orders"}}, RevisionHistoryLimit: 1,
			ProgressDeadlineSeconds: 20, Strategy: strategy,
			Analysis: &api.Analysis{IntervalSeconds: 2, Metrics: []api.Metric{{Name: "errors", Query: "q", Max: &most}}},
		},
		template: good, pods: map[string][]pod{}, started: map[string]time.Time{},
		services: map[string]string{"orders": "", "orders-admin": ""},
	}
}

func (w *world) observe() Observed {
	seen := Observed{
		Now: w.now, Name: "orders", Spec: w.spec, Status: w.status, Template: w.template, Abort: w.abort, Promote: w.promote,
		Revisions: map[string]Revision{}, CanMeasure: true, Measuring: w.isAsking, Measured: w.answer,
	}
	for name, pods := range w.pods {
		revision := Revision{Name: name, Size: int32(len(pods)), Pods: int32(len(pods)), Started: w.started[name]}
		for _, pod := range pods {
			if pod.ready {
				revision.Ready++
				if w.now.Sub(pod.at) >= Settling {
					revision.Available++
				}
			}
		}
		seen.Revisions[name] = revision
	}
	for _, name := range []string{"orders", "orders-admin"} {
		if revision, exists := w.services[name]; exists {
			seen.Services = append(seen.Services, Service{Name: name, Listed: w.spec.Strategy.BlueGreen != nil, Revision: revision})
		}
	}
	return seen
}

// endpoints are the ready pods behind a Service.
func (w *world) endpoints(service string) (count int) {
	revision := w.services[service]
	for name, pods := range w.pods {
		if revision == "" || revision == name {
			count += w.readyOf(pods)
		}
	}
	return count
}

func (w *world) readyOf(pods []pod) (count int) {
	for _, pod := range pods {
		if pod.ready {
			count++
		}
	}
	return count
}

func (w *world) allReady() (count int) {
	for _, pods := range w.pods {
		count += w.readyOf(pods)
	}
	return count
}

// resize does what a Deployment does: pods that are not ready go first.
func (w *world) resize(name string, size int) {
	pods := w.pods[name]
	slices.SortStableFunc(pods, func(a, b pod) int {
		switch {
		case a.ready == b.ready:
			return 0
		case a.ready:
			return -1
		}
		return 1
	})
	for len(pods) < size {
		wait := time.Duration(w.random.IntN(3000)) * time.Millisecond
		pods = append(pods, pod{at: w.now.Add(wait), isStuck: name == stuck})
	}
	w.pods[name] = pods[:size]
}

func (w *world) failf(format string, values ...any) {
	w.t.Helper()
	last := w.log[max(0, len(w.log)-40):]
	for _, line := range last {
		w.t.Log(line)
	}
	w.t.Fatalf(format, values...)
}

// reconcile decides and acts. It may be killed after any action, and then starts anew, with nothing but what is in the status.
func (w *world) reconcile(isKilled bool) Decision {
	decision := Decide(w.observe())
	var actions []func()
	act := func(what string, do func()) {
		actions = append(actions, func() { w.log = append(w.log, "  "+what); do() })
	}
	if again := Decide(w.observe()); fmt.Sprint(again) != fmt.Sprint(decision) {
		w.failf("the same was seen, and decided otherwise: %+v and %+v", decision, again)
	}
	act(fmt.Sprintf("status %s %s", decision.Status.Phase, decision.Status.Message), func() { w.setStatus(decision.Status); w.answer = nil })
	for _, up := range decision.Ups {
		act(fmt.Sprint("up ", up), func() {
			if len(w.pods[up.Revision]) == 0 {
				w.started[up.Revision] = w.now
			}
			w.resize(up.Revision, int(up.Size))
		})
	}
	for _, change := range decision.Switches {
		act(fmt.Sprint("switch ", change), func() { w.services[change.Service] = change.Revision })
	}
	for _, down := range decision.Downs {
		act(fmt.Sprint("down ", down), func() {
			if w.spec.Strategy.BlueGreen != nil && down.Revision == w.status.StableRevision && down.Size < w.spec.Replicas {
				w.failf("the stable revision was scaled down to %d of %d", down.Size, w.spec.Replicas)
			}
			w.resize(down.Revision, int(down.Size))
		})
	}
	for _, name := range decision.Prunes {
		act("prune "+name, func() {
			if len(w.pods[name]) > 0 {
				w.failf("%s was pruned with pods", name)
			}
			delete(w.pods, name)
		})
	}
	if slices.Contains(decision.Settled, api.AbortAnnotation) {
		act("commands dropped", func() { w.abort, w.promote = "", "" })
	}
	if isKilled {
		actions = actions[:w.random.IntN(len(actions)+1)]
		w.isAsking, w.answer = false, nil
	}
	for _, action := range actions {
		w.watched(action)
	}
	if decision.Measure && !isKilled {
		w.isAsking = true
	}
	return decision
}

// watched does an action, and sees that it took no requests away from pods that could answer them.
func (w *world) watched(action func()) {
	before := map[string]int{}
	for service := range w.services {
		before[service] = w.endpoints(service)
	}
	ready := w.allReady()
	action()
	for service, count := range before {
		if now := w.endpoints(service); count > 0 && now == 0 {
			w.failf("Service %s had %d ready endpoints, and has none", service, count)
		}
	}
	isExcused := w.status.Phase != api.Progressing && w.now.Sub(w.status.PhaseSince.Time) >= seconds(w.spec.ProgressDeadlineSeconds)
	least := min(ready, int(w.spec.Replicas))
	if now := w.allReady(); w.spec.Strategy.Canary != nil && now < least && !isExcused {
		w.failf("%d pods were ready, %d of %d are", ready, now, w.spec.Replicas)
	}
}

// setStatus writes it, and sees that nothing was accepted that must not be.
func (w *world) setStatus(status api.Status) {
	if accepted := status.StableRevision; accepted != w.status.StableRevision {
		isFirst := w.status.StableRevision == ""
		if accepted == stuck || accepted == faulty && !isFirst && w.promote != faulty {
			w.failf("%s was accepted", accepted)
		}
	}
	w.status = status
}

// pass lets time pass: pods become ready, and Prometheus answers.
func (w *world) pass(time time.Duration) {
	w.now = w.now.Add(time)
	for _, pods := range w.pods {
		for i := range pods {
			pods[i].ready = pods[i].ready || !pods[i].isStuck && !pods[i].at.After(w.now)
		}
	}
}

func (w *world) respond(isSilent bool) {
	if !w.isAsking {
		return
	}
	answer := Answer{Metric: "errors"}
	switch {
	case isSilent:
		answer.Unknown = "no data"
	case w.status.UpdateRevision == faulty:
		answer.Value = 1
	}
	w.isAsking, w.answer = false, &Measurement{Revision: w.status.UpdateRevision, At: w.now, Answers: []Answer{answer}}
}

// happen is something that no controller decides.
func (w *world) happen() {
	switch w.random.IntN(14) {
	case 0:
		w.template = []string{good, alsoGood, faulty, stuck}[w.random.IntN(4)]
	case 1:
		w.spec.Replicas = 1 + w.random.Int32N(8)
	case 2:
		w.abort = w.status.UpdateRevision
	case 3:
		if w.random.IntN(3) == 0 {
			w.promote = w.status.UpdateRevision
		}
	case 4, 5:
		for _, pods := range w.pods {
			for i := range pods {
				if w.random.IntN(4) == 0 {
					pods[i].ready, pods[i].at = false, w.now.Add(time.Duration(w.random.IntN(6000))*time.Millisecond)
				}
			}
		}
	case 6:
		w.respond(true)
	case 7, 8:
		w.respond(false)
	case 9:
		// Somebody writes the selector anew, as an `up` may do.
		if w.random.IntN(6) == 0 {
			w.services["orders"] = ""
		}
	default:
		w.pass(time.Duration(w.random.IntN(2500)) * time.Millisecond)
	}
	w.log = append(w.log, fmt.Sprintf("%s n=%d template=%s %v services=%v", w.now.Format("05.000"), w.spec.Replicas, w.template, w.pods, w.services))
}

// settle lets only time pass, until the release has come to rest.
func (w *world) settle() {
	for range 400 {
		w.pass(500 * time.Millisecond)
		w.respond(false)
		w.log = append(w.log, w.now.Format("05.000"))
		w.reconcile(false)
	}
	phase, stable := w.status.Phase, w.status.StableRevision
	if stable == "" && w.template == stuck {
		return
	}
	if phase != api.Healthy && phase != api.Aborted || phase == api.Healthy && stable != w.template {
		w.failf("came to rest as %s of %s (%s), with the template %s", phase, stable, w.status.Message, w.template)
	}
	if (w.template == good || w.template == alsoGood) && phase == api.Aborted && w.status.Reason == "" {
		w.failf("a good revision was taken back for no reason")
	}
	for name, pods := range w.pods {
		if want := map[bool]int{true: int(w.spec.Replicas)}[name == stable]; len(pods) != want {
			w.failf("%s has %d pods, and not %d", name, len(pods), want)
		}
	}
	for service, revision := range w.services {
		if want := map[bool]string{true: stable}[w.spec.Strategy.BlueGreen != nil]; revision != want {
			w.failf("Service %s sends to %q", service, revision)
		}
	}
	if decision := w.reconcile(false); len(decision.Ups)+len(decision.Downs)+len(decision.Switches)+len(decision.Prunes) > 0 || decision.Measure {
		w.failf("at rest, and yet: %+v", decision)
	}
}

func TestWhateverHappensNoRequestIsLost(t *testing.T) {
	for name, strategy := range map[string]api.Strategy{
		"blue-green": {BlueGreen: &api.BlueGreen{Services: []string{"orders", "orders-admin"}, BakeSeconds: 5}},
		"canary":     {Canary: &api.Canary{Steps: []api.Step{{Weight: 5, HoldSeconds: 3}, {Weight: 50, HoldSeconds: 3}, {Weight: 80, HoldSeconds: 1}}}},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(100) {
				w := newWorld(t, seed, strategy)
				w.log = append(w.log, fmt.Sprint("seed ", seed))
				for range 120 {
					w.happen()
					w.reconcile(w.random.IntN(4) == 0)
				}
				w.settle()
			}
		})
	}
}
