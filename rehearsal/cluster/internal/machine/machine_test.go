package machine

import (
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"plumbline.dev/rehearsal/cluster/internal/lab"
)

func TestReadSpecRefusesWhatItDoesNotKnow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lab.json")
	for text, want := range map[string]string{
		`{"gateway":"10.77.0.1/24","cgroup":"plumbline/x","runtime":"/","store":"/","nodes":[{"name":"a-real"}]}`: "",
		`{"gatway":"10.77.0.1/24"}`: `unknown field "gatway"`,
		`gateway`:                   "is not a lab's description",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		spec, err := ReadSpec(path)
		if want == "" {
			if err != nil || spec.Nodes[0].Name != "a-real" || spec.Gateway.Bits() != 24 {
				t.Errorf("%+v, %v", spec, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", text, err, want)
		}
	}
	if _, err := ReadSpec(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a description that is not there was read")
	}
}

func TestEveryNodeHasACableAndAHardwareAddressOfItsOwn(t *testing.T) {
	const longest = 15 // IFNAMSIZ less the final zero
	cables, cards := map[string]bool{}, map[string]bool{}
	for last := 11; last < 20; last++ {
		address := netip.AddrFrom4([4]byte{10, 77, 0, byte(last)})
		node := lab.Node{Name: strings.Repeat("n", 60), Address: netip.PrefixFrom(address, 24)}
		name, card := cable(node), hardware(address)
		if len(name) > longest {
			t.Errorf("%s is too long", name)
		}
		if card[0]&1 != 0 || card[0]&2 == 0 {
			t.Errorf("%s is not for one station, locally administered", card)
		}
		cables[name], cards[card.String()] = true, true
	}
	if len(cables) != 9 || len(cards) != 9 {
		t.Errorf("cables %v, cards %v", cables, cards)
	}
}

func TestAProgramThatEndsIsWaitedForAndItsFailureTold(t *testing.T) {
	programs, out := newPrograms(), tempFile(t)
	// Else it buries the processes of the tests that follow, too.
	t.Cleanup(func() { signal.Reset(unix.SIGCHLD) })
	if err := programs.run(out, "/bin/sh", "-c", "echo done"); err != nil {
		t.Fatal(err)
	}
	for script, want := range map[string]string{"exit 3": "code 3", "kill -9 $$": "signal killed"} {
		if err := programs.run(out, "/bin/sh", "-c", script); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %s", script, err, want)
		}
	}
	if err := programs.run(out, "/no/such/program"); err == nil {
		t.Error("a program that is not there was run")
	}
	if said, err := os.ReadFile(out.Name()); err != nil || string(said) != "done\n" {
		t.Errorf("log %q, %v", said, err)
	}
}

func tempFile(t *testing.T) *os.File {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}
