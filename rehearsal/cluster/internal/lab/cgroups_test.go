package lab

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAControlGroupGoesWithThoseInIt(t *testing.T) {
	group := filepath.Join(t.TempDir(), "plumbline")
	if err := os.MkdirAll(filepath.Join(group, "node", "kubepods", "pod"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := removeTree(group); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(group); !os.IsNotExist(err) {
		t.Errorf("it is there: %v", err)
	}
	if err := removeTree(group); err != nil {
		t.Errorf("one that is not there: %v", err)
	}
}

func TestAControlGroupThatIsInUseStays(t *testing.T) {
	group := filepath.Join(t.TempDir(), "plumbline")
	if err := os.MkdirAll(filepath.Join(group, "node"), 0o755); err != nil {
		t.Fatal(err)
	}
	// A directory that holds something cannot be removed, as a group that holds a process cannot.
	if err := os.WriteFile(filepath.Join(group, "node", "held"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := removeTree(group); err == nil {
		t.Error("it was taken as removed")
	}
}

func TestWhatIsInAControlGroupGoesAndTheGroupStays(t *testing.T) {
	group := filepath.Join(t.TempDir(), "node")
	if err := os.MkdirAll(filepath.Join(group, "kubepods", "pod"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := removeChildren(group); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(group)
	if err != nil || len(entries) > 0 {
		t.Errorf("left are %v: %v", entries, err)
	}
}
