package controller

import (
	"context"
	"fmt"
	"maps"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"plumbline.dev/delivery/controller/api"
)

// deploymentOf is a revision's Deployment, which is never changed but in its size. The template goes into it as it was written.
//
// It has no owner in its metadata: of a release that is deleted in the foreground, as engines do, whatever it owns goes at once, while
// its Services still send there.
func deploymentOf(release *api.Release, revision string, size int32, now time.Time) (*unstructured.Unstructured, error) {
	selector := maps.Clone(release.Spec.Selector.MatchLabels)
	selector[api.RevisionLabel] = revision
	template := runtime.DeepCopyJSON(release.Spec.Template)
	if err := unstructured.SetNestedField(template, revision, "metadata", "labels", api.RevisionLabel); err != nil {
		return nil, fmt.Errorf("the template's labels: %w", err)
	}
	annotations, _, err := unstructured.NestedStringMap(template, "metadata", "annotations")
	if err != nil {
		return nil, fmt.Errorf("the template's annotations: %w", err)
	}
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[api.ReleaseAnnotation] = release.Name
	if err := unstructured.SetNestedStringMap(template, annotations, "metadata", "annotations"); err != nil {
		return nil, err
	}
	deployment := &unstructured.Unstructured{Object: map[string]any{}}
	deployment.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("Deployment"))
	deployment.SetNamespace(release.Namespace)
	deployment.SetName(release.Name + "-" + revision)
	deployment.SetLabels(selector)
	deployment.SetAnnotations(map[string]string{api.ReleaseAnnotation: release.Name, api.StartedAnnotation: now.UTC().Format(time.RFC3339)})
	matchLabels := map[string]any{}
	for key, value := range selector {
		matchLabels[key] = value
	}
	deployment.Object["spec"] = map[string]any{
		"replicas":        int64(size),
		"minReadySeconds": int64(release.Spec.MinReadySeconds),
		"selector":        map[string]any{"matchLabels": matchLabels},
		"template":        template,
	}
	return deployment, nil
}

// scale gives a Deployment another size. One that is scaled up from nothing is remembered as started now.
func (r *reconciler) scale(ctx context.Context, deployment *appsv1.Deployment, size int32, now time.Time) error {
	fields := map[string]any{"spec": map[string]any{"replicas": size}}
	if *deployment.Spec.Replicas == 0 {
		fields["metadata"] = map[string]any{"annotations": map[string]any{api.StartedAnnotation: now.UTC().Format(time.RFC3339)}}
	}
	return r.patch(ctx, deployment, fields)
}

// switchService has a Service send to one revision, or to all if it is "".
func (r *reconciler) switchService(ctx context.Context, service *corev1.Service, revision string) error {
	var label any
	if revision != "" {
		label = revision
	}
	return r.patch(ctx, service, map[string]any{"spec": map[string]any{"selector": map[string]any{api.RevisionLabel: label}}})
}

func labelsOf(template map[string]any) labels.Set {
	found, _, _ := unstructured.NestedStringMap(template, "metadata", "labels")
	return found
}
