package cnpg

import (
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func clusterOf(t *testing.T, spec string) *cluster {
	t.Helper()
	c := &cluster{}
	if err := json.Unmarshal([]byte(`{"metadata": {"name": "orders", "namespace": "shop", "uid": "u"}, "spec": `+spec+`}`), c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestChoosePrimary(t *testing.T) {
	for name, example := range map[string]struct {
		current string
		ready   map[string]bool
		want    string
	}{
		"at first":                     {"", nil, "orders-1"},
		"it stays while it is ready":   {"orders-2", map[string]bool{"orders-1": true, "orders-2": true}, "orders-2"},
		"a ready replica takes over":   {"orders-1", map[string]bool{"orders-3": true}, "orders-3"},
		"nobody is there to take over": {"orders-2", nil, "orders-2"},
	} {
		c := clusterOf(t, `{"instances": 3}`)
		c.Status.CurrentPrimary = example.current
		if got := choosePrimary(c, example.ready); got != example.want {
			t.Errorf("%s: %s, want %s", name, got, example.want)
		}
	}
}

func TestAPodIsPlacedAndBoundedAsTheClusterAsks(t *testing.T) {
	c := clusterOf(t, `{
		"instances": 3, "imageName": "postgres:17",
		"resources": {"limits": {"memory": "1Gi"}},
		"affinity": {"podAntiAffinityType": "required", "topologyKey": "topology.kubernetes.io/zone", "tolerations": [{"key": "k"}]},
		"topologySpreadConstraints": [{"maxSkew": 1}],
		"inheritedMetadata": {"labels": {"app.kubernetes.io/name": "postgres"}}
	}`)
	pod := c.pod(2, replica)
	if pod.Name != "orders-2" || pod.Labels[roleLabel] != replica || pod.Labels[clusterLabel] != "orders" || pod.Labels["app.kubernetes.io/name"] != "postgres" {
		t.Errorf("pod %s with labels %v", pod.Name, pod.Labels)
	}
	apart := pod.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	if len(apart) != 1 || apart[0].TopologyKey != corev1.LabelTopologyZone {
		t.Errorf("instances are kept apart by %v", apart)
	}
	if len(pod.Spec.Tolerations) != 1 || len(pod.Spec.TopologySpreadConstraints) != 1 {
		t.Errorf("tolerations %v, spread %v", pod.Spec.Tolerations, pod.Spec.TopologySpreadConstraints)
	}
	container := pod.Spec.Containers[0]
	if container.Image != "postgres:17" || container.Resources.Limits.Memory().String() != "1Gi" {
		t.Errorf("container %s with limits %v", container.Image, container.Resources.Limits)
	}
	if owner := pod.OwnerReferences[0]; owner.Kind != "Cluster" || owner.UID != "u" {
		t.Errorf("the pod belongs to %v", owner)
	}
}

func TestBudgets(t *testing.T) {
	for spec, want := range map[string][]int{
		`{"instances": 3}`:                     {1, 1},
		`{"instances": 5}`:                     {1, 3},
		`{"instances": 2}`:                     {1},
		`{"instances": 3, "enablePDB": false}`: {},
	} {
		budgets := clusterOf(t, spec).budgets()
		if len(budgets) != len(want) {
			t.Errorf("%s: %d budgets", spec, len(budgets))
			continue
		}
		for i, budget := range budgets {
			if got := budget.Spec.MinAvailable.IntValue(); got != want[i] {
				t.Errorf("%s: budget %s keeps %d, want %d", spec, budget.Name, got, want[i])
			}
		}
	}
}

func TestServicesFindTheirInstances(t *testing.T) {
	selectors := map[string]string{}
	for _, service := range clusterOf(t, `{"instances": 3}`).services() {
		selectors[service.Name] = service.Spec.Selector[roleLabel]
	}
	if selectors["orders-rw"] != primary || selectors["orders-ro"] != replica || len(selectors) != 3 {
		t.Errorf("selectors %v", selectors)
	}
}

func TestAClaimWithoutASizeIsRefused(t *testing.T) {
	if _, err := clusterOf(t, `{"instances": 1, "storage": {"size": "much"}}`).claim(1); err == nil {
		t.Error("a claim of size much was made")
	}
}
