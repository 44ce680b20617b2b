package ports

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestOpenTakesTheSamePortsAgain(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	numbers := Numbers(first)
	Close(first)
	second, err := Open(dir, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	defer Close(second)
	if !maps.Equal(numbers, Numbers(second)) {
		t.Errorf("first %v, then %v", numbers, Numbers(second))
	}
}

func TestOpenGoesAroundAPortThatIsTaken(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir, "a")
	if err != nil {
		t.Fatal(err)
	}
	defer Close(first)
	second, err := Open(dir, "a")
	if err != nil {
		t.Fatal(err)
	}
	defer Close(second)
	if Numbers(first)["a"] == Numbers(second)["a"] {
		t.Error("two listen on one port")
	}
}

func TestOpenDoesWithoutAMemory(t *testing.T) {
	for _, content := range []string{"", `{"a":`, `{"a":70000}`, `{"a":-1}`, `[]`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		open, err := Open(dir, "a")
		if err != nil {
			t.Fatalf("%q: %v", content, err)
		}
		Close(open)
	}
}

func TestOpenListensOnLoopbackAlone(t *testing.T) {
	open, err := Open(t.TempDir(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer Close(open)
	if host := open["a"].Addr().String(); host[:len(Loopback)] != Loopback {
		t.Errorf("listens on %s", host)
	}
}
