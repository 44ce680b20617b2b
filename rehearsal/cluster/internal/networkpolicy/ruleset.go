package networkpolicy

import (
	"fmt"
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// table is the name of the node's table in nftables.
const table = "plumbline-policies"

// longestComment is what nftables keeps of a comment.
const longestComment = 127

// ruleset is the script for nft that puts these guards, and no others, in place of all that were there, in one step. Packets of addresses
// in the node's range of which nothing is known yet are dropped. What the node itself sends and receives does not come by, nor do answers.
func ruleset(podRange netip.Prefix, guards []guard) string {
	var text strings.Builder
	write := func(format string, words ...any) { fmt.Fprintf(&text, format+"\n", words...) }
	write("add table ip %s", table)
	write("delete table ip %s", table)
	write("table ip %s {", table)
	write("chain forward {")
	write("type filter hook forward priority filter; policy accept;")
	write("ct state established,related accept")
	write("ip saddr %s jump leaving", podRange)
	write("ip daddr %s jump arriving", podRange)
	write("}")
	direction := func(chain, own, other string, sideOf func(guard) side) {
		var ways []string
		for _, guard := range guards {
			at := guard.pod.address
			if !sideOf(guard).isolated {
				ways = append(ways, fmt.Sprintf("%s : return", at))
				continue
			}
			ways = append(ways, fmt.Sprintf("%s : goto %s-%s", at, chain, at))
			write("chain %s-%s {", chain, at)
			write("ip %s %s return comment %s", other, at, quoted(guard.pod.String()))
			for _, allowed := range sideOf(guard).allowed {
				write("%sreturn comment %s", allowed.matches(other), quoted(allowed.policy))
			}
			write("drop")
			write("}")
		}
		write("chain %s {", chain)
		if len(ways) > 0 {
			write("ip %s vmap { %s }", own, strings.Join(ways, ", "))
		}
		write("drop")
		write("}")
	}
	direction("leaving", "saddr", "daddr", func(g guard) side { return g.egress })
	direction("arriving", "daddr", "saddr", func(g guard) side { return g.ingress })
	write("}")
	return text.String()
}

// matches is what a packet must be for the allowance to let it through, with other as the name of the far end's address.
func (a allowance) matches(other string) string {
	var all string
	if !a.anyone {
		all = fmt.Sprintf("ip %s { %s } ", other, listed(a.peers, func(n uint32) string { return address(n).String() }))
	}
	protocol := strings.ToLower(string(a.protocol))
	switch {
	case a.protocol == corev1.Protocol(""):
		return all
	case len(a.ports) == 0:
		return all + "meta l4proto " + protocol + " "
	default:
		return all + fmt.Sprintf("%s dport { %s } ", protocol, listed(a.ports, func(n uint32) string { return fmt.Sprint(n) }))
	}
}

func listed(spans []span, name func(uint32) string) string {
	var words []string
	for _, s := range spans {
		if s.first == s.last {
			words = append(words, name(s.first))
		} else {
			words = append(words, name(s.first)+"-"+name(s.last))
		}
	}
	return strings.Join(words, ", ")
}

// quoted is a comment; names in Kubernetes have no quotes.
func quoted(text string) string { return `"` + text[:min(len(text), longestComment)] + `"` }
