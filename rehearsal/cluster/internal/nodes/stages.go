package nodes

import (
	"embed"
	"fmt"
	"path"

	"k8s.io/utils/ptr"
	nodefast "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	nodeheartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat"
	podfast "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	kwok "sigs.k8s.io/kwok/pkg/config"
)

// A container takes a moment to start. Without it a lost pod is replaced before anything can notice, and a disruption budget
// never bites.
const (
	startDelayMin = 1000
	startDelayMax = 2000
)

// startDelayAnnotation, on a pod, says how long its containers take to start instead ("5s").
const startDelayAnnotation = `.metadata.annotations["plumbline.dev/start-delay"]`

//go:embed stages/*.yaml
var own embed.FS

type lifecycles map[internalversion.StageResourceRef][]*internalversion.Stage

// stagesOfNodesAndPods is what happens to nodes and pods: kwok's own stages, with a delay before a pod starts and without those pods for which
// one of our stages stands, and ours.
func stagesOfNodesAndPods() (lifecycles, error) {
	all := lifecycles{}
	for _, builtIn := range []string{nodefast.DefaultNodeInit, nodeheartbeat.DefaultNodeHeartbeat, podfast.DefaultPodDelete} {
		if err := all.add(builtIn, func(*internalversion.Stage) {}); err != nil {
			return nil, err
		}
	}
	if err := all.add(podfast.DefaultPodReady, func(stage *internalversion.Stage) {
		exclude(stage, "plumbline.dev/waiting")
		stage.Spec.Delay = &internalversion.StageDelay{
			DurationMilliseconds:       ptr.To[int64](startDelayMin),
			DurationFrom:               &internalversion.ExpressionFrom{JQ: &internalversion.ExpressionJQ{Expression: startDelayAnnotation}},
			JitterDurationMilliseconds: ptr.To[int64](startDelayMax),
			JitterDurationFrom:         &internalversion.ExpressionFrom{JQ: &internalversion.ExpressionJQ{Expression: startDelayAnnotation}},
		}
	}); err != nil {
		return nil, err
	}
	if err := all.add(podfast.DefaultPodComplete, func(stage *internalversion.Stage) {
		exclude(stage, "plumbline.dev/exit-code")
	}); err != nil {
		return nil, err
	}
	files, err := own.ReadDir("stages")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := own.ReadFile(path.Join("stages", file.Name()))
		if err != nil {
			return nil, err
		}
		if err := all.add(string(data), func(*internalversion.Stage) {}); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
	}
	return all, nil
}

func (l lifecycles) add(yaml string, change func(*internalversion.Stage)) error {
	stage, err := kwok.UnmarshalWithType[*internalversion.Stage](yaml)
	if err != nil {
		return fmt.Errorf("a stage cannot be read: %w", err)
	}
	change(stage)
	l[stage.Spec.ResourceRef] = append(l[stage.Spec.ResourceRef], stage)
	return nil
}

// exclude makes a stage leave out the pods that have the annotation.
func exclude(stage *internalversion.Stage, annotation string) {
	stage.Spec.Selector.MatchExpressions = append(stage.Spec.Selector.MatchExpressions, internalversion.MatchExpression{
		JQ: &internalversion.SelectorJQ{
			Key:      fmt.Sprintf(".metadata.annotations[%q]", annotation),
			Operator: internalversion.SelectorOpDoesNotExist,
		},
	})
}
