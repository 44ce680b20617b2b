// Package dns answers for the names of Services and their pods, as the specification of DNS in Kubernetes has it. It knows nothing
// outside of the cluster, as nothing there can be reached.
package dns

import (
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/utils/ptr"
)

// Domain is the cluster's, with which every name here ends.
const Domain = "svc.cluster.local."

// ttl is for how many seconds an answer may be kept: CoreDNS' own default for Kubernetes.
const ttl = 5

// view is what is known of Services.
type view interface {
	service(namespace, name string) (*corev1.Service, bool)
	slices(namespace, service string) []*discoveryv1.EndpointSlice
}

// answer gives the records for a question; known is false if there is no such name.
func answer(question dnsmessage.Question, in view) (records []dnsmessage.Resource, known bool) {
	name := strings.ToLower(question.Name.String())
	below, ours := strings.CutSuffix(name, "."+Domain)
	if !ours {
		return nil, name == Domain
	}
	labels := strings.Split(below, ".")
	if len(labels) < 2 {
		return nil, false
	}
	namespace, serviceName := labels[len(labels)-1], labels[len(labels)-2]
	service, there := in.service(namespace, serviceName)
	if !there {
		return nil, false
	}
	found := lookup{question: question, service: service, full: serviceName + "." + namespace + "." + Domain}
	if service.Spec.ClusterIP == corev1.ClusterIPNone {
		found.slices = in.slices(namespace, serviceName)
	}
	switch asked := labels[:len(labels)-2]; {
	case len(asked) == 0:
		return found.whole()
	case len(asked) == 1:
		return found.host(asked[0])
	case len(asked) == 2 && strings.HasPrefix(asked[0], "_") && strings.HasPrefix(asked[1], "_"):
		return found.port(asked[0][1:], asked[1][1:])
	default:
		return nil, false
	}
}

// lookup is a question about one Service.
type lookup struct {
	question dnsmessage.Question
	service  *corev1.Service
	// slices hold the endpoints of a Service without an address of its own.
	slices []*discoveryv1.EndpointSlice
	// full is the Service's name.
	full string
}

// whole answers for the Service's own name.
func (l lookup) whole() ([]dnsmessage.Resource, bool) {
	if l.service.Spec.Type == corev1.ServiceTypeExternalName {
		target, err := dnsmessage.NewName(strings.TrimSuffix(l.service.Spec.ExternalName, ".") + ".")
		if err != nil {
			return nil, false
		}
		return []dnsmessage.Resource{l.record(l.question.Name, dnsmessage.TypeCNAME, &dnsmessage.CNAMEResource{CNAME: target})}, true
	}
	if l.slices == nil {
		return l.addresses(l.service.Spec.ClusterIP), true
	}
	var all []string
	for _, endpoint := range l.ready() {
		all = append(all, endpoint.Addresses...)
	}
	return l.addresses(all...), len(all) > 0
}

// host answers for one pod of a Service without an address of its own.
func (l lookup) host(name string) ([]dnsmessage.Resource, bool) {
	for _, endpoint := range l.ready() {
		if hostOf(endpoint) == name {
			return l.addresses(endpoint.Addresses...), true
		}
	}
	return nil, false
}

// port answers where a named port is served.
func (l lookup) port(name, protocol string) ([]dnsmessage.Resource, bool) {
	var records []dnsmessage.Resource
	add := func(number int32, host string) {
		if target, err := dnsmessage.NewName(host); err == nil {
			records = append(records, l.record(l.question.Name, dnsmessage.TypeSRV, &dnsmessage.SRVResource{Port: uint16(number), Weight: 1, Target: target}))
		}
	}
	if l.slices == nil {
		for _, port := range l.service.Spec.Ports {
			if port.Name == name && strings.EqualFold(string(port.Protocol), protocol) {
				add(port.Port, l.full)
			}
		}
	}
	for _, slice := range l.slices {
		for _, port := range slice.Ports {
			if ptr.Deref(port.Name, "") != name || !strings.EqualFold(string(ptr.Deref(port.Protocol, corev1.ProtocolTCP)), protocol) {
				continue
			}
			for _, endpoint := range readyOf(slice) {
				add(ptr.Deref(port.Port, 0), hostOf(endpoint)+"."+l.full)
			}
		}
	}
	if l.question.Type != dnsmessage.TypeSRV {
		return nil, len(records) > 0
	}
	return records, len(records) > 0
}

func (l lookup) ready() []discoveryv1.Endpoint {
	var all []discoveryv1.Endpoint
	for _, slice := range l.slices {
		all = append(all, readyOf(slice)...)
	}
	return all
}

func readyOf(slice *discoveryv1.EndpointSlice) []discoveryv1.Endpoint {
	var ready []discoveryv1.Endpoint
	for _, endpoint := range slice.Endpoints {
		if ptr.Deref(endpoint.Conditions.Ready, true) && len(endpoint.Addresses) > 0 {
			ready = append(ready, endpoint)
		}
	}
	return ready
}

// hostOf is an endpoint's name: the pod's, if it was given one, else made of its address.
func hostOf(endpoint discoveryv1.Endpoint) string {
	return ptr.Deref(endpoint.Hostname, strings.ReplaceAll(endpoint.Addresses[0], ".", "-"))
}

// addresses are A records; there are none of IPv6, which the cluster does not have.
func (l lookup) addresses(addresses ...string) []dnsmessage.Resource {
	if l.question.Type != dnsmessage.TypeA && l.question.Type != dnsmessage.TypeALL {
		return nil
	}
	var records []dnsmessage.Resource
	for _, text := range addresses {
		if address, err := netip.ParseAddr(text); err == nil && address.Is4() {
			records = append(records, l.record(l.question.Name, dnsmessage.TypeA, &dnsmessage.AResource{A: address.As4()}))
		}
	}
	return records
}

func (l lookup) record(name dnsmessage.Name, kind dnsmessage.Type, body dnsmessage.ResourceBody) dnsmessage.Resource {
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: name, Type: kind, Class: dnsmessage.ClassINET, TTL: ttl}, Body: body}
}
