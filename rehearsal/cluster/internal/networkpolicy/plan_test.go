package networkpolicy

import (
	"net/netip"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

// Two shops with a web server, which calls its port 8080 "http", and a database each; and what is outside.
func shops(t *testing.T, policies ...string) cluster {
	t.Helper()
	in := cluster{namespaces: map[string]labels.Set{"one": {"team": "a"}, "two": {"team": "b"}}}
	add := func(namespace, name, at string, port int32) {
		in.pods = append(in.pods, pod{
			NamespacedName: types.NamespacedName{Namespace: namespace, Name: name}, node: "node", labels: labels.Set{"app": name},
			address: netip.MustParseAddr(at), ports: []corev1.ContainerPort{{Name: "http", ContainerPort: port, Protocol: corev1.ProtocolTCP}},
		})
	}
	add("one", "web", "10.78.1.2", 8080)
	add("one", "db", "10.78.1.3", 5432)
	add("two", "web", "10.78.2.2", 9090)
	add("two", "db", "10.78.2.3", 5432)
	for _, text := range policies {
		policy := &networkingv1.NetworkPolicy{}
		if err := yaml.UnmarshalStrict([]byte(text), policy); err != nil {
			t.Fatal(err)
		}
		policy.Namespace = "one"
		in.policies = append(in.policies, policy)
	}
	return in
}

// packet is the first of a connection.
type packet struct {
	from, to string
	protocol corev1.Protocol
	port     uint32
}

// passes says whether guards let a packet through, as nftables would read their ruleset.
func passes(guards []guard, p packet) bool {
	from, to := netip.MustParseAddr(p.from), netip.MustParseAddr(p.to)
	let := func(s side, other netip.Addr) bool {
		if !s.isolated {
			return true
		}
		for _, a := range s.allowed {
			if (a.anyone || contain(a.peers, number(other))) && (a.protocol == "" || a.protocol == p.protocol) &&
				(len(a.ports) == 0 || contain(a.ports, p.port)) {
				return true
			}
		}
		return false
	}
	for _, g := range guards {
		if g.pod.address == from && !let(g.egress, to) || g.pod.address == to && !let(g.ingress, from) {
			return false
		}
	}
	return true
}

const (
	webOne, dbOne, webTwo, dbTwo = "10.78.1.2", "10.78.1.3", "10.78.2.2", "10.78.2.3"
	outside                      = "192.0.2.9"
	tcp, udp                     = corev1.ProtocolTCP, corev1.ProtocolUDP
)

func TestPlanLetsThroughWhatIsAllowedAndNothingElse(t *testing.T) {
	denyAll := `{ metadata: { name: deny }, spec: { podSelector: {}, policyTypes: [Ingress, Egress] } }`
	for name, test := range map[string]struct {
		policies         []string
		through, dropped []packet
	}{
		"without policies": {
			through: []packet{{webTwo, dbOne, tcp, 5432}, {dbOne, outside, udp, 53}},
		},
		"default deny": {
			policies: []string{denyAll},
			through:  []packet{{webTwo, dbTwo, tcp, 5432}},
			dropped:  []packet{{webOne, dbOne, tcp, 5432}, {webTwo, dbOne, tcp, 5432}, {dbOne, outside, tcp, 443}, {outside, webOne, tcp, 8080}},
		},
		"one direction alone": {
			policies: []string{`{ metadata: { name: in }, spec: { podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress] } }`},
			through:  []packet{{dbOne, outside, tcp, 443}, {dbTwo, webOne, tcp, 8080}},
			dropped:  []packet{{webOne, dbOne, tcp, 5432}},
		},
		"from pods of its own namespace": {
			policies: []string{`{ metadata: { name: db }, spec: { podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress],
				ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 5432, protocol: TCP }] }] } }`},
			through: []packet{{webOne, dbOne, tcp, 5432}},
			dropped: []packet{{webTwo, dbOne, tcp, 5432}, {webOne, dbOne, tcp, 5433}, {webOne, dbOne, udp, 5432}},
		},
		"from a namespace, and from some pods of one": {
			policies: []string{`{ metadata: { name: db }, spec: { podSelector: {}, policyTypes: [Ingress], ingress: [
				{ from: [{ namespaceSelector: { matchLabels: { team: b } } }], ports: [{ port: 1, protocol: TCP }] },
				{ from: [{ namespaceSelector: { matchLabels: { team: b } }, podSelector: { matchLabels: { app: web } } }], ports: [{ port: 2, protocol: TCP }] },
				{ from: [{ namespaceSelector: {} }], ports: [{ port: 3, protocol: TCP }] }] } }`},
			through: []packet{{webTwo, dbOne, tcp, 1}, {dbTwo, dbOne, tcp, 1}, {webTwo, dbOne, tcp, 2}, {webOne, dbOne, tcp, 3}, {dbTwo, webOne, tcp, 3}},
			dropped: []packet{{webOne, dbOne, tcp, 1}, {dbTwo, dbOne, tcp, 2}, {outside, dbOne, tcp, 3}},
		},
		"both ends must allow it": {
			policies: []string{denyAll, `{ metadata: { name: web }, spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Egress],
				egress: [{ to: [{ podSelector: { matchLabels: { app: db } } }, { namespaceSelector: { matchLabels: { team: b } } }] }] } }`},
			through: []packet{{webOne, dbTwo, tcp, 5432}},
			dropped: []packet{{webOne, dbOne, tcp, 5432}},
		},
		"policies add up": {
			policies: []string{denyAll,
				`{ metadata: { name: a }, spec: { podSelector: {}, policyTypes: [Ingress], ingress: [{ ports: [{ port: 1, protocol: TCP }] }] } }`,
				`{ metadata: { name: b }, spec: { podSelector: {}, policyTypes: [Ingress], ingress: [{ ports: [{ port: 2, protocol: TCP }] }] } }`},
			through: []packet{{webTwo, dbOne, tcp, 1}, {outside, dbOne, tcp, 2}},
			dropped: []packet{{webTwo, dbOne, tcp, 3}},
		},
		"an empty rule is for everything, no rule for nothing": {
			policies: []string{`{ metadata: { name: all }, spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress, Egress],
				ingress: [{}], egress: [] } }`},
			through: []packet{{outside, webOne, udp, 7}},
			dropped: []packet{{webOne, outside, udp, 7}},
		},
		"blocks of addresses without some": {
			policies: []string{`{ metadata: { name: out }, spec: { podSelector: {}, policyTypes: [Egress], egress: [
				{ to: [{ ipBlock: { cidr: 192.0.2.0/24, except: [192.0.2.8/31, 192.0.2.64/26] } }, { ipBlock: { cidr: "fd00::/8" } }] }] } }`},
			through: []packet{{webOne, "192.0.2.7", tcp, 1}, {webOne, "192.0.2.10", tcp, 1}, {webOne, "192.0.2.255", udp, 1}},
			dropped: []packet{{webOne, "192.0.2.8", tcp, 1}, {webOne, outside, tcp, 1}, {webOne, "192.0.2.100", tcp, 1}, {webOne, "192.0.3.1", tcp, 1}},
		},
		"ranges of ports, and whole protocols": {
			policies: []string{`{ metadata: { name: out }, spec: { podSelector: {}, policyTypes: [Egress],
				egress: [{ ports: [{ port: 100, endPort: 200, protocol: TCP }, { protocol: UDP }] }] } }`},
			through: []packet{{webOne, outside, tcp, 100}, {webOne, outside, tcp, 200}, {webOne, outside, udp, 9}},
			dropped: []packet{{webOne, outside, tcp, 99}, {webOne, outside, tcp, 201}, {webOne, outside, corev1.ProtocolSCTP, 100}},
		},
		"a port's name is the called pod's": {
			policies: []string{`{ metadata: { name: names }, spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress, Egress],
				ingress: [{ ports: [{ port: http, protocol: TCP }] }],
				egress: [{ to: [{ namespaceSelector: { matchLabels: { team: b } } }], ports: [{ port: http, protocol: TCP }, { port: none, protocol: TCP }] }] } }`},
			through: []packet{{dbTwo, webOne, tcp, 8080}, {webOne, webTwo, tcp, 9090}, {webOne, dbTwo, tcp, 5432}},
			dropped: []packet{{dbTwo, webOne, tcp, 9090}, {webOne, webTwo, tcp, 5432}, {webOne, dbTwo, tcp, 9090}, {webOne, dbOne, tcp, 5432}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			guards := plan("node", shops(t, test.policies...))
			if len(guards) != 4 {
				t.Fatalf("%d pods are guarded", len(guards))
			}
			for _, p := range test.through {
				if !passes(guards, p) {
					t.Errorf("%v is dropped", p)
				}
			}
			for _, p := range test.dropped {
				if passes(guards, p) {
					t.Errorf("%v is let through", p)
				}
			}
		})
	}
}

func TestANodeGuardsItsOwnPods(t *testing.T) {
	in := shops(t)
	in.pods[2].node = "other"
	for _, guard := range plan("node", in) {
		if guard.pod.address.String() == webTwo {
			t.Error("a pod of another node is guarded")
		}
	}
}

func TestAnAddressIsThatOfTheYoungestPod(t *testing.T) {
	in := shops(t)
	in.pods[1].address, in.pods[1].created = in.pods[0].address, time.Unix(1, 0)
	guards := plan("node", in)
	if len(guards) != 3 || guards[0].pod.Name != "db" {
		t.Errorf("%v", guards)
	}
}
