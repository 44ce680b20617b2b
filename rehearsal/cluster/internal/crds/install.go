package crds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

const (
	// checksum is the annotation by which a definition that is there already is known to be the wanted one.
	checksum = "plumbline.dev/checksum"
	// installed is the annotation that says when the definition was written. A definition that a stopped cluster left before it was
	// served is looked at again only when it changes: this is the change.
	installed = "plumbline.dev/installed"
)

// parallelism is how many definitions are made at once: the API server checks schemas for a while.
const parallelism = 4

// Install makes the definitions, or changes those that are there in another form, and returns when the API server serves all of them.
//
// They are created, not applied: of objects this large, keeping account of who owns which field costs more than everything else.
func Install(ctx context.Context, client clientset.Interface, definitions []*unstructured.Unstructured) error {
	there, err := client.ApiextensionsV1().CustomResourceDefinitions().List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("definitions cannot be listed: %w", err)
	}
	has := map[string]*apiextensions.CustomResourceDefinition{}
	for i := range there.Items {
		has[there.Items[i].Name] = &there.Items[i]
	}
	errs := make([]error, len(definitions))
	slots := make(chan struct{}, parallelism)
	var group sync.WaitGroup
	for i, definition := range definitions {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = install(ctx, client, definition, has[definition.GetName()])
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return waitEstablished(ctx, client, definitions)
}

func install(ctx context.Context, client clientset.Interface, definition *unstructured.Unstructured, has *apiextensions.CustomResourceDefinition) error {
	data, err := definition.MarshalJSON()
	if err != nil {
		return fmt.Errorf("%s: %w", definition.GetName(), err)
	}
	sum := sha256.Sum256(data)
	text := hex.EncodeToString(sum[:])
	if has != nil && has.Annotations[checksum] == text && isEstablished(has) {
		return nil
	}
	wanted := &apiextensions.CustomResourceDefinition{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(definition.Object, wanted); err != nil {
		return fmt.Errorf("%s is no CustomResourceDefinition: %w", definition.GetName(), err)
	}
	if wanted.Annotations == nil {
		wanted.Annotations = map[string]string{}
	}
	wanted.Annotations[checksum] = text
	wanted.Annotations[installed] = time.Now().UTC().Format(time.RFC3339Nano)
	api := client.ApiextensionsV1().CustomResourceDefinitions()
	if has == nil {
		_, err = api.Create(ctx, wanted, metav1.CreateOptions{})
	} else {
		wanted.ResourceVersion = has.ResourceVersion
		_, err = api.Update(ctx, wanted, metav1.UpdateOptions{})
	}
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("%s cannot be installed: %w", definition.GetName(), err)
	}
	return nil
}

// waitEstablished watches, rather than asks again and again: the definitions are megabytes together.
func waitEstablished(ctx context.Context, client clientset.Interface, definitions []*unstructured.Unstructured) error {
	missing := map[string]bool{}
	for _, definition := range definitions {
		missing[definition.GetName()] = true
	}
	watcher, err := client.ApiextensionsV1().CustomResourceDefinitions().Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("definitions cannot be watched: %w", err)
	}
	defer watcher.Stop()
	for len(missing) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case event, open := <-watcher.ResultChan():
			if !open || event.Type == watch.Error {
				return errors.New("the API server ended the watch of the definitions")
			}
			if definition, ok := event.Object.(*apiextensions.CustomResourceDefinition); ok && isEstablished(definition) {
				delete(missing, definition.Name)
			}
		}
	}
	return nil
}

func isEstablished(definition *apiextensions.CustomResourceDefinition) bool {
	for _, condition := range definition.Status.Conditions {
		if condition.Type == apiextensions.Established {
			return condition.Status == apiextensions.ConditionTrue
		}
	}
	return false
}
