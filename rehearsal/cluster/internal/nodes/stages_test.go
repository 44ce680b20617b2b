package nodes

import (
	"testing"

	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/utils/lifecycle"
)

func TestEveryStageCompiles(t *testing.T) {
	all, err := stagesOfNodesAndPods()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, stages := range all {
		for _, stage := range stages {
			seen[stage.Name] = true
		}
		if _, err := lifecycle.NewLifecycle(stages); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"node-initialize", "node-heartbeat", "pod-ready", "pod-complete", "pod-delete",
		"pod-ready-restore", "pod-unready", "pod-waiting", "pod-failed"} {
		if !seen[name] {
			t.Errorf("stage %s is missing", name)
		}
	}
}

func TestAPodTakesAMomentToStart(t *testing.T) {
	all, err := stagesOfNodesAndPods()
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range all[internalversion.StageResourceRef{APIGroup: "v1", Kind: "Pod"}] {
		if stage.Name == "pod-ready" && (stage.Spec.Delay == nil || *stage.Spec.Delay.DurationMilliseconds < 500) {
			t.Error("pods become ready at once: a disruption budget would never bite")
		}
	}
}
