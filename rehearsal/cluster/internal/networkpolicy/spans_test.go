package networkpolicy

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

const most = 40

func randomSpans(random *rand.Rand) []span {
	var spans []span
	for range random.IntN(6) {
		first := random.Uint32N(most)
		spans = append(spans, span{first, first + random.Uint32N(most-first)})
	}
	return spans
}

func TestSpansHoldTheSameNumbersMergedAndLoseThoseThatAreTakenOut(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		spans := randomSpans(random)
		first := random.Uint32N(most)
		out := span{first, first + random.Uint32N(most-first)}
		joined, left := merged(spans), without(spans, out)
		for n := range uint32(most + 1) {
			held := contain(spans, n)
			if contain(joined, n) != held {
				t.Fatalf("%d: %v merged is %v", n, spans, joined)
			}
			if contain(left, n) != (held && !contain([]span{out}, n)) {
				t.Fatalf("%d: %v without %v is %v", n, spans, out, left)
			}
		}
		for i := 1; i < len(joined); i++ {
			if joined[i].first <= joined[i-1].last+1 {
				t.Fatalf("%v merged is %v, where two could be one", spans, joined)
			}
		}
	}
}

func TestSpansAtTheEndsOfTheNumbers(t *testing.T) {
	all := span{0, 1<<32 - 1}
	if got := merged([]span{{5, 6}, all, all}); !slices.Equal(got, []span{all}) {
		t.Errorf("%v", got)
	}
	if got := without([]span{all}, all); got != nil {
		t.Errorf("%v", got)
	}
	if got := without([]span{all}, span{7, 7}); !slices.Equal(got, []span{{0, 6}, {8, 1<<32 - 1}}) {
		t.Errorf("%v", got)
	}
}

func TestABlockIsItsAddresses(t *testing.T) {
	for cidr, want := range map[string][2]string{
		"10.78.1.77/24": {"10.78.1.0", "10.78.1.255"}, "10.0.0.1/32": {"10.0.0.1", "10.0.0.1"}, "0.0.0.0/0": {"0.0.0.0", "255.255.255.255"},
	} {
		got, ok := block(cidr)
		if !ok || address(got.first) != netip.MustParseAddr(want[0]) || address(got.last) != netip.MustParseAddr(want[1]) {
			t.Errorf("%s: %s to %s", cidr, address(got.first), address(got.last))
		}
	}
	for _, cidr := range []string{"fd00::/8", "10.0.0.0", ""} {
		if _, ok := block(cidr); ok {
			t.Errorf("%q is a block of IPv4", cidr)
		}
	}
}
