// Package nodes keeps the simulated nodes, and plays their kubelets.
package nodes

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"plumbline.dev/rehearsal/cluster/internal/config"
	"plumbline.dev/rehearsal/cluster/internal/labels"
)

// diskSize is every node's disk for images, logs and emptyDir volumes.
const diskSize = "100Gi"

// Plan is what has to be done to get from the nodes that are there to those that are wanted.
type Plan struct {
	Create []*corev1.Node
	Update []*corev1.Node
	Delete []string
}

// Make compares the cluster's description with the simulated nodes that are there. What others put on a node (labels, taints,
// conditions) stays.
func Make(cluster config.Cluster, there []corev1.Node) Plan {
	var plan Plan
	existing := map[string]*corev1.Node{}
	for i := range there {
		existing[there[i].Name] = &there[i]
	}
	for _, node := range cluster.Nodes {
		wanted := build(node, cluster.Region)
		found, ok := existing[node.Name]
		delete(existing, node.Name)
		if !ok {
			plan.Create = append(plan.Create, wanted)
		} else if changed := merge(found, wanted); changed != nil {
			plan.Update = append(plan.Update, changed)
		}
	}
	for i := range there {
		if _, unwanted := existing[there[i].Name]; unwanted {
			plan.Delete = append(plan.Delete, there[i].Name)
		}
	}
	return plan
}

func build(node config.Node, region string) *corev1.Node {
	resources := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse(node.CPU),
		corev1.ResourceMemory:           resource.MustParse(node.Memory),
		corev1.ResourcePods:             *resource.NewQuantity(node.Pods, resource.DecimalSI),
		corev1.ResourceEphemeralStorage: resource.MustParse(diskSize),
	}
	built := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: node.Name,
			Labels: map[string]string{
				corev1.LabelHostname:       node.Name,
				corev1.LabelOSStable:       "linux",
				corev1.LabelArchStable:     "amd64",
				corev1.LabelTopologyZone:   node.Zone,
				corev1.LabelTopologyRegion: region,
				labels.Simulated:           "true",
			},
		},
		Status: corev1.NodeStatus{Capacity: resources, Allocatable: resources.DeepCopy()},
	}
	if node.InstanceType != "" {
		built.Labels[corev1.LabelInstanceTypeStable] = node.InstanceType
	}
	return built
}

// merge returns a copy of found with what is wanted, or nil if found has all of it.
func merge(found, wanted *corev1.Node) *corev1.Node {
	merged := found.DeepCopy()
	maps.Copy(merged.Labels, wanted.Labels)
	if _, typed := wanted.Labels[corev1.LabelInstanceTypeStable]; !typed {
		delete(merged.Labels, corev1.LabelInstanceTypeStable)
	}
	merged.Status.Capacity, merged.Status.Allocatable = wanted.Status.Capacity, wanted.Status.Allocatable
	if equality.Semantic.DeepEqual(found, merged) {
		return nil
	}
	return merged
}
