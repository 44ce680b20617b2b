package controller

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"plumbline.dev/delivery/controller/api"
)

func orders(services ...string) *api.Release {
	labels := map[string]string{"app": "orders"}
	return &api.Release{
		ObjectMeta: metav1.ObjectMeta{Name: "orders", Namespace: "shop"},
		Spec: api.Spec{
			Selector: metav1.LabelSelector{MatchLabels: labels},
			Strategy: api.Strategy{BlueGreen: &api.BlueGreen{Services: services}},
			Template: map[string]any{
				"metadata": map[string]any{"labels": map[string]any{"app": "orders", "tier": "api"}, "annotations": map[string]any{"team": "checkout"}},
				"spec":     map[string]any{"newerThanThisProgram": true},
			},
		},
	}
}

func TestPodsThatEndDoNotCount(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	pod := func(change func(*corev1.Pod)) corev1.Pod {
		pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{api.RevisionLabel: "blue"}}}
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(now.Add(-time.Minute))}}
		change(&pod)
		return pod
	}
	pods := []corev1.Pod{
		pod(func(*corev1.Pod) {}),
		pod(func(p *corev1.Pod) { p.Status.Conditions[0].LastTransitionTime = metav1.NewTime(now.Add(-time.Second)) }),
		pod(func(p *corev1.Pod) { p.Status.Conditions[0].Status = corev1.ConditionFalse }),
		pod(func(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{Time: now} }),
		pod(func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }),
		pod(func(p *corev1.Pod) { p.Labels[api.RevisionLabel] = "green" }),
	}
	got := revisionOf("blue", 5, now, pods, now, 0)
	if got.Size != 5 || got.Pods != 3 || got.Ready != 2 || got.Available != 1 || got.Wait != time.Second {
		t.Errorf("%+v", got)
	}
	if got := revisionOf("blue", 5, now, pods, now, 90); got.Available != 0 || got.Wait != 30*time.Second {
		t.Errorf("with 90 s: %+v", got)
	}
}

func TestWhichServicesAreSwitched(t *testing.T) {
	service := func(selector map[string]string) *corev1.Service {
		return &corev1.Service{Spec: corev1.ServiceSpec{Selector: selector}}
	}
	found := servicesOf(orders("plain", "pinned", "finer", "foreign", "none", "missing"), map[string]*corev1.Service{
		"plain":   service(map[string]string{"app": "orders"}),
		"pinned":  service(map[string]string{"app": "orders", api.RevisionLabel: "blue"}),
		"finer":   service(map[string]string{"app": "orders", "tier": "api"}),
		"foreign": service(map[string]string{"app": "payments"}),
		"none":    service(nil),
		"left":    service(map[string]string{"app": "orders", api.RevisionLabel: "blue"}),
		"theirs":  service(map[string]string{"app": "payments", api.RevisionLabel: "blue"}),
		"own":     service(map[string]string{"app": "orders", "tier": "api", api.RevisionLabel: "blue"}),
		"metrics": service(map[string]string{"app": "orders"}),
	})
	var words []string
	for _, service := range found {
		word := service.Name + ">" + service.Revision
		if service.Unfit != "" {
			word = service.Unfit
		}
		if !service.Listed {
			word += " unlisted"
		}
		words = append(words, word)
	}
	want := `plain>
pinned>blue
finer>
Service foreign is waited for: its selector "app=payments" does not select pods of this release
Service none is waited for: its selector "" does not select pods of this release
Service missing is waited for: it does not exist
left>blue unlisted`
	if got := strings.Join(words, "\n"); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestADeploymentHasTheTemplateAsItWasWritten(t *testing.T) {
	release := orders("orders")
	before, err := api.Revision(release.Spec.Template)
	if err != nil {
		t.Fatal(err)
	}
	deployment, err := deploymentOf(release, before, 3, time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	text, err := deployment.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"name":"orders-` + before + `"`, `"newerThanThisProgram":true`, `"team":"checkout"`, `"tier":"api"`, `"replicas":3`,
		`"selector":{"matchLabels":{"app":"orders","delivery.plumbline.dev/revision":"` + before + `"}}`,
		`"delivery.plumbline.dev/release":"orders"`, `"delivery.plumbline.dev/started":"2026-11-29T12:00:00Z"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	if after, _ := api.Revision(release.Spec.Template); after != before || len(after) != 10 {
		t.Errorf("the template was changed: it was %s, and is %s", before, after)
	}
}
