package networkpolicy

import (
	"net/netip"
	"strings"
	"testing"
)

func TestARulesetReplacesTheLastOneAndDropsWhatIsUnknown(t *testing.T) {
	in := shops(t, `{ metadata: { name: db }, spec: { podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress], ingress: [
		{ from: [{ ipBlock: { cidr: 192.0.2.0/24, except: [192.0.2.0/32] } }, { podSelector: { matchLabels: { app: web } } }],
		  ports: [{ port: 5432, protocol: TCP }, { port: 100, endPort: 200, protocol: SCTP }, { protocol: UDP }] }, {}] } }`)
	in.pods = in.pods[:2]
	want := `add table ip plumbline-policies
delete table ip plumbline-policies
table ip plumbline-policies {
chain forward {
type filter hook forward priority filter; policy accept;
ct state established,related accept
ip saddr 10.78.1.0/24 jump leaving
ip daddr 10.78.1.0/24 jump arriving
}
chain leaving {
ip saddr vmap { 10.78.1.2 : return, 10.78.1.3 : return }
drop
}
chain arriving-10.78.1.3 {
ip saddr 10.78.1.3 return comment "one/db"
ip saddr { 10.78.1.2, 192.0.2.1-192.0.2.255 } tcp dport { 5432 } return comment "one/db"
ip saddr { 10.78.1.2, 192.0.2.1-192.0.2.255 } sctp dport { 100-200 } return comment "one/db"
ip saddr { 10.78.1.2, 192.0.2.1-192.0.2.255 } meta l4proto udp return comment "one/db"
return comment "one/db"
drop
}
chain arriving {
ip daddr vmap { 10.78.1.2 : return, 10.78.1.3 : goto arriving-10.78.1.3 }
drop
}
}
`
	if got := ruleset(netip.MustParsePrefix("10.78.1.0/24"), plan("node", in)); got != want {
		t.Errorf("%s\nexpected:\n%s", got, want)
	}
}

func TestANodeWithoutPodsDropsAll(t *testing.T) {
	got := ruleset(netip.MustParsePrefix("10.78.1.0/24"), nil)
	if strings.Count(got, "{\ndrop\n}") != 2 || strings.Contains(got, "vmap") {
		t.Error(got)
	}
}

func TestALongCommentIsCut(t *testing.T) {
	if got := quoted(strings.Repeat("n", 300)); len(got) != longestComment+2 {
		t.Errorf("%d letters", len(got))
	}
}
