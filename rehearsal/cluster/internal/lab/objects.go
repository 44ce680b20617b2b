package lab

import (
	"context"
	"embed"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/manifests"
)

// files are what is always there, placement where there are simulated nodes too, and the cluster's DNS.
//
//go:embed objects
var files embed.FS

// manager owns, in the API server's eyes, the objects that a lab makes.
const manager = "plumbline-nodes"

// objects are what the API server must hold before pods come to real nodes.
func objects(withSimulated bool) ([]*unstructured.Unstructured, error) {
	if withSimulated {
		return read("server", "policies", "placement")
	}
	return read("server", "policies")
}

func read(names ...string) ([]*unstructured.Unstructured, error) {
	var all []*unstructured.Unstructured
	for _, name := range names {
		data, err := files.ReadFile("objects/" + name + ".yaml")
		if err != nil {
			return nil, err
		}
		found, err := manifests.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s.yaml: %w", name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// DeployDNS deploys the cluster's DNS, and returns when pods can ask it. Join has to come first: as long as there is one node alone, its
// zone would get every pod.
func (l *Lab) DeployDNS(ctx context.Context, client kubernetes.Interface, custom dynamic.Interface) error {
	wanted, err := read("dns")
	if err != nil {
		return err
	}
	if err := manifests.Apply(ctx, custom, manager, wanted); err != nil {
		return err
	}
	return l.Await(ctx, client, wanted)
}

// Await returns when the Deployments among the objects are available. It waits for none while a node is made to suffer: whoever left the
// cluster so may have left no room for all pods.
func (l *Lab) Await(ctx context.Context, client kubernetes.Interface, objects []*unstructured.Unstructured) error {
	there, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: realOnly})
	if err != nil {
		return err
	}
	for _, node := range there.Items {
		if condition.Of(&node) != condition.Healthy {
			return nil
		}
	}
	return manifests.AwaitDeployments(ctx, client, objects)
}
