package machine

import (
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"plumbline.dev/rehearsal/cluster/internal/lab"
)

func TestALineDelaysWithinItsJitterAndLosesItsPart(t *testing.T) {
	came := time.Now()
	is := quality{latency: 100 * time.Millisecond, jitter: 20 * time.Millisecond, loss: 0.25}
	for _, test := range []struct {
		luck, spread float64
		want         time.Duration
		lost         bool
	}{
		{0.2, 0, 0, true},
		{0.25, 0, 80 * time.Millisecond, false},
		{0.9, 0.5, 100 * time.Millisecond, false},
		{0.9, 1, 120 * time.Millisecond, false},
	} {
		draws := []float64{test.luck, test.spread}
		arrives, lost := is.fate(came, func() (drawn float64) {
			drawn, draws = draws[0], draws[1:]
			return drawn
		})
		if lost != test.lost || !lost && arrives.Sub(came) != test.want {
			t.Errorf("%+v: after %s, lost %t", test, arrives.Sub(came), lost)
		}
	}
	if _, lost := (quality{loss: 1}).fate(came, func() float64 { return 0.999999 }); !lost {
		t.Error("a line that loses everything let something through")
	}
}

func TestNamesOfALineAreShortEnough(t *testing.T) {
	const longest = 15 // IFNAMSIZ less the final zero
	inner, outer := plugs(lab.Node{Address: netip.MustParsePrefix("10.77.0.255/24")})
	if inner == outer || len(inner) > longest || len(outer) > longest {
		t.Errorf("%s, %s", inner, outer)
	}
}

func TestChildrenAreThoseThatWereStartedAndStillRun(t *testing.T) {
	child := exec.Command("/bin/sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(children(os.Getpid()), child.Process.Pid) {
		t.Errorf("%d is not among %v", child.Process.Pid, children(os.Getpid()))
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	if slices.Contains(children(os.Getpid()), child.Process.Pid) {
		t.Error("a child that has ended is still there")
	}
}
