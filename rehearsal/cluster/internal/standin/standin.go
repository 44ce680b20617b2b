// Package standin has what the stand-ins for operators share: reading custom resources as they are served, and writing their status.
package standin

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// SetStatus writes the fields into the object's status and leaves its others as they are. It writes nothing if they are there already.
func SetStatus(ctx context.Context, client dynamic.Interface, resource schema.GroupVersionResource, object *unstructured.Unstructured, fields map[string]any) error {
	has, _, _ := unstructured.NestedMap(object.Object, "status")
	if contains(has, fields) {
		return nil
	}
	patch, err := json.Marshal(map[string]any{"status": fields})
	if err != nil {
		return err
	}
	_, err = client.Resource(resource).Namespace(object.GetNamespace()).
		Patch(ctx, object.GetName(), types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	if err != nil {
		return fmt.Errorf("status of %s %s/%s: %w", resource.Resource, object.GetNamespace(), object.GetName(), err)
	}
	return nil
}

// contains compares by what JSON says of both, so that 3 and int64(3) are the same.
func contains(has map[string]any, fields map[string]any) bool {
	for name, value := range fields {
		one, err1 := json.Marshal(has[name])
		other, err2 := json.Marshal(value)
		if err1 != nil || err2 != nil || string(one) != string(other) {
			return false
		}
	}
	return true
}

// Conditions makes the conditions of a part of an object's status from those that were there.
type Conditions struct {
	before     []any
	generation int64
}

// ConditionsOf an object itself.
func ConditionsOf(object *unstructured.Unstructured) Conditions {
	before, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	return Conditions{before: before, generation: object.GetGeneration()}
}

// ConditionsOfPart are those of a part of the object's status, such as a listener; nil if the part is new.
func ConditionsOfPart(object *unstructured.Unstructured, part map[string]any) Conditions {
	before, _ := part["conditions"].([]any)
	return Conditions{before: before, generation: object.GetGeneration()}
}

// With is one condition as it is now. The time of its last change is kept while its status stays.
func (c Conditions) With(kind, status, reason, message string) map[string]any {
	changed := metav1.Now().UTC().Format("2006-01-02T15:04:05Z")
	for _, item := range c.before {
		old, _ := item.(map[string]any)
		if old["type"] == kind && old["status"] == status {
			if at, ok := old["lastTransitionTime"].(string); ok {
				changed = at
			}
		}
	}
	return map[string]any{
		"type": kind, "status": status, "reason": reason, "message": message,
		"observedGeneration": c.generation, "lastTransitionTime": changed,
	}
}
