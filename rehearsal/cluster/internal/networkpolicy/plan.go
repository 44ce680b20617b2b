// Package networkpolicy lets through to and from the pods of a node what NetworkPolicies allow, by nftables alone: the network plugins
// of Debian know no policies, and enforcers from elsewhere want nfqueue or eBPF of a kernel, which many have not.
package networkpolicy

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// pod is what policies know of a pod: one that has an address of its own.
type pod struct {
	types.NamespacedName
	node    string
	labels  labels.Set
	address netip.Addr
	ports   []corev1.ContainerPort
	created time.Time
}

// cluster is what decides what is let through.
type cluster struct {
	pods []pod
	// namespaces are their labels, by name.
	namespaces map[string]labels.Set
	policies   []*networkingv1.NetworkPolicy
}

// guard is what is let through to and from one pod.
type guard struct {
	pod             pod
	ingress, egress side
}

// side is one direction of a pod's traffic. Unless a policy isolates the pod in it, everything is let through.
type side struct {
	isolated bool
	allowed  []allowance
}

// allowance is what one rule of a policy lets through.
type allowance struct {
	// policy is "namespace/name".
	policy string
	// anyone: peers say nothing.
	anyone bool
	// peers are the addresses at the other end, merged.
	peers []span
	// protocol is TCP, UDP or SCTP; empty: all protocols.
	protocol corev1.Protocol
	// ports are those of the pod that is called, merged; none: all of the protocol.
	ports []span
}

// plan gives the guards of a node's pods, in the order of their addresses.
func plan(node string, in cluster) []guard {
	in.pods = oneByAddress(in.pods)
	policies := slices.SortedFunc(slices.Values(in.policies), func(a, b *networkingv1.NetworkPolicy) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	var guards []guard
	for _, subject := range in.pods {
		if subject.node != node {
			continue
		}
		of := guard{pod: subject}
		for _, policy := range policies {
			if policy.Namespace != subject.Namespace || !selector(&policy.Spec.PodSelector).Matches(subject.labels) {
				continue
			}
			name := policy.Namespace + "/" + policy.Name
			if slices.Contains(policy.Spec.PolicyTypes, networkingv1.PolicyTypeIngress) {
				of.ingress.isolated = true
				for _, rule := range policy.Spec.Ingress {
					peers := in.peersOf(policy.Namespace, name, rule.From)
					of.ingress.allowed = append(of.ingress.allowed, peers.on(rule.Ports, []pod{subject}, false)...)
				}
			}
			if slices.Contains(policy.Spec.PolicyTypes, networkingv1.PolicyTypeEgress) {
				of.egress.isolated = true
				for _, rule := range policy.Spec.Egress {
					peers := in.peersOf(policy.Namespace, name, rule.To)
					of.egress.allowed = append(of.egress.allowed, peers.on(rule.Ports, in.pods, true)...)
				}
			}
		}
		guards = append(guards, of)
	}
	return guards
}

// oneByAddress sorts pods by address. Of two that are said to have the same one, the younger has it: the other's node has forgotten it.
func oneByAddress(pods []pod) []pod {
	sorted := slices.SortedFunc(slices.Values(pods), func(a, b pod) int {
		return cmp.Or(a.address.Compare(b.address), b.created.Compare(a.created), cmp.Compare(a.String(), b.String()))
	})
	return slices.CompactFunc(sorted, func(a, b pod) bool { return a.address == b.address })
}

// peersOf are the addresses that a rule's peers stand for. No peers are everyone.
func (c cluster) peersOf(namespace, policy string, peers []networkingv1.NetworkPolicyPeer) allowance {
	if len(peers) == 0 {
		return allowance{policy: policy, anyone: true}
	}
	var addresses []span
	for _, peer := range peers {
		if peer.IPBlock != nil {
			addresses = append(addresses, blockOf(*peer.IPBlock)...)
			continue
		}
		inNamespace, isPeer := map[string]bool{namespace: true}, labels.Everything()
		if peer.NamespaceSelector != nil {
			inNamespace = c.namespacesOf(selector(peer.NamespaceSelector))
		}
		if peer.PodSelector != nil {
			isPeer = selector(peer.PodSelector)
		}
		for _, other := range c.pods {
			if inNamespace[other.Namespace] && isPeer.Matches(other.labels) {
				addresses = append(addresses, span{number(other.address), number(other.address)})
			}
		}
	}
	return allowance{policy: policy, peers: merged(addresses)}
}

func (c cluster) namespacesOf(selector labels.Selector) map[string]bool {
	found := map[string]bool{}
	for name, set := range c.namespaces {
		found[name] = selector.Matches(set)
	}
	return found
}

func blockOf(given networkingv1.IPBlock) []span {
	whole, ok := block(given.CIDR)
	if !ok {
		return nil
	}
	left := []span{whole}
	for _, except := range given.Except {
		if out, ok := block(except); ok {
			left = without(left, out)
		}
	}
	return left
}

// on is what is let through on a rule's ports: those of the pods that may be called, which know what number a port's name stands for.
func (a allowance) on(ports []networkingv1.NetworkPolicyPort, called []pod, calledIsPeer bool) []allowance {
	if !a.anyone && len(a.peers) == 0 {
		return nil
	}
	if len(ports) == 0 {
		return []allowance{a}
	}
	var found []allowance
	for _, port := range ports {
		on := a
		on.protocol = corev1.ProtocolTCP
		if port.Protocol != nil {
			on.protocol = *port.Protocol
		}
		switch {
		case port.Port == nil:
			found = append(found, on)
		case port.Port.Type == intstr.Int:
			first := uint32(port.Port.IntVal)
			last := first
			if port.EndPort != nil {
				last = uint32(*port.EndPort)
			}
			on.ports = []span{{first, last}}
			found = append(found, on)
		default:
			found = append(found, on.named(port.Port.StrVal, called, calledIsPeer)...)
		}
	}
	return found
}

// named is what is let through on a port by its name, which may be another number on every pod.
func (a allowance) named(name string, called []pod, calledIsPeer bool) []allowance {
	var found []allowance
	for _, target := range called {
		at := number(target.address)
		if calledIsPeer && !a.anyone && !contain(a.peers, at) {
			continue
		}
		for _, port := range target.ports {
			if port.Name != name || port.Protocol != a.protocol {
				continue
			}
			on := a
			on.ports = []span{{uint32(port.ContainerPort), uint32(port.ContainerPort)}}
			if calledIsPeer {
				on.anyone, on.peers = false, []span{{at, at}}
			}
			found = append(found, on)
		}
	}
	return found
}

// selector is what the API server has checked; one that cannot be read selects nothing.
func selector(given *metav1.LabelSelector) labels.Selector {
	parsed, err := metav1.LabelSelectorAsSelector(given)
	if err != nil {
		return labels.Nothing()
	}
	return parsed
}
