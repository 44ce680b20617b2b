package nodes

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"plumbline.dev/rehearsal/cluster/internal/config"
)

func described(names ...string) config.Cluster {
	cluster := config.Cluster{Name: "local", Region: "local"}
	for _, name := range names {
		cluster.Nodes = append(cluster.Nodes, config.Node{Name: name, Zone: "a", InstanceType: "small", CPU: "4", Memory: "16Gi", Pods: 110})
	}
	return cluster
}

func TestMake(t *testing.T) {
	plan := Make(described("one", "two"), nil)
	if len(plan.Create) != 2 || len(plan.Update) != 0 || len(plan.Delete) != 0 {
		t.Fatalf("fresh: %+v", plan)
	}
	there := []corev1.Node{*plan.Create[0], *plan.Create[1]}
	if plan := Make(described("one", "two"), there); len(plan.Create)+len(plan.Update)+len(plan.Delete) != 0 {
		t.Errorf("nothing changed, and yet %+v", plan)
	}
	plan = Make(described("two", "three"), there)
	if len(plan.Create) != 1 || plan.Create[0].Name != "three" || len(plan.Delete) != 1 || plan.Delete[0] != "one" || len(plan.Update) != 0 {
		t.Errorf("one swapped for three: %+v", plan)
	}
}

func TestMakeChangesAShapeAndLeavesWhatOthersPutOnTheNode(t *testing.T) {
	there := *Make(described("one"), nil).Create[0]
	there.Labels["team"] = "shop"
	there.Spec.Taints = []corev1.Taint{{Key: "team", Effect: corev1.TaintEffectNoSchedule}}
	wanted := described("one")
	wanted.Nodes[0].CPU, wanted.Nodes[0].InstanceType = "8", ""
	plan := Make(wanted, []corev1.Node{there})
	if len(plan.Update) != 1 {
		t.Fatalf("%+v", plan)
	}
	node := plan.Update[0]
	if node.Status.Capacity.Cpu().String() != "8" || node.Status.Allocatable.Cpu().String() != "8" {
		t.Errorf("capacity %v, allocatable %v", node.Status.Capacity, node.Status.Allocatable)
	}
	if _, typed := node.Labels[corev1.LabelInstanceTypeStable]; typed {
		t.Error("the old instance type is still on the node")
	}
	if node.Labels["team"] != "shop" || len(node.Spec.Taints) != 1 {
		t.Errorf("lost what others put there: %v, %v", node.Labels, node.Spec.Taints)
	}
}
