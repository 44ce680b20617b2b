package main

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"plumbline.dev/delivery/controller/api"
	"plumbline.dev/rehearsal/cluster/internal/config"
)

const (
	fastBlueGreen = `{"blueGreen":{"services":[%q],"bakeSeconds":1}}`
	slowBlueGreen = `{"blueGreen":{"services":[%q],"bakeSeconds":600}}`
	analysis      = `{"intervalSeconds":1,"metrics":[{"name":"errors","query":"errors{pod=~\"{{pods}}\"}","max":0.01}]}`
)

func TestReleases(t *testing.T) {
	if testing.Short() {
		t.Skip("boots a cluster")
	}
	t.Parallel()
	metrics := &metricsOfRevisions{faulty: map[string]bool{}}
	prometheus := httptest.NewServer(metrics)
	t.Cleanup(prometheus.Close)
	r := releasing{&rehearsal{t: t, dir: t.TempDir()}, metrics}
	cluster := config.Cluster{Name: "test", Region: "test", CRDs: []string{}}
	cluster.Releases.Prometheus = &config.Prometheus{URL: prometheus.URL}
	for _, zone := range []string{"a", "b", "c"} {
		cluster.Nodes = append(cluster.Nodes, config.Node{Name: "test-" + zone, Zone: zone, CPU: "16", Memory: "64Gi", Pods: 250})
	}
	describe(t, r.dir, cluster)
	r.start()
	t.Cleanup(func() { _ = r.process.Process.Kill() })
	t.Run("at once", func(t *testing.T) {
		for i, undos := range [][]func(*app){{aborted}, {measured}, {unready}, {aborted, measured}} {
			t.Run(fmt.Sprintf("blue-green %d", i), func(t *testing.T) { t.Parallel(); testBlueGreen(r.app(t, fmt.Sprintf("shop-%d", i), 3, "{}"), undos) })
		}
		for name, test := range map[string]func(*testing.T, releasing){
			"canary": testCanary, "canary that fails": testCanaryThatFails, "budget": testBudget, "deletion": testDeletion,
			"autoscaler": testAutoscaler, "refusals": testRefusals, "first": testFirst,
		} {
			t.Run(name, func(t *testing.T) { t.Parallel(); test(t, r) })
		}
	})
	t.Run("killed", func(t *testing.T) { testKilled(t, r) })
	r.end(os.Interrupt)
}

// testBlueGreen makes five releases, and then some that are undone, each in its way.
func testBlueGreen(a *app, undos []func(*app)) {
	a.set("strategy", fmt.Sprintf(fastBlueGreen, a.name))
	a.set("analysis", analysis)
	versions := a.watchEndpoints(false)
	for range 5 {
		revision := a.release()
		status := a.reaches(api.Healthy, revision)
		if status.StableRevision != revision {
			a.Fatalf("%+v", status)
		}
	}
	stable := a.status().StableRevision
	a.set("strategy", fmt.Sprintf(slowBlueGreen, a.name))
	for _, undo := range undos {
		undo(a)
		status := a.status()
		service, err := a.client.CoreV1().Services(a.name).Get(a.Context(), a.name, metav1.GetOptions{})
		a.must(err)
		if selected := service.Spec.Selector[api.RevisionLabel]; status.StableRevision != stable || selected != stable || status.ActiveRevision != stable {
			a.Errorf("%s is selected, the status is %+v", selected, status)
		}
		a.Logf("%s: %s", status.Reason, status.Message)
	}
	// What was taken back is not tried again, however often it is applied.
	if last := a.apply(); a.reaches(api.Aborted, last).StableRevision != stable {
		a.Error("a revision that was taken back was tried again")
	}
	a.Logf("%d versions of the endpoints", versions())
}

func aborted(a *app) {
	revision := a.release()
	a.reaches(api.Baking, revision)
	a.command(api.AbortAnnotation, revision)
	if status := a.reaches(api.Aborted, revision); status.Reason != api.AbortedByHand {
		a.Errorf("%+v", status)
	}
}

func measured(a *app) {
	container := a.template["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)
	container["image"] = "example.org/web:bad"
	a.version++
	container["env"] = []any{map[string]any{"name": "VERSION", "value": fmt.Sprint(a.version)}}
	revision, err := api.Revision(a.template)
	a.must(err)
	a.metrics.blame(revision)
	a.apply()
	status := a.reaches(api.Aborted, revision)
	if status.Reason != api.AnalysisFailed || !strings.Contains(status.Message, "errors is 1, at most 0.01 is allowed") {
		a.Errorf("%+v", status)
	}
}

func unready(a *app) {
	revision := a.release()
	a.reaches(api.Baking, revision)
	a.until("switched", func(s api.Status) bool { return s.ActiveRevision == revision })
	fresh := slices.DeleteFunc(a.pods(), func(pod corev1.Pod) bool { return pod.Labels[api.RevisionLabel] != revision })
	a.breakPod(fresh[0].Name)
	a.until("one broken pod", func(api.Status) bool { return a.ready()[revision] == 2 })
	if status := a.status(); status.Phase != api.Baking {
		a.Errorf("with two of three ready: %+v", status)
	}
	a.breakPod(fresh[1].Name)
	if status := a.reaches(api.Aborted, revision); status.Reason != api.NotReady {
		a.Errorf("%+v", status)
	}
}

func (a *app) breakPod(name string) {
	_, err := a.client.CoreV1().Pods(a.name).Patch(a.Context(), name, types.MergePatchType, []byte(`{"metadata":{"annotations":{"plumbline.dev/ready":"false"}}}`), metav1.PatchOptions{})
	a.must(err)
}

// holds waits for a step of a canary, and compares the ready pods.
func (a *app) holds(step int, stable, update string, wantStable, wantUpdate int) {
	a.Helper()
	a.until(fmt.Sprintf("step %d", step), func(s api.Status) bool { return s.Phase == api.Holding && s.Step == step && s.UpdateRevision == update })
	if ready := a.ready(); ready[stable] != wantStable || ready[update] != wantUpdate {
		a.Errorf("step %d: %d old and %d new pods are ready, not %d and %d", step, ready[stable], ready[update], wantStable, wantUpdate)
	}
}

func testCanary(t *testing.T, r releasing) {
	a := r.app(t, "canary", 4, `{"canary":{"steps":[{"weight":5,"holdSeconds":2},{"weight":50,"holdSeconds":2},{"weight":75,"holdSeconds":2}]}}`)
	a.set("analysis", analysis)
	a.watchEndpoints(true)
	first := a.release()
	a.reaches(api.Healthy, first)
	second := a.release()
	a.holds(0, first, second, 3, 1)
	a.holds(1, first, second, 2, 2)
	a.holds(2, first, second, 1, 3)
	a.reaches(api.Healthy, second)

	a.set("strategy", `{"canary":{"steps":[{"weight":25,"holdSeconds":600}]}}`)
	third := a.release()
	a.holds(0, second, third, 3, 1)
	_, err := a.resource().Patch(t.Context(), a.name, types.MergePatchType, []byte(`{"spec":{"replicas":8}}`), metav1.PatchOptions{}, "scale")
	a.must(err)
	a.until("the larger size", func(api.Status) bool { ready := a.ready(); return ready[second] == 6 && ready[third] == 2 })
	a.command(api.PromoteAnnotation, third)
	a.reaches(api.Healthy, third)
	if status := a.until("all", func(s api.Status) bool { return s.Replicas == 8 }); status.Selector != "app=canary" {
		t.Errorf("%+v", status)
	}
}

func testCanaryThatFails(t *testing.T, r releasing) {
	a := r.app(t, "canary-bad", 3, `{"canary":{"steps":[{"weight":50,"holdSeconds":600}]}}`)
	a.set("analysis", analysis)
	a.watchEndpoints(true)
	stable := a.release()
	a.reaches(api.Healthy, stable)
	measured(a)
	a.until("only stable pods", func(api.Status) bool { ready := a.ready(); return ready[stable] == 3 && len(ready) == 1 })
	update := a.release()
	a.holds(0, stable, update, 1, 2)
	a.command(api.AbortAnnotation, update)
	for a.status().Phase != api.Aborted {
		ready := a.ready()
		if ready[stable]+ready[update] < 3 {
			t.Errorf("%v pods are ready", ready)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if ready := a.ready(); ready[stable] != 3 {
		t.Errorf("%v pods are ready", ready)
	}
}

func testBudget(t *testing.T, r releasing) {
	a := r.app(t, "budget", 3, fmt.Sprintf(slowBlueGreen, "budget"))
	one := metav1.LabelSelector{MatchLabels: map[string]string{"app": a.name}}
	_, err := a.client.PolicyV1().PodDisruptionBudgets(a.name).Create(t.Context(), &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Name: a.name}, Spec: policyv1.PodDisruptionBudgetSpec{Selector: &one, MaxUnavailable: new(intstr.FromInt32(1))},
	}, metav1.CreateOptions{})
	a.must(err)
	a.reaches(api.Healthy, a.release())
	a.template["metadata"].(map[string]any)["annotations"].(map[string]any)["plumbline.dev/start-delay"] = "5s"
	a.reaches(api.Baking, a.release())
	a.until("the budget", func(api.Status) bool {
		budget, err := a.client.PolicyV1().PodDisruptionBudgets(a.name).Get(t.Context(), a.name, metav1.GetOptions{})
		return err == nil && budget.Status.ExpectedPods == 6 && budget.Status.DisruptionsAllowed == 1
	})
	evict := func(pod corev1.Pod) error {
		return a.client.PolicyV1().Evictions(a.name).Evict(t.Context(), &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: a.name}})
	}
	pods := a.pods()
	a.must(evict(pods[0]))
	if err := evict(pods[1]); !apierrors.IsTooManyRequests(err) {
		t.Errorf("a second eviction: %v", err)
	}
	if status := a.status(); status.Phase != api.Baking {
		t.Errorf("%+v", status)
	}
}

// testDeletion has a Deployment take over from a release that is deleted, in the foreground as engines do.
func testDeletion(t *testing.T, r releasing) {
	a := r.app(t, "deleted", 2, fmt.Sprintf(fastBlueGreen, "deleted"))
	a.watchEndpoints(true)
	revision := a.release()
	a.until("the label", func(api.Status) bool {
		service, err := a.client.CoreV1().Services(a.name).Get(t.Context(), a.name, metav1.GetOptions{})
		return err == nil && service.Spec.Selector[api.RevisionLabel] == revision
	})
	a.rehearsal.apply(`{apiVersion: apps/v1, kind: Deployment, metadata: {name: rolling, namespace: deleted}, spec: {replicas: 2, selector: {matchLabels: {app: deleted, kind: rolling}}, template: {metadata: {labels: {app: deleted, kind: rolling}, annotations: {plumbline.dev/start-delay: 100ms}}, spec: {containers: [{name: web, image: "example.org/web:1"}]}}}}`)
	a.until("the Deployment", func(api.Status) bool { return a.ready()[""] == 2 })
	a.must(a.resource().Delete(t.Context(), a.name, metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationForeground)}))
	for deadline := time.Now().Add(60 * time.Second); len(a.ready()) > 1; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the release's pods are still there")
		}
	}
	service, err := a.client.CoreV1().Services(a.name).Get(t.Context(), a.name, metav1.GetOptions{})
	a.must(err)
	if len(service.Spec.Selector) != 1 {
		t.Errorf("the Service selects %v", service.Spec.Selector)
	}
}

func testAutoscaler(t *testing.T, r releasing) {
	a := r.app(t, "scaled", 2, fmt.Sprintf(slowBlueGreen, "scaled"))
	first := a.release()
	a.reaches(api.Healthy, first)
	a.template["metadata"].(map[string]any)["annotations"].(map[string]any)["plumbline.dev/usage-cpu"] = "50m"
	a.rehearsal.apply(`{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: scaled, namespace: scaled}, spec: {scaleTargetRef: {apiVersion: delivery.plumbline.dev/v1alpha1, kind: Release, name: scaled}, minReplicas: 2, maxReplicas: 5, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]}}`)
	second := a.release()
	a.reaches(api.Baking, second)
	// Only the new revision's pods use more than they should: the autoscaler counts those that the Service sends to.
	a.until("the largest size of both", func(s api.Status) bool {
		ready := a.ready()
		return ready[first] == 5 && ready[second] == 5 && s.Replicas == 5
	})
}

// testFirst is of a first release whose Service comes later.
func testFirst(t *testing.T, r releasing) {
	a := r.app(t, "first", 1, `{"blueGreen":{"services":["first","later"],"bakeSeconds":1}}`)
	first := a.release()
	if status := a.reaches(api.Healthy, first); !strings.Contains(status.Message, "Service later is waited for") {
		t.Errorf("%+v", status)
	}
	second := a.release()
	a.until("the wait", func(s api.Status) bool {
		return s.Phase == api.Progressing && strings.Contains(s.Message, "1 of 1 pods of "+second)
	})
	a.rehearsal.apply(`{apiVersion: v1, kind: Service, metadata: {name: later, namespace: first}, spec: {selector: {app: first}, ports: [{port: 80}]}}`)
	a.reaches(api.Healthy, second)
	a.template["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)["image"] = ""
	refused := a.release()
	if status := a.reaches(api.Aborted, refused); status.Reason != api.TemplateRefused || !strings.Contains(status.Message, "image: Required value") {
		t.Errorf("%+v", status)
	}
}

func testRefusals(t *testing.T, r releasing) {
	a := r.app(t, "refused", 1, fmt.Sprintf(fastBlueGreen, "refused"))
	a.spec["template"] = a.template
	for _, test := range []struct{ field, value, want string }{
		{"strategy", `{}`, "exactly one of blueGreen and canary must be given"},
		{"strategy", `{"blueGreen":{"services":["a"]},"canary":{"steps":[{"weight":5,"holdSeconds":1}]}}`, "exactly one of blueGreen and canary must be given"},
		{"strategy", `{"blueGreen":{"services":[]}}`, "spec.strategy.blueGreen.services"},
		{"strategy", `{"canary":{"steps":[{"weight":50,"holdSeconds":1},{"weight":50,"holdSeconds":1}]}}`, "each step must have a greater weight than the one before"},
		{"strategy", `{"canary":{"steps":[{"weight":50,"holdSeconds":1},{"weight":5,"holdSeconds":1}]}}`, "each step must have a greater weight than the one before"},
		{"strategy", `{"canary":{"steps":[{"weight":100,"holdSeconds":1}]}}`, "should be less than or equal to 99"},
		{"selector", `{"matchLabels":{"app":"other"}}`, "template.metadata.labels must hold every label of selector.matchLabels"},
		{"selector", `{"matchLabels":{"app":"refused","delivery.plumbline.dev/revision":"x"}}`, "delivery.plumbline.dev/revision is set by the controller"},
		{"analysis", `{"metrics":[{"name":"errors","query":"q"}]}`, "min or max must be given"},
		{"analysis", `{"metrics":[{"name":"errors","query":"q","min":2,"max":1}]}`, "min may be as large as max"},
		{"template", `{"metadata":{"labels":{"app":"refused"}},"spec":{"containers":[]}}`, "spec.template.spec.containers"},
		{"replicas", `0`, "should be greater than or equal to 1"},
	} {
		spec := maps.Clone(a.spec)
		a.set(test.field, test.value)
		if err := a.tryApply(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: %v, expected it to say %q", test.field, test.value, err, test.want)
		}
		a.spec = spec
	}
	a.reaches(api.Healthy, a.release())
	a.set("selector", `{"matchLabels":{"app":"refused","kind":"x"}}`)
	if err := a.tryApply(); err == nil || !strings.Contains(err.Error(), "the selector cannot be changed") {
		t.Errorf("another selector: %v", err)
	}
}

// testKilled kills the controller, and all around it, in the middle of each phase.
func testKilled(t *testing.T, r releasing) {
	blueGreen := r.app(t, "killed-bg", 2, `{"blueGreen":{"services":["killed-bg"],"bakeSeconds":10}}`)
	canary := r.app(t, "killed-canary", 4, `{"canary":{"steps":[{"weight":50,"holdSeconds":600}]}}`)
	stable, old := canary.release(), blueGreen.release()
	canary.reaches(api.Healthy, stable)
	blueGreen.reaches(api.Healthy, old)
	restart := func() {
		r.end(os.Kill)
		r.rehearsal.t = t
		r.start()
		blueGreen.connect()
		canary.connect()
	}
	for _, a := range []*app{blueGreen, canary} {
		a.template["metadata"].(map[string]any)["annotations"].(map[string]any)["plumbline.dev/start-delay"] = "2s"
	}
	update, fresh := canary.release(), blueGreen.release()
	blueGreen.reaches(api.Progressing, fresh)
	canary.reaches(api.Progressing, update)
	restart()
	baking := blueGreen.reaches(api.Baking, fresh)
	canary.reaches(api.Holding, update)
	restart()
	if status := blueGreen.status(); !status.PhaseSince.Equal(&baking.PhaseSince) {
		t.Errorf("it bakes anew: %+v", status)
	}
	canary.holds(0, stable, update, 2, 2)
	canary.command(api.AbortAnnotation, update)
	canary.until("going back", func(s api.Status) bool { return s.Phase == api.RollingBack || s.Phase == api.Aborted })
	restart()
	canary.reaches(api.Aborted, update)
	if ready := canary.ready(); ready[stable] != 4 || len(ready) != 1 {
		t.Errorf("%v pods are ready", ready)
	}
	blueGreen.reaches(api.Healthy, fresh)
}
