package lab

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
)

// manifests are what is always there, and placement, where there are simulated nodes too.
//
//go:embed objects
var manifests embed.FS

// manager owns, in the API server's eyes, the objects that a lab makes.
const manager = "plumbline-nodes"

// objects are what the API server must hold for pods on real nodes.
func objects(withSimulated bool) ([]*unstructured.Unstructured, error) {
	var all []*unstructured.Unstructured
	for _, name := range []string{"server", "dns", "policies", "placement"} {
		if name == "placement" && !withSimulated {
			continue
		}
		file, err := manifests.ReadFile("objects/" + name + ".yaml")
		if err != nil {
			return nil, err
		}
		for _, document := range bytes.Split(file, []byte("\n---\n")) {
			object := &unstructured.Unstructured{}
			if err := yaml.Unmarshal(document, &object.Object); err != nil {
				return nil, fmt.Errorf("%s.yaml: %w", name, err)
			}
			all = append(all, object)
		}
	}
	return all, nil
}

// apply makes the objects what they should be. At the first start it waits for the namespaces, which the API server makes soon after
// it is ready.
func apply(ctx context.Context, client dynamic.Interface, objects []*unstructured.Unstructured) error {
	for _, object := range objects {
		resource, _ := meta.UnsafeGuessKindToResource(object.GroupVersionKind())
		err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
			_, err := client.Resource(resource).Namespace(object.GetNamespace()).Apply(ctx, object.GetName(), object,
				metav1.ApplyOptions{FieldManager: manager, Force: true})
			if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
				return false, nil
			}
			return err == nil, err
		})
		if err != nil {
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	return nil
}
