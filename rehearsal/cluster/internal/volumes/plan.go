package volumes

import (
	"fmt"
	"path"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"plumbline.dev/rehearsal/cluster/internal/labels"
)

const (
	// Provisioner is the name by which a StorageClass asks for these volumes.
	Provisioner = "plumbline.dev/zonal"
	// DefaultClass is the StorageClass that every cluster has.
	DefaultClass = "standard"

	selectedNode  = "volume.kubernetes.io/selected-node"
	provisionedBy = "pv.kubernetes.io/provisioned-by"
)

// defaultClass behaves like a cloud's disks: made in the zone of the first pod that uses them, and growable.
func defaultClass() *storagev1.StorageClass {
	return &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{
			Name:        DefaultClass,
			Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"},
		},
		Provisioner:          Provisioner,
		VolumeBindingMode:    ptr.To(storagev1.VolumeBindingWaitForFirstConsumer),
		ReclaimPolicy:        ptr.To(corev1.PersistentVolumeReclaimDelete),
		AllowVolumeExpansion: ptr.To(true),
	}
}

// wantsVolume says whether it is time to make a volume for the claim, and, if it waits for its first pod, on which node that will run.
func wantsVolume(claim *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) (node string, now bool) {
	if claim.Spec.VolumeName != "" || claim.DeletionTimestamp != nil || class.Provisioner != Provisioner {
		return "", false
	}
	if ptr.Deref(class.VolumeBindingMode, storagev1.VolumeBindingImmediate) == storagev1.VolumeBindingImmediate {
		return "", true
	}
	node = claim.Annotations[selectedNode]
	return node, node != ""
}

// place is where a volume is.
type place struct {
	zone string
	// node is the real node that keeps the volume. Empty: the volume is simulated.
	node string
	// path is the folder of volumes, as the node sees it.
	path string
}

// mayUse says which nodes reach a volume: a simulated one all nodes of the zone, as with a cloud's disk, a real one the node that has it.
func (p place) mayUse() corev1.NodeSelectorRequirement {
	if p.node != "" {
		return corev1.NodeSelectorRequirement{Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{p.node}}
	}
	return corev1.NodeSelectorRequirement{Key: corev1.LabelTopologyZone, Operator: corev1.NodeSelectorOpIn, Values: []string{p.zone}}
}

// volumeFor plans the volume of a claim.
func volumeFor(claim *corev1.PersistentVolumeClaim, class *storagev1.StorageClass, at place) *corev1.PersistentVolume {
	name := nameOf(claim)
	annotations := map[string]string{provisionedBy: Provisioner}
	if at.node == "" {
		annotations[labels.Simulated] = "a volume in name only: it is bound, counted and kept in its zone, and stores nothing"
	}
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        name,
			Labels:      map[string]string{corev1.LabelTopologyZone: at.zone},
			Annotations: annotations,
		},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: claim.Spec.Resources.Requests[corev1.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			VolumeMode:                    claim.Spec.VolumeMode,
			StorageClassName:              class.Name,
			MountOptions:                  class.MountOptions,
			PersistentVolumeReclaimPolicy: ptr.Deref(class.ReclaimPolicy, corev1.PersistentVolumeReclaimDelete),
			PersistentVolumeSource:        corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: path.Join(at.path, name)}},
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID, ResourceVersion: claim.ResourceVersion,
			},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
				MatchExpressions: []corev1.NodeSelectorRequirement{at.mayUse()},
			}}}},
		},
	}
}

func nameOf(claim *corev1.PersistentVolumeClaim) string { return fmt.Sprintf("pvc-%s", claim.UID) }

// hasOutgrown says whether the claim asks for more than its volume has.
func hasOutgrown(claim *corev1.PersistentVolumeClaim, volume *corev1.PersistentVolume) bool {
	wanted, has := claim.Spec.Resources.Requests[corev1.ResourceStorage], volume.Spec.Capacity[corev1.ResourceStorage]
	return volume.Annotations[provisionedBy] == Provisioner && wanted.Cmp(has) > 0
}

// isSpent says whether the volume's claim is gone and the volume is to go with it.
func isSpent(volume *corev1.PersistentVolume) bool {
	return volume.Annotations[provisionedBy] == Provisioner && volume.DeletionTimestamp == nil &&
		volume.Status.Phase == corev1.VolumeReleased && volume.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete
}
