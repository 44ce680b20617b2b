package cnpg

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"plumbline.dev/rehearsal/cluster/internal/labels"
)

// The labels by which CloudNativePG's operator marks what it makes, and by which Services, policies and people find it.
const (
	clusterLabel  = "cnpg.io/cluster"
	instanceLabel = "cnpg.io/instanceName"
	roleLabel     = "cnpg.io/instanceRole"
	oldRoleLabel  = "role"
	podRoleLabel  = "cnpg.io/podRole"

	primary = "primary"
	replica = "replica"
)

// defaultImage is what CloudNativePG 1.27 runs if a Cluster names no image.
const defaultImage = "ghcr.io/cloudnative-pg/postgresql:17.5"

// simulated is said on everything that is made here.
const simulated = "stand-in for CloudNativePG: pods, claims, services and status are made; no PostgreSQL runs, and nothing is replicated"

// cluster is what the stand-in reads of a postgresql.cnpg.io/v1 Cluster.
type cluster struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Instances                 int                               `json:"instances"`
		ImageName                 string                            `json:"imageName"`
		Resources                 corev1.ResourceRequirements       `json:"resources"`
		Storage                   storage                           `json:"storage"`
		Affinity                  affinity                          `json:"affinity"`
		TopologySpreadConstraints []corev1.TopologySpreadConstraint `json:"topologySpreadConstraints"`
		PriorityClassName         string                            `json:"priorityClassName"`
		EnablePDB                 *bool                             `json:"enablePDB"`
		Bootstrap                 struct {
			Initdb initdb `json:"initdb"`
		} `json:"bootstrap"`
		InheritedMetadata *struct {
			Labels      map[string]string `json:"labels"`
			Annotations map[string]string `json:"annotations"`
		} `json:"inheritedMetadata"`
	} `json:"spec"`
	Status struct {
		CurrentPrimary string `json:"currentPrimary"`
	} `json:"status"`
}

type storage struct {
	Size         string  `json:"size"`
	StorageClass *string `json:"storageClass"`
}

type affinity struct {
	EnablePodAntiAffinity *bool                `json:"enablePodAntiAffinity"`
	PodAntiAffinityType   string               `json:"podAntiAffinityType"`
	TopologyKey           string               `json:"topologyKey"`
	NodeSelector          map[string]string    `json:"nodeSelector"`
	NodeAffinity          *corev1.NodeAffinity `json:"nodeAffinity"`
	Tolerations           []corev1.Toleration  `json:"tolerations"`
}

// instanceName is that of the pod, and of the claim, with the serial number.
func (c *cluster) instanceName(serial int) string { return fmt.Sprintf("%s-%d", c.Name, serial) }

// meta is the metadata of an object that belongs to the cluster and goes with it.
func (c *cluster) meta(name string, more map[string]string) metav1.ObjectMeta {
	meta := metav1.ObjectMeta{
		Name:        name,
		Namespace:   c.Namespace,
		Labels:      map[string]string{},
		Annotations: map[string]string{labels.Simulated: simulated},
		OwnerReferences: []metav1.OwnerReference{{
			APIVersion: resources.GroupVersion().String(), Kind: "Cluster", Name: c.Name, UID: c.UID,
			Controller: ptr.To(true), BlockOwnerDeletion: ptr.To(true),
		}},
	}
	if inherited := c.Spec.InheritedMetadata; inherited != nil {
		for key, value := range inherited.Labels {
			meta.Labels[key] = value
		}
		for key, value := range inherited.Annotations {
			meta.Annotations[key] = value
		}
	}
	meta.Labels[clusterLabel] = c.Name
	for key, value := range more {
		meta.Labels[key] = value
	}
	return meta
}

// claim plans the volume of an instance.
func (c *cluster) claim(serial int) (*corev1.PersistentVolumeClaim, error) {
	size, err := resource.ParseQuantity(c.Spec.Storage.Size)
	if err != nil {
		return nil, fmt.Errorf("spec.storage.size: %w", err)
	}
	name := c.instanceName(serial)
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: c.meta(name, map[string]string{instanceLabel: name, "cnpg.io/pvcRole": "PG_DATA"}),
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes:      []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			StorageClassName: c.Spec.Storage.StorageClass,
			Resources:        corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: size}},
		},
	}, nil
}

// pod plans an instance, placed and bounded as the cluster asks.
func (c *cluster) pod(serial int, role string) *corev1.Pod {
	name := c.instanceName(serial)
	return &corev1.Pod{
		ObjectMeta: c.meta(name, map[string]string{
			instanceLabel: name, roleLabel: role, oldRoleLabel: role, podRoleLabel: "instance",
		}),
		Spec: corev1.PodSpec{
			Hostname:                     name,
			AutomountServiceAccountToken: ptr.To(false),
			PriorityClassName:            c.Spec.PriorityClassName,
			NodeSelector:                 c.Spec.Affinity.NodeSelector,
			Tolerations:                  c.Spec.Affinity.Tolerations,
			TopologySpreadConstraints:    c.Spec.TopologySpreadConstraints,
			Affinity:                     &corev1.Affinity{NodeAffinity: c.Spec.Affinity.NodeAffinity, PodAntiAffinity: c.antiAffinity()},
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot:   ptr.To(true),
				RunAsUser:      ptr.To[int64](26),
				RunAsGroup:     ptr.To[int64](26),
				FSGroup:        ptr.To[int64](26),
				SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
			Containers: []corev1.Container{{
				Name:  "postgres",
				Image: c.image(),
				Ports: []corev1.ContainerPort{
					{Name: "postgresql", ContainerPort: 5432}, {Name: "metrics", ContainerPort: 9187}, {Name: "status", ContainerPort: 8000},
				},
				Resources: c.Spec.Resources,
				SecurityContext: &corev1.SecurityContext{
					AllowPrivilegeEscalation: ptr.To(false),
					Privileged:               ptr.To(false),
					ReadOnlyRootFilesystem:   ptr.To(true),
					Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
				},
				VolumeMounts: []corev1.VolumeMount{{Name: "pgdata", MountPath: "/var/lib/postgresql/data"}},
			}},
			Volumes: []corev1.Volume{{Name: "pgdata", VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name},
			}}},
		},
	}
}

// image is what the instances would run: without one, that of the operator's release whose definitions are installed.
func (c *cluster) image() string {
	if c.Spec.ImageName == "" {
		return defaultImage
	}
	return c.Spec.ImageName
}

// antiAffinity keeps instances of the cluster apart, as the operator does unless it is told not to.
func (c *cluster) antiAffinity() *corev1.PodAntiAffinity {
	if !ptr.Deref(c.Spec.Affinity.EnablePodAntiAffinity, true) {
		return nil
	}
	key := c.Spec.Affinity.TopologyKey
	if key == "" {
		key = corev1.LabelHostname
	}
	term := corev1.PodAffinityTerm{
		LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{clusterLabel: c.Name, podRoleLabel: "instance"}},
		TopologyKey:   key,
	}
	if c.Spec.Affinity.PodAntiAffinityType == "required" {
		return &corev1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{term}}
	}
	return &corev1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{
		{Weight: 100, PodAffinityTerm: term},
	}}
}

// services plans the three ways in: the primary, the replicas, and any instance.
func (c *cluster) services() []*corev1.Service {
	service := func(suffix string, selector map[string]string) *corev1.Service {
		selector[clusterLabel] = c.Name
		return &corev1.Service{
			ObjectMeta: c.meta(c.Name+suffix, nil),
			Spec: corev1.ServiceSpec{
				Selector: selector,
				Ports:    []corev1.ServicePort{{Name: "postgres", Port: 5432, TargetPort: intstr.FromInt32(5432)}},
			},
		}
	}
	return []*corev1.Service{
		service("-rw", map[string]string{roleLabel: primary}),
		service("-ro", map[string]string{roleLabel: replica}),
		service("-r", map[string]string{podRoleLabel: "instance"}),
	}
}

// budgets plans what may be disrupted: never the primary, and one replica at a time.
func (c *cluster) budgets() []*policyv1.PodDisruptionBudget {
	budget := func(name, role string, minAvailable int) *policyv1.PodDisruptionBudget {
		return &policyv1.PodDisruptionBudget{
			ObjectMeta: c.meta(name, nil),
			Spec: policyv1.PodDisruptionBudgetSpec{
				MinAvailable: ptr.To(intstr.FromInt32(int32(minAvailable))),
				Selector:     &metav1.LabelSelector{MatchLabels: map[string]string{clusterLabel: c.Name, roleLabel: role}},
			},
		}
	}
	if !ptr.Deref(c.Spec.EnablePDB, true) {
		return nil
	}
	all := []*policyv1.PodDisruptionBudget{budget(c.Name+"-primary", primary, 1)}
	if c.Spec.Instances > 2 {
		all = append(all, budget(c.Name, replica, c.Spec.Instances-2))
	}
	return all
}

// choosePrimary keeps the primary while its pod is ready. If it is lost, the first ready replica takes over; before any is ready, the
// first instance is it.
func choosePrimary(c *cluster, ready map[string]bool) string {
	if current := c.Status.CurrentPrimary; current != "" && ready[current] {
		return current
	}
	for serial := 1; serial <= c.Spec.Instances; serial++ {
		if name := c.instanceName(serial); ready[name] {
			return name
		}
	}
	if c.Status.CurrentPrimary != "" {
		return c.Status.CurrentPrimary
	}
	return c.instanceName(1)
}
