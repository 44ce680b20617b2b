package lab

import "testing"

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
