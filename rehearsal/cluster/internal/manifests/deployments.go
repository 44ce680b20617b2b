package manifests

import (
	"context"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"
)

// patience is how long a Deployment may take to be available: many times what it takes on two busy cores.
const patience = 2 * time.Minute

// AwaitDeployments returns when every Deployment among the objects has all of its replicas available. One that takes longer than two
// minutes is an error, which says what its pods wait for.
func AwaitDeployments(ctx context.Context, client kubernetes.Interface, objects []*unstructured.Unstructured) error {
	for _, object := range objects {
		if object.GetKind() != "Deployment" {
			continue
		}
		if err := awaitDeployment(ctx, client, object.GetNamespace(), object.GetName()); err != nil {
			return err
		}
	}
	return nil
}

func awaitDeployment(ctx context.Context, client kubernetes.Interface, namespace, name string) error {
	var deployment *appsv1.Deployment
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, patience, true, func(ctx context.Context) (done bool, err error) {
		deployment, err = client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
		return err == nil && isAvailable(deployment), err
	})
	if err == nil || ctx.Err() != nil || !wait.Interrupted(err) {
		return err
	}
	pods, err := client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(deployment.Spec.Selector)})
	if err != nil {
		return err
	}
	return fmt.Errorf("Deployment %s/%s is not available after %s; its pods: %s", namespace, name, patience, troubles(pods.Items))
}

func isAvailable(deployment *appsv1.Deployment) bool {
	return deployment.Status.ObservedGeneration >= deployment.Generation &&
		deployment.Status.AvailableReplicas >= ptr.Deref(deployment.Spec.Replicas, 1)
}

// troubles says of each pod that is not ready why it is not.
func troubles(pods []corev1.Pod) string {
	var found []string
	for _, pod := range pods {
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
				found = append(found, fmt.Sprintf("%s is on no node (%s)", pod.Name, condition.Message))
			}
		}
		for _, container := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
			if waiting := container.State.Waiting; waiting != nil {
				found = append(found, strings.TrimSpace(fmt.Sprintf("%s waits: %s %s", pod.Name, waiting.Reason, waiting.Message)))
			} else if container.State.Running != nil && !container.Ready {
				found = append(found, fmt.Sprintf("%s runs, and container %s is not ready", pod.Name, container.Name))
			}
		}
	}
	if len(found) == 0 {
		return "none was made"
	}
	return strings.Join(found, "; ")
}
