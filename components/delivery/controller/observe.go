package controller

import (
	"context"
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"plumbline.dev/delivery/controller/api"
	"plumbline.dev/delivery/controller/internal/plan"
)

// observation is what there is of a release, and what stands behind it.
type observation struct {
	plan.Observed
	deployments map[string]*appsv1.Deployment
	services    map[string]*corev1.Service
}

func (r *reconciler) observe(ctx context.Context, release *api.Release) (*observation, error) {
	template, err := api.Revision(release.Spec.Template)
	if err != nil {
		return nil, err
	}
	key := types.NamespacedName{Namespace: release.Namespace, Name: release.Name}
	seen := &observation{
		Observed: plan.Observed{
			Now: r.now(), Name: release.Name, Generation: release.Generation, Spec: release.Spec, Status: release.Status,
			Template: template, Abort: release.Annotations[api.AbortAnnotation], Promote: release.Annotations[api.PromoteAnnotation],
			Retry:      release.Annotations[api.RetryAnnotation],
			IsDeleted:  release.DeletionTimestamp != nil,
			CanMeasure: r.measurer.prometheus != nil, Revisions: map[string]plan.Revision{},
		},
		deployments: map[string]*appsv1.Deployment{},
		services:    map[string]*corev1.Service{},
	}
	seen.Measuring, seen.Measured = r.measurer.state(key)
	selector := client.MatchingLabels(release.Spec.Selector.MatchLabels)
	deployments, pods, services := &appsv1.DeploymentList{}, &corev1.PodList{}, &corev1.ServiceList{}
	for _, list := range []struct {
		of      client.ObjectList
		options []client.ListOption
	}{
		{deployments, []client.ListOption{client.InNamespace(release.Namespace), selector, client.HasLabels{api.RevisionLabel}}},
		{pods, []client.ListOption{client.InNamespace(release.Namespace), selector}},
		{services, []client.ListOption{client.InNamespace(release.Namespace)}},
	} {
		if err := r.reader.List(ctx, list.of, list.options...); err != nil {
			return nil, err
		}
	}
	// Whose revisions are not this release's.
	others := map[string]string{}
	for i := range deployments.Items {
		deployment := &deployments.Items[i]
		name := deployment.Labels[api.RevisionLabel]
		if owner := deployment.Annotations[api.ReleaseAnnotation]; owner != release.Name || deployment.DeletionTimestamp != nil {
			others[name] = owner
			continue
		}
		seen.deployments[name] = deployment
		started, _ := time.Parse(time.RFC3339, deployment.Annotations[api.StartedAnnotation])
		seen.Revisions[name] = revisionOf(name, *deployment.Spec.Replicas, started, pods.Items, seen.Now, release.Spec.MinReadySeconds)
	}
	seen.HasOthers = slices.ContainsFunc(pods.Items, func(pod corev1.Pod) bool {
		_, isOurs := seen.Revisions[pod.Labels[api.RevisionLabel]]
		_, ready := readySince(&pod)
		return !isOurs && ready
	})
	for i := range services.Items {
		seen.services[services.Items[i].Name] = &services.Items[i]
	}
	seen.Services = servicesOf(release, seen.services)
	for i, service := range seen.Services {
		if owner := others[service.Revision]; service.Unfit == "" && owner != "" && owner != release.Name {
			seen.Services[i].Unfit = fmt.Sprintf("Service %s is switched by the release %s", service.Name, owner)
		}
	}
	return seen, nil
}

// revisionOf counts pods itself: right after a Deployment was scaled down and up again its status still counts those that end.
func revisionOf(name string, size int32, started time.Time, pods []corev1.Pod, now time.Time, minReady int32) plan.Revision {
	revision := plan.Revision{Name: name, Size: size, Started: started}
	for _, pod := range pods {
		if pod.Labels[api.RevisionLabel] != name || pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
			continue
		}
		revision.Pods++
		since, ready := readySince(&pod)
		if !ready {
			continue
		}
		revision.Ready++
		// A node whose clock is ahead must not stop a release.
		if wait := max(plan.Settling, time.Duration(minReady)*time.Second) - max(now.Sub(since), 0); wait <= 0 {
			revision.Available++
		} else if revision.Wait == 0 || wait < revision.Wait {
			revision.Wait = wait
		}
	}
	return revision
}

// readySince is when a pod that is not ending became ready.
func readySince(pod *corev1.Pod) (since time.Time, ready bool) {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil {
			return condition.LastTransitionTime.Time, true
		}
	}
	return time.Time{}, false
}

// servicesOf are the Services that blue-green switches, and others whose selector this controller made: those that are listed no more.
func servicesOf(release *api.Release, all map[string]*corev1.Service) []plan.Service {
	template := labelsOf(release.Spec.Template)
	listed := map[string]bool{}
	var found []plan.Service
	if release.Spec.Strategy.BlueGreen != nil {
		for _, name := range release.Spec.Strategy.BlueGreen.Services {
			listed[name] = true
			service := plan.Service{Name: name, Listed: true}
			if object := all[name]; object == nil {
				service.Unfit = fmt.Sprintf("Service %s is waited for: it does not exist", name)
			} else if plain := withoutRevision(object.Spec.Selector); len(plain) == 0 || !labels.SelectorFromSet(plain).Matches(template) {
				service.Unfit = fmt.Sprintf("Service %s is waited for: its selector %q does not select pods of this release", name, labels.Set(plain))
			} else {
				service.Revision = object.Spec.Selector[api.RevisionLabel]
			}
			found = append(found, service)
		}
	}
	for name, object := range all {
		revision := object.Spec.Selector[api.RevisionLabel]
		if !listed[name] && revision != "" && labels.Equals(withoutRevision(object.Spec.Selector), release.Spec.Selector.MatchLabels) {
			found = append(found, plan.Service{Name: name, Revision: revision})
		}
	}
	return found
}

func withoutRevision(selector map[string]string) labels.Set {
	plain := labels.Set{}
	for key, value := range selector {
		if key != api.RevisionLabel {
			plain[key] = value
		}
	}
	return plain
}
