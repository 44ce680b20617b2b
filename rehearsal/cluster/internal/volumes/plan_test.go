package volumes

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"plumbline.dev/rehearsal/cluster/internal/labels"
)

func claimOf(size string, annotations map[string]string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "data-0", UID: "u-1", Annotations: annotations},
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: ptr.To(DefaultClass),
			AccessModes:      []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources:        corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(size)}},
		},
	}
}

func TestAClaimWaitsForTheNodeOfItsFirstPod(t *testing.T) {
	immediate := defaultClass()
	immediate.VolumeBindingMode = ptr.To(storagev1.VolumeBindingImmediate)
	foreign := defaultClass()
	foreign.Provisioner = "ebs.csi.aws.com"
	bound := claimOf("1Gi", map[string]string{selectedNode: "a-1"})
	bound.Spec.VolumeName = "pvc-u-1"
	for name, example := range map[string]struct {
		claim *corev1.PersistentVolumeClaim
		class *storagev1.StorageClass
		node  string
		now   bool
	}{
		"no pod yet":        {claimOf("1Gi", nil), defaultClass(), "", false},
		"a node is chosen":  {claimOf("1Gi", map[string]string{selectedNode: "a-1"}), defaultClass(), "a-1", true},
		"an immediate one":  {claimOf("1Gi", nil), immediate, "", true},
		"somebody else's":   {claimOf("1Gi", map[string]string{selectedNode: "a-1"}), foreign, "", false},
		"it has its volume": {bound, defaultClass(), "", false},
	} {
		if node, now := wantsVolume(example.claim, example.class); node != example.node || now != example.now {
			t.Errorf("%s: wantsVolume = %q, %t; want %q, %t", name, node, now, example.node, example.now)
		}
	}
}

func TestAVolumeStaysInItsZone(t *testing.T) {
	volume := volumeFor(claimOf("5Gi", nil), defaultClass(), place{zone: "local-b", path: "/volumes"})
	requirement := volume.Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0]
	if requirement.Key != corev1.LabelTopologyZone || len(requirement.Values) != 1 || requirement.Values[0] != "local-b" {
		t.Errorf("the volume may be used where %v", requirement)
	}
	if size := volume.Spec.Capacity[corev1.ResourceStorage]; size.String() != "5Gi" {
		t.Errorf("the volume has %s", size.String())
	}
	if volume.Name != "pvc-u-1" || volume.Spec.ClaimRef.Name != "data-0" || volume.Spec.ClaimRef.UID != "u-1" {
		t.Errorf("%s is for %v", volume.Name, volume.Spec.ClaimRef)
	}
}

func TestAVolumeGrowsAndNeverShrinks(t *testing.T) {
	volume := volumeFor(claimOf("5Gi", nil), defaultClass(), place{zone: "local-b", path: "/volumes"})
	for size, outgrown := range map[string]bool{"4Gi": false, "5Gi": false, "6Gi": true} {
		if got := hasOutgrown(claimOf(size, nil), volume); got != outgrown {
			t.Errorf("a claim of %s: %t", size, got)
		}
	}
	volume.Annotations[provisionedBy] = "ebs.csi.aws.com"
	if hasOutgrown(claimOf("6Gi", nil), volume) {
		t.Error("somebody else's volume is grown")
	}
}

func TestOnlyOurReleasedVolumesAreRemoved(t *testing.T) {
	volume := volumeFor(claimOf("5Gi", nil), defaultClass(), place{zone: "local-b", path: "/volumes"})
	for phase, spent := range map[corev1.PersistentVolumePhase]bool{corev1.VolumeBound: false, corev1.VolumeReleased: true} {
		volume.Status.Phase = phase
		if isSpent(volume) != spent {
			t.Errorf("%s: %t", phase, !spent)
		}
	}
	volume.Spec.PersistentVolumeReclaimPolicy = corev1.PersistentVolumeReclaimRetain
	if isSpent(volume) {
		t.Error("a volume that is to be kept is removed")
	}
}

func TestAVolumeOfARealNodeStaysOnIt(t *testing.T) {
	volume := volumeFor(claimOf("5Gi", nil), defaultClass(), place{zone: "local-b", node: "local-b-real", path: "/var/lib/volumes"})
	requirement := volume.Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0]
	if requirement.Key != corev1.LabelHostname || len(requirement.Values) != 1 || requirement.Values[0] != "local-b-real" {
		t.Errorf("the volume may be used where %v", requirement)
	}
	if volume.Spec.Local.Path != "/var/lib/volumes/pvc-u-1" || volume.Labels[corev1.LabelTopologyZone] != "local-b" {
		t.Errorf("the volume is %s, labelled %v", volume.Spec.Local.Path, volume.Labels)
	}
	if says, simulated := volume.Annotations[labels.Simulated]; simulated {
		t.Errorf("a real volume says that it is simulated: %s", says)
	}
}
