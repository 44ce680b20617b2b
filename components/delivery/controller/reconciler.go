package controller

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"plumbline.dev/delivery/controller/api"
	"plumbline.dev/delivery/controller/internal/plan"
)

type reconciler struct {
	reader   client.Reader
	client   client.Client
	recorder events.EventRecorder
	measurer *measurer
	now      func() time.Time
}

// Reconcile brings a release a step on. What changes by that is seen by the watches, and has it called again.
func (r *reconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(api.Kind)
	if err := r.reader.Get(ctx, request.NamespacedName, object); err != nil {
		if apierrors.IsNotFound(err) {
			r.measurer.taken(request.NamespacedName)
		}
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if isHeld := slices.Contains(object.GetFinalizers(), api.Finalizer); object.GetDeletionTimestamp() != nil && !isHeld {
		return reconcile.Result{}, nil
	}
	after, err := r.reconcile(ctx, object)
	if apierrors.IsConflict(err) {
		// Somebody was faster: it is looked at anew.
		return reconcile.Result{RequeueAfter: 10 * time.Millisecond}, nil
	}
	return reconcile.Result{RequeueAfter: after}, err
}

func (r *reconciler) reconcile(ctx context.Context, object *unstructured.Unstructured) (time.Duration, error) {
	release, err := api.Decode(object)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(release.Finalizers, api.Finalizer) {
		if err := r.setFinalizers(ctx, object, append(object.GetFinalizers(), api.Finalizer)); err != nil {
			return 0, err
		}
	}
	seen, err := r.observe(ctx, release)
	if err != nil {
		return 0, err
	}
	decision := plan.Decide(seen.Observed)
	err = r.carryOut(ctx, object, release, seen, decision)
	if (apierrors.IsInvalid(err) || apierrors.IsBadRequest(err)) && decision.Create {
		// The template was refused: that is decided about like any other failure.
		seen.Status, seen.Refused = decision.Status, err.Error()
		seen.Measured = nil
		return 0, r.carryOut(ctx, object, release, seen, withoutCreation(plan.Decide(seen.Observed)))
	}
	return decision.After, err
}

// longestNote is how long the message of an event may be; a longer one is lost.
const longestNote = 1000

func shortened(note string) string {
	if len(note) <= longestNote {
		return note
	}
	return strings.ToValidUTF8(note[:longestNote], "") + "…"
}

// withoutCreation leaves out what was refused a moment ago.
func withoutCreation(decision plan.Decision) plan.Decision {
	decision.Create, decision.Ups = false, nil
	return decision
}

// carryOut writes the status first: if this is not the newest version of the release, that is refused, and nothing else is done.
func (r *reconciler) carryOut(ctx context.Context, object *unstructured.Unstructured, release *api.Release, seen *observation, decision plan.Decision) error {
	if err := r.setStatus(ctx, object, decision.Status); err != nil {
		return err
	}
	if seen.Measured != nil {
		r.measurer.taken(client.ObjectKeyFromObject(object))
	}
	for _, event := range decision.Events {
		kind := corev1.EventTypeNormal
		if event.Warning {
			kind = corev1.EventTypeWarning
		}
		r.recorder.Eventf(object, nil, kind, event.Reason, "Release", "%s", shortened(event.Message))
	}
	if err := r.resize(ctx, release, seen, decision); err != nil {
		return err
	}
	if decision.Measure {
		r.measurer.measure(client.ObjectKeyFromObject(object), decision.Status.UpdateRevision, release.Spec.Analysis)
	}
	if decision.Gone {
		for _, deployment := range seen.deployments {
			if err := r.delete(ctx, deployment); err != nil {
				return err
			}
		}
		return r.setFinalizers(ctx, object, slices.DeleteFunc(object.GetFinalizers(), func(name string) bool { return name == api.Finalizer }))
	}
	return r.dropCommands(ctx, object, decision.Settled)
}

func (r *reconciler) resize(ctx context.Context, release *api.Release, seen *observation, decision plan.Decision) error {
	for _, up := range decision.Ups {
		if deployment, exists := seen.deployments[up.Revision]; exists {
			if err := r.scale(ctx, deployment, up.Size, r.now()); err != nil {
				return err
			}
			continue
		}
		deployment, err := deploymentOf(release, up.Revision, up.Size, r.now())
		if err != nil {
			return err
		}
		if err := r.client.Create(ctx, deployment); err != nil {
			return err
		}
	}
	for _, change := range decision.Switches {
		if err := r.switchService(ctx, seen.services[change.Service], change.Revision); err != nil {
			return err
		}
	}
	for _, down := range decision.Downs {
		if err := r.scale(ctx, seen.deployments[down.Revision], down.Size, time.Time{}); err != nil {
			return err
		}
	}
	for _, name := range decision.Prunes {
		if err := r.delete(ctx, seen.deployments[name]); err != nil {
			return err
		}
	}
	return nil
}

// delete deletes a Deployment, if it still is as it was seen.
func (r *reconciler) delete(ctx context.Context, deployment *appsv1.Deployment) error {
	asSeen := client.Preconditions{UID: &deployment.UID, ResourceVersion: &deployment.ResourceVersion}
	return client.IgnoreNotFound(r.client.Delete(ctx, deployment, asSeen, client.PropagationPolicy(metav1.DeletePropagationBackground)))
}

// setStatus writes the status, if it is another, and remembers the version that the release has then.
func (r *reconciler) setStatus(ctx context.Context, object *unstructured.Unstructured, status api.Status) error {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&status)
	if err != nil {
		return err
	}
	if has, _, _ := unstructured.NestedMap(object.Object, "status"); reflect.DeepEqual(has, content) {
		return nil
	}
	object.Object["status"] = content
	return r.client.Status().Update(ctx, object)
}

// dropCommands takes annotations off: what they asked for is done, or there is nothing that they could ask for.
func (r *reconciler) dropCommands(ctx context.Context, object *unstructured.Unstructured, settled []string) error {
	dropped := map[string]any{}
	for _, name := range settled {
		if object.GetAnnotations()[name] != "" {
			dropped[name] = nil
		}
	}
	if len(dropped) == 0 {
		return nil
	}
	return r.patch(ctx, object, map[string]any{"metadata": map[string]any{"annotations": dropped}})
}

func (r *reconciler) setFinalizers(ctx context.Context, object *unstructured.Unstructured, names []string) error {
	return r.patch(ctx, object, map[string]any{"metadata": map[string]any{"finalizers": names}})
}

// patch changes these fields of the object, if it still is as it was seen.
func (r *reconciler) patch(ctx context.Context, object client.Object, fields map[string]any) error {
	metadata, _ := fields["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
	}
	metadata["resourceVersion"] = object.GetResourceVersion()
	fields["metadata"] = metadata
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return r.client.Patch(ctx, object, client.RawPatch(types.MergePatchType, text))
}
