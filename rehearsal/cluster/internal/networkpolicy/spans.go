package networkpolicy

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
)

// span is a range of IPv4 addresses or of ports, both ends included.
type span struct{ first, last uint32 }

// merged sorts spans and joins those that touch or overlap.
func merged(spans []span) []span {
	sorted := slices.SortedFunc(slices.Values(spans), func(a, b span) int { return cmp.Compare(a.first, b.first) })
	var joined []span
	for _, next := range sorted {
		if end := len(joined) - 1; end >= 0 && uint64(next.first) <= uint64(joined[end].last)+1 {
			joined[end].last = max(joined[end].last, next.last)
		} else {
			joined = append(joined, next)
		}
	}
	return joined
}

// without is what is left of spans when one is taken out.
func without(spans []span, out span) []span {
	var left []span
	for _, s := range spans {
		if out.last < s.first || s.last < out.first {
			left = append(left, s)
			continue
		}
		if s.first < out.first {
			left = append(left, span{s.first, out.first - 1})
		}
		if out.last < s.last {
			left = append(left, span{out.last + 1, s.last})
		}
	}
	return left
}

func contain(spans []span, number uint32) bool {
	return slices.ContainsFunc(spans, func(s span) bool { return s.first <= number && number <= s.last })
}

// block is the addresses of a CIDR; ok is false if it is not one of IPv4, which is all that a lab's network speaks.
func block(cidr string) (addresses span, ok bool) {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil || !prefix.Addr().Is4() {
		return span{}, false
	}
	first := number(prefix.Masked().Addr())
	return span{first, first | uint32(1<<(32-prefix.Bits())-1)}, true
}

func number(address netip.Addr) uint32 {
	four := address.As4()
	return binary.BigEndian.Uint32(four[:])
}

func address(number uint32) netip.Addr {
	var four [4]byte
	binary.BigEndian.PutUint32(four[:], number)
	return netip.AddrFrom4(four)
}
