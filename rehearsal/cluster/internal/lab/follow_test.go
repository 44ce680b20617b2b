package lab

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestLabelsDecideTheConditionOfANode(t *testing.T) {
	for want, labels := range map[Condition]map[string]string{
		Running: {"plumbline.dev/power": "on"},
		Dead:    {"plumbline.dev/power": "off", "plumbline.dev/network": "off"},
		Cut:     {"plumbline.dev/network": "off"},
	} {
		if got := conditionOf(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Labels: labels}}); got != want {
			t.Errorf("%v: %s, expected %s", labels, got, want)
		}
	}
}

func TestPlacementIsForClustersWithSimulatedNodesToo(t *testing.T) {
	for withSimulated, want := range map[bool]int{false: 3, true: 6} {
		made, err := objects(withSimulated)
		if err != nil {
			t.Fatal(err)
		}
		if len(made) != want {
			t.Errorf("simulated nodes %t: %d objects, expected %d", withSimulated, len(made), want)
		}
		for _, object := range made {
			if object.GetName() == "" || object.GetKind() == "" {
				t.Errorf("an object without a name: %v", object.Object)
			}
		}
	}
}
