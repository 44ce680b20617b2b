package faults

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

func TestTheDefinitionAllowsTheTypesThatThereAre(t *testing.T) {
	object, err := Definition()
	if err != nil {
		t.Fatal(err)
	}
	var definition apiextensions.CustomResourceDefinition
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &definition); err != nil {
		t.Fatal(err)
	}
	if definition.Name != DefinitionName || definition.Spec.Group != resources.Group {
		t.Errorf("name %s, group %s", definition.Name, definition.Spec.Group)
	}
	var allowed []string
	for _, value := range definition.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["type"].Enum {
		allowed = append(allowed, string(value.Raw))
	}
	for _, of := range []Type{PodKill, NodeKill, NodePartition, ZoneLoss, Drain, CPUHog, DiskFull, ClockSkew, SlowNetwork, PacketLoss} {
		if !slices.Contains(allowed, `"`+string(of)+`"`) {
			t.Errorf("%s is not allowed", of)
		}
	}
	const all = 10
	if len(allowed) != all {
		t.Errorf("allowed are %v", allowed)
	}
}

func TestAFaultIsReadAsItIsWritten(t *testing.T) {
	object := &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{"name": "x", "creationTimestamp": "2026-11-24T12:00:00Z"},
		"spec": map[string]any{
			"type": "slow-network", "node": "a-real", "duration": "1m30s", "latency": "100ms", "jitter": "5ms",
		},
		"status": map[string]any{"phase": "Active", "victims": []any{map[string]any{"name": "web-0", "uid": "u"}}},
	}}
	fault, err := decode(object)
	if err != nil {
		t.Fatal(err)
	}
	if !fault.Until().Equal(began.Add(90*time.Second)) || fault.Spec.Latency.Duration != 100*time.Millisecond || fault.Status.Victims[0].UID != "u" {
		t.Errorf("%+v", fault)
	}
	if fault.target() != "node a-real" {
		t.Errorf("target %s", fault.target())
	}
	unstructured.SetNestedField(object.Object, "soon", "spec", "duration")
	if _, err := decode(object); err == nil {
		t.Error("a duration that is none was read")
	}
}

func TestAPodKillIsKeptForAWhileThoughNothingOfItLasts(t *testing.T) {
	fault := &Fault{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(began)}, Spec: Spec{Type: PodKill, Pods: &Pods{Namespace: "shop", Selector: "app=web"}}}
	if !fault.Until().Equal(began.Add(keptFor)) || fault.target() != "pods app=web in namespace shop" {
		t.Errorf("%s until %s", fault.target(), fault.Until())
	}
}

func TestOneOrAllPodsAreChosen(t *testing.T) {
	var pods []corev1.Pod
	for _, name := range []string{"web-0", "web-1", "web-2"} {
		pods = append(pods, corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID("uid of " + name)}})
	}
	if all := choose(pods, true); len(all) != len(pods) || all[2] != (Victim{"web-2", "uid of web-2"}) {
		t.Errorf("all: %v", all)
	}
	seen := map[string]bool{}
	for range 200 {
		one := choose(pods, false)
		if len(one) != 1 {
			t.Fatalf("one: %v", one)
		}
		seen[one[0].Name] = true
	}
	if len(seen) != len(pods) {
		t.Errorf("always the same: %v", seen)
	}
	if none := choose(nil, false); len(none) != 0 {
		t.Errorf("none: %v", none)
	}
}

func TestADrainTellsHowFarItIs(t *testing.T) {
	for _, test := range []struct {
		left int
		held []string
		want string
	}{
		{0, nil, "every pod that can be evicted has left"},
		{2, nil, "2 pods are leaving"},
		{3, []string{"shop/b", "shop/a"}, "1 pods are leaving; held back by a disruption budget: shop/a, shop/b"},
	} {
		if got := drained(test.left, test.held); got != test.want {
			t.Errorf("%q, expected %q", got, test.want)
		}
	}
}
