package manifests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func TestRead(t *testing.T) {
	for text, want := range map[string]string{
		"# nothing\n---\nkind: Service\napiVersion: v1\nmetadata: { name: a }\n---\n": "",
		"kind: Service\napiVersion: v1\n":                                             "document 1 lacks apiVersion, kind or metadata.name",
		"kind: [":                                                                     "document 1 is no YAML object",
	} {
		path := filepath.Join(t.TempDir(), "file.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		objects, err := Read([]string{path})
		if want == "" {
			if err != nil || len(objects) != 1 || objects[0].GetName() != "a" {
				t.Errorf("%q: %v, %v", text, objects, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v, expected %q", text, err, want)
		}
	}
	if _, err := Read([]string{filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestADeploymentIsAvailableWhenThePresentOneHasAllReplicas(t *testing.T) {
	for _, test := range []struct {
		generation, observed int64
		replicas             *int32
		available            int32
		want                 bool
	}{
		{1, 1, ptr.To[int32](2), 2, true},
		{1, 1, ptr.To[int32](2), 1, false},
		{2, 1, ptr.To[int32](2), 2, false},
		{1, 1, nil, 1, true},
		{1, 0, ptr.To[int32](0), 0, false},
	} {
		got := isAvailable(&appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Generation: test.generation},
			Spec:       appsv1.DeploymentSpec{Replicas: test.replicas},
			Status:     appsv1.DeploymentStatus{ObservedGeneration: test.observed, AvailableReplicas: test.available},
		})
		if got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

func TestTroubles(t *testing.T) {
	pod := func(status corev1.PodStatus) corev1.Pod {
		return corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Status: status}
	}
	for want, pods := range map[string][]corev1.Pod{
		"none was made": nil,
		"a is on no node (0/3 nodes are available)": {pod(corev1.PodStatus{Conditions: []corev1.PodCondition{
			{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "0/3 nodes are available"},
		}})},
		"a waits: ErrImagePull no registry": {pod(corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{
			{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull", Message: "no registry"}}},
		}})},
		"a runs, and container b is not ready": {pod(corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{
			{Name: "b", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}},
		}})},
	} {
		if got := troubles(pods); got != want {
			t.Errorf("%q, expected %q", got, want)
		}
	}
}
