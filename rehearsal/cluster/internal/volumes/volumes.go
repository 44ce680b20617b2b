// Package volumes gives claims a volume in the zone where their first pod is to run, as a cloud's block storage does.
package volumes

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	storagelisters "k8s.io/client-go/listers/storage/v1"

	"plumbline.dev/rehearsal/cluster/internal/reconcile"
)

// provisioner makes, grows and removes volumes.
type provisioner struct {
	client  kubernetes.Interface
	claims  corelisters.PersistentVolumeClaimLister
	volumes corelisters.PersistentVolumeLister
	nodes   corelisters.NodeLister
	classes storagelisters.StorageClassLister
	real    RealNodes
}

// RealNodes are the nodes on which volumes are folders.
type RealNodes struct {
	// Folders are the folders of volumes as this process sees them, by the node's name.
	Folders map[string]string
	// Mount is the same folder, as every node sees its own.
	Mount string
}

// simulatedFolder is where simulated volumes would be.
const simulatedFolder = "/volumes"

// Run ensures the default StorageClass, and provisions until ctx ends. It returns when it has seen what there is.
func Run(ctx context.Context, client kubernetes.Interface, real RealNodes) error {
	_, err := client.StorageV1().StorageClasses().Create(ctx, defaultClass(), metav1.CreateOptions{})
	if err != nil && !errors.IsAlreadyExists(err) {
		return fmt.Errorf("StorageClass %s: %w", DefaultClass, err)
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	core := factory.Core().V1()
	p := &provisioner{
		client:  client,
		claims:  core.PersistentVolumeClaims().Lister(),
		volumes: core.PersistentVolumes().Lister(),
		nodes:   core.Nodes().Lister(),
		classes: factory.Storage().V1().StorageClasses().Lister(),
		real:    real,
	}
	claims := reconcile.New("claims", p.provision)
	volumes := reconcile.New("volumes", p.reclaim)
	if err := claims.Watch(core.PersistentVolumeClaims().Informer(), nil); err != nil {
		return err
	}
	if err := volumes.Watch(core.PersistentVolumes().Informer(), nil); err != nil {
		return err
	}
	factory.StartWithContext(ctx)
	factory.WaitForCacheSyncWithContext(ctx)
	claims.Start(ctx)
	volumes.Start(ctx)
	return ctx.Err()
}

func (p *provisioner) provision(ctx context.Context, key types.NamespacedName) error {
	claim, err := p.claims.PersistentVolumeClaims(key.Namespace).Get(key.Name)
	if errors.IsNotFound(err) || err == nil && claim.Spec.StorageClassName == nil {
		return nil
	}
	if err != nil {
		return err
	}
	if claim.Spec.VolumeName != "" {
		return p.grow(ctx, claim)
	}
	class, err := p.classes.Get(*claim.Spec.StorageClassName)
	if err != nil {
		return reconcile.UnlessGone(err)
	}
	nodeName, now := wantsVolume(claim, class)
	if !now {
		return nil
	}
	at, err := p.placeFor(nodeName)
	if err != nil {
		return err
	}
	if folder, isReal := p.real.Folders[at.node]; isReal {
		if err := os.MkdirAll(filepath.Join(folder, nameOf(claim)), 0o755); err != nil {
			return fmt.Errorf("a folder for the volume of %s cannot be made: %w", key, err)
		}
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, volumeFor(claim, class, at), metav1.CreateOptions{})
	if errors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// placeFor gives the place of a volume for the node; without a node, for any.
func (p *provisioner) placeFor(nodeName string) (place, error) {
	var node *corev1.Node
	if nodeName != "" {
		var err error
		if node, err = p.nodes.Get(nodeName); err != nil {
			return place{}, err
		}
	} else {
		nodes, err := p.nodes.List(labels.Everything())
		if err != nil || len(nodes) == 0 {
			return place{}, fmt.Errorf("no node to place a volume by: %v", err)
		}
		node = nodes[0]
	}
	at := place{zone: node.Labels[corev1.LabelTopologyZone], path: simulatedFolder}
	if _, isReal := p.real.Folders[node.Name]; isReal {
		at.node, at.path = node.Name, p.real.Mount
	}
	return at, nil
}

func (p *provisioner) grow(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	volume, err := p.volumes.Get(claim.Spec.VolumeName)
	if err != nil {
		return reconcile.UnlessGone(err)
	}
	wanted := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	if hasOutgrown(claim, volume) {
		volume = volume.DeepCopy()
		volume.Spec.Capacity[corev1.ResourceStorage] = wanted
		if _, err := p.client.CoreV1().PersistentVolumes().Update(ctx, volume, metav1.UpdateOptions{}); err != nil {
			return err
		}
	} else if has := claim.Status.Capacity[corev1.ResourceStorage]; claim.Status.Phase != corev1.ClaimBound || wanted.Cmp(has) <= 0 {
		return nil
	}
	claim = claim.DeepCopy()
	claim.Status.Capacity = corev1.ResourceList{corev1.ResourceStorage: wanted}
	claim.Status.Conditions = nil
	_, err = p.client.CoreV1().PersistentVolumeClaims(claim.Namespace).UpdateStatus(ctx, claim, metav1.UpdateOptions{})
	return err
}

func (p *provisioner) reclaim(ctx context.Context, key types.NamespacedName) error {
	volume, err := p.volumes.Get(key.Name)
	if err != nil {
		return reconcile.UnlessGone(err)
	}
	if !isSpent(volume) {
		return nil
	}
	for _, folder := range p.real.Folders {
		if err := os.RemoveAll(filepath.Join(folder, volume.Name)); err != nil {
			return fmt.Errorf("the volume %s cannot be emptied: %w", volume.Name, err)
		}
	}
	return reconcile.UnlessGone(p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{}))
}
