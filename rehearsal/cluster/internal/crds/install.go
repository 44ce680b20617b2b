package crds

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
)

// fieldManager owns the definitions' fields.
const fieldManager = "plumbline-cluster"

// parallelism is how many definitions are applied at once: the API server checks schemas for a while.
const parallelism = 4

// Install applies the definitions, and returns when the API server serves all of them.
func Install(ctx context.Context, client clientset.Interface, definitions []*unstructured.Unstructured) error {
	errs := make([]error, len(definitions))
	slots := make(chan struct{}, parallelism)
	var group sync.WaitGroup
	for i, definition := range definitions {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = apply(ctx, client, definition)
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return waitEstablished(ctx, client, definitions)
}

func apply(ctx context.Context, client clientset.Interface, definition *unstructured.Unstructured) error {
	data, err := definition.MarshalJSON()
	if err != nil {
		return fmt.Errorf("%s: %w", definition.GetName(), err)
	}
	options := metav1.PatchOptions{FieldManager: fieldManager, Force: ptr.To(true)}
	_, err = client.ApiextensionsV1().CustomResourceDefinitions().Patch(ctx, definition.GetName(), types.ApplyPatchType, data, options)
	if err != nil {
		return fmt.Errorf("%s cannot be applied: %w", definition.GetName(), err)
	}
	return nil
}

func waitEstablished(ctx context.Context, client clientset.Interface, definitions []*unstructured.Unstructured) error {
	return wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		list, err := client.ApiextensionsV1().CustomResourceDefinitions().List(ctx, metav1.ListOptions{ResourceVersion: "0"})
		if err != nil {
			return false, err
		}
		established := map[string]bool{}
		for _, there := range list.Items {
			established[there.Name] = isEstablished(there)
		}
		for _, definition := range definitions {
			if !established[definition.GetName()] {
				return false, nil
			}
		}
		return true, nil
	})
}

func isEstablished(definition apiextensions.CustomResourceDefinition) bool {
	for _, condition := range definition.Status.Conditions {
		if condition.Type == apiextensions.Established {
			return condition.Status == apiextensions.ConditionTrue
		}
	}
	return false
}
