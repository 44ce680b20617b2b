package networkpolicy

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"

	names "plumbline.dev/rehearsal/cluster/internal/labels"
)

// view is the cluster as informers see it.
type view struct {
	pods       corelisters.PodLister
	namespaces corelisters.NamespaceLister
	policies   networkinglisters.NetworkPolicyLister
}

func viewOf(factory informers.SharedInformerFactory) view {
	return view{
		pods:       factory.Core().V1().Pods().Lister(),
		namespaces: factory.Core().V1().Namespaces().Lister(),
		policies:   factory.Networking().V1().NetworkPolicies().Lister(),
	}
}

// now is the cluster at this moment.
func (v view) now() (cluster, error) {
	pods, err := v.pods.List(labels.Everything())
	if err != nil {
		return cluster{}, err
	}
	namespaces, err := v.namespaces.List(labels.Everything())
	if err != nil {
		return cluster{}, err
	}
	policies, err := v.policies.List(labels.Everything())
	if err != nil {
		return cluster{}, err
	}
	found := cluster{namespaces: map[string]labels.Set{}, policies: policies}
	for _, namespace := range namespaces {
		found.namespaces[namespace.Name] = namespace.Labels
	}
	for _, object := range pods {
		if pod, known := podOf(object); known {
			found.pods = append(found.pods, pod)
		}
	}
	return found, nil
}

// podOf is what policies know of a pod; known is false while it has no address of its own, and when its containers have ended.
func podOf(object *corev1.Pod) (found pod, known bool) {
	at, err := netip.ParseAddr(addressOf(object))
	ended := object.Status.Phase == corev1.PodSucceeded || object.Status.Phase == corev1.PodFailed
	if err != nil || !at.Is4() || ended || object.Spec.HostNetwork {
		return pod{}, false
	}
	found = pod{
		NamespacedName: types.NamespacedName{Namespace: object.Namespace, Name: object.Name},
		node:           object.Spec.NodeName, labels: object.Labels, address: at, created: object.CreationTimestamp.Time,
	}
	for _, container := range slices.Concat(object.Spec.InitContainers, object.Spec.Containers) {
		found.ports = append(found.ports, container.Ports...)
	}
	return found, true
}

// addressOf is the address that the pod's node has given it, or else what its kubelet says, which does so later.
func addressOf(object *corev1.Pod) string {
	if given, ok := object.Annotations[names.Address]; ok {
		return given
	}
	return object.Status.PodIP
}
