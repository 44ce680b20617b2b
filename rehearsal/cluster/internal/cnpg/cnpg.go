// Package cnpg stands in for CloudNativePG's operator, whose own manager needs PostgreSQL to run: it makes the pods, claims, services
// and budgets of a Cluster, moves the role of the primary when its pod is lost, and says so in the status. No data is kept.
package cnpg

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"

	"plumbline.dev/rehearsal/cluster/internal/reconcile"
	"plumbline.dev/rehearsal/cluster/internal/standin"
)

// Definition is the CustomResourceDefinition without which there is nothing to do.
const Definition = "clusters.postgresql.cnpg.io"

var (
	resources = schema.GroupVersionResource{Group: "postgresql.cnpg.io", Version: "v1", Resource: "clusters"}
	databases = schema.GroupVersionResource{Group: "postgresql.cnpg.io", Version: "v1", Resource: "databases"}
)

// standIn reconciles Clusters and Databases.
type standIn struct {
	client    kubernetes.Interface
	custom    dynamic.Interface
	clusters  cache.GenericLister
	databases cache.GenericLister
	pods      corelisters.PodLister
	claims    corelisters.PersistentVolumeClaimLister
}

// Run works until ctx ends. The definitions must be established. It returns when it has seen what there is.
func Run(ctx context.Context, custom dynamic.Interface, client kubernetes.Interface) error {
	ours := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTweakListOptions(func(options *metav1.ListOptions) {
		options.LabelSelector = clusterLabel
	}))
	theirs := dynamicinformer.NewDynamicSharedInformerFactory(custom, 0)
	s := &standIn{
		client:    client,
		custom:    custom,
		clusters:  theirs.ForResource(resources).Lister(),
		databases: theirs.ForResource(databases).Lister(),
		pods:      ours.Core().V1().Pods().Lister(),
		claims:    ours.Core().V1().PersistentVolumeClaims().Lister(),
	}
	clusters := reconcile.New("postgres clusters", s.reconcileCluster)
	asked := reconcile.New("postgres databases", s.reconcileDatabase)
	ofCluster := func(object metav1.Object) (types.NamespacedName, bool) {
		name := object.GetLabels()[clusterLabel]
		return types.NamespacedName{Namespace: object.GetNamespace(), Name: name}, name != ""
	}
	if err := errors.Join(
		clusters.Watch(theirs.ForResource(resources).Informer(), nil),
		clusters.Watch(ours.Core().V1().Pods().Informer(), ofCluster),
		clusters.Watch(ours.Core().V1().PersistentVolumeClaims().Informer(), ofCluster),
		asked.Watch(theirs.ForResource(databases).Informer(), nil),
	); err != nil {
		return err
	}
	theirs.Start(ctx.Done())
	ours.Start(ctx.Done())
	theirs.WaitForCacheSync(ctx.Done())
	ours.WaitForCacheSync(ctx.Done())
	clusters.Start(ctx)
	asked.Start(ctx)
	return ctx.Err()
}

func (s *standIn) reconcileCluster(ctx context.Context, key types.NamespacedName) error {
	object, err := s.clusters.ByNamespace(key.Namespace).Get(key.Name)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	seen := object.(*unstructured.Unstructured)
	c := &cluster{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(seen.Object, c); err != nil {
		return fmt.Errorf("Cluster %s: %w", key, err)
	}
	if c.DeletionTimestamp != nil {
		return nil
	}
	ready, err := s.ready(c)
	if err != nil {
		return err
	}
	leader := choosePrimary(c, ready)
	if err := errors.Join(s.ensureCredentials(ctx, c), s.ensureWays(ctx, c), s.ensureInstances(ctx, c, leader), s.removeSurplus(ctx, c)); err != nil {
		return err
	}
	return standin.SetStatus(ctx, s.custom, resources, seen, clusterStatus(seen, c, leader, ready))
}

// ready says which instances' pods are ready.
func (s *standIn) ready(c *cluster) (map[string]bool, error) {
	ready := map[string]bool{}
	for serial := 1; serial <= c.Spec.Instances; serial++ {
		pod, err := s.pods.Pods(c.Namespace).Get(c.instanceName(serial))
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil {
				ready[pod.Name] = true
			}
		}
	}
	return ready, nil
}

func (s *standIn) ensureWays(ctx context.Context, c *cluster) error {
	var errs []error
	for _, service := range c.services() {
		_, err := s.client.CoreV1().Services(c.Namespace).Create(ctx, service, metav1.CreateOptions{})
		errs = append(errs, unlessThere(err))
	}
	for _, budget := range c.budgets() {
		_, err := s.client.PolicyV1().PodDisruptionBudgets(c.Namespace).Create(ctx, budget, metav1.CreateOptions{})
		errs = append(errs, unlessThere(err))
	}
	return errors.Join(errs...)
}

func (s *standIn) ensureInstances(ctx context.Context, c *cluster, leader string) error {
	for serial := 1; serial <= c.Spec.Instances; serial++ {
		if err := s.ensureClaim(ctx, c, serial); err != nil {
			return err
		}
		role := replica
		if c.instanceName(serial) == leader {
			role = primary
		}
		if err := s.ensurePod(ctx, c, serial, role); err != nil {
			return err
		}
	}
	return nil
}

func (s *standIn) ensureClaim(ctx context.Context, c *cluster, serial int) error {
	wanted, err := c.claim(serial)
	if err != nil {
		return err
	}
	has, err := s.claims.PersistentVolumeClaims(c.Namespace).Get(wanted.Name)
	if apierrors.IsNotFound(err) {
		_, err = s.client.CoreV1().PersistentVolumeClaims(c.Namespace).Create(ctx, wanted, metav1.CreateOptions{})
		return unlessThere(err)
	}
	if err != nil {
		return err
	}
	size, asked := wanted.Spec.Resources.Requests[corev1.ResourceStorage], has.Spec.Resources.Requests[corev1.ResourceStorage]
	if size.Cmp(asked) <= 0 {
		return nil
	}
	has = has.DeepCopy()
	has.Spec.Resources.Requests[corev1.ResourceStorage] = size
	_, err = s.client.CoreV1().PersistentVolumeClaims(c.Namespace).Update(ctx, has, metav1.UpdateOptions{})
	return err
}

func (s *standIn) ensurePod(ctx context.Context, c *cluster, serial int, role string) error {
	has, err := s.pods.Pods(c.Namespace).Get(c.instanceName(serial))
	if apierrors.IsNotFound(err) {
		_, err = s.client.CoreV1().Pods(c.Namespace).Create(ctx, c.pod(serial, role), metav1.CreateOptions{})
		return unlessThere(err)
	}
	if err != nil || has.Labels[roleLabel] == role || has.DeletionTimestamp != nil {
		return err
	}
	has = has.DeepCopy()
	has.Labels[roleLabel], has.Labels[oldRoleLabel] = role, role
	_, err = s.client.CoreV1().Pods(c.Namespace).Update(ctx, has, metav1.UpdateOptions{})
	return err
}

// removeSurplus takes away what is left of instances that are no longer wanted: the operator removes their volumes too.
func (s *standIn) removeSurplus(ctx context.Context, c *cluster) error {
	for serial := c.Spec.Instances + 1; ; serial++ {
		name := c.instanceName(serial)
		_, noPod := s.pods.Pods(c.Namespace).Get(name)
		_, noClaim := s.claims.PersistentVolumeClaims(c.Namespace).Get(name)
		if noPod != nil && noClaim != nil {
			return nil
		}
		if err := errors.Join(
			reconcile.UnlessGone(s.client.CoreV1().Pods(c.Namespace).Delete(ctx, name, metav1.DeleteOptions{})),
			reconcile.UnlessGone(s.client.CoreV1().PersistentVolumeClaims(c.Namespace).Delete(ctx, name, metav1.DeleteOptions{})),
		); err != nil {
			return err
		}
	}
}

// reconcileDatabase says of a Database what the operator says when it has made it.
func (s *standIn) reconcileDatabase(ctx context.Context, key types.NamespacedName) error {
	object, err := s.databases.ByNamespace(key.Namespace).Get(key.Name)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	database := object.(*unstructured.Unstructured)
	return standin.SetStatus(ctx, s.custom, databases, database, map[string]any{
		"applied": true, "message": simulated, "observedGeneration": database.GetGeneration(),
	})
}

// clusterStatus is what the operator would say.
func clusterStatus(seen *unstructured.Unstructured, c *cluster, leader string, ready map[string]bool) map[string]any {
	names := make([]any, c.Spec.Instances)
	for i := range names {
		names[i] = c.instanceName(i + 1)
	}
	phase, state, reason := "Cluster in healthy state", "True", "ClusterIsReady"
	if len(ready) < c.Spec.Instances {
		phase, state, reason = "Waiting for the instances to become active", "False", "ClusterIsNotReady"
	}
	return map[string]any{
		"phase":          phase,
		"phaseReason":    simulated,
		"instances":      int64(c.Spec.Instances),
		"readyInstances": int64(len(ready)),
		"instanceNames":  names,
		"currentPrimary": leader,
		"targetPrimary":  leader,
		"image":          c.image(),
		"writeService":   c.Name + "-rw",
		"readService":    c.Name + "-r",
		"conditions": []any{
			standin.ConditionsOf(seen).With("Ready", state, reason,
				fmt.Sprintf("%d of %d instances are ready; %s", len(ready), c.Spec.Instances, simulated)),
		},
	}
}

func unlessThere(err error) error {
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
