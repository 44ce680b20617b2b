package state

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLockIsForOne(t *testing.T) {
	dir := t.TempDir()
	release, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	var locked *LockedError
	if _, err := Lock(dir); !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Errorf("error %v, expected a LockedError that names process %d", err, os.Getpid())
	}
	release()
	again, err := Lock(dir)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	again()
}

func TestAProcessIsToldFromOthersWithItsNumber(t *testing.T) {
	self, err := FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if !self.Runs() {
		t.Error("this process does not run")
	}
	other := self
	other.Start--
	if other.Runs() {
		t.Error("an earlier process with the number counts as running")
	}
	rebooted := self
	rebooted.BootID = "another"
	if rebooted.Runs() {
		t.Error("a process from before the machine's start counts as running")
	}
}

func TestStartTime(t *testing.T) {
	rest := strings.Repeat(" 0", 18) + " 4711 0 0"
	if start, err := startTime("1 (a) b) S" + rest); err != nil || start != 4711 {
		t.Errorf("start %d, error %v", start, err)
	}
	for _, stat := range []string{"", "1 (a", "1 (a) S 0 0"} {
		if _, err := startTime(stat); err == nil {
			t.Errorf("%q was taken", stat)
		}
	}
}

func TestWriteFileReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, content := range []string{"long content", "short"} {
		if err := WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != content {
			t.Errorf("%q, %v", data, err)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("something is left beside it: %v", entries)
	}
}

func TestWriteFileThatFailsLeavesTheOld(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("new"), 0o600); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, expected it to name %s", err, path)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("something is left beside it: %v", entries)
	}
}

func TestLeftover(t *testing.T) {
	dir := t.TempDir()
	if note := Leftover(dir); note != "" {
		t.Errorf("after a clean stop: %q", note)
	}
	status := Status{Process: Process{PID: 42}, Phase: Ready, StartedAt: time.Now()}
	if err := WriteStatus(dir, status); err != nil {
		t.Fatal(err)
	}
	if note := Leftover(dir); !strings.Contains(note, "process 42, ready") || !strings.Contains(note, "without a clean stop") {
		t.Errorf("after a crash: %q", note)
	}
	status.Phase, status.Error = Failed, "etcd: no room"
	if err := WriteStatus(dir, status); err != nil {
		t.Fatal(err)
	}
	if note := Leftover(dir); !strings.Contains(note, "failed: etcd: no room") {
		t.Errorf("after a failure: %q", note)
	}
	if err := os.WriteFile(filepath.Join(dir, StatusName), []byte(`{"pid":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if note := Leftover(dir); !strings.Contains(note, "cannot be read") {
		t.Errorf("after half a write: %q", note)
	}
	if err := errors.Join(RemoveStatus(dir), RemoveStatus(dir)); err != nil {
		t.Error(err)
	}
}

func TestStatusHasTheFieldsThatReadersKnow(t *testing.T) {
	data, err := json.Marshal(Status{Process: Process{PID: 1, BootID: "b", Start: 2}, Ports: map[string]int{}})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"pid", "bootId", "processStart", "startedAt", "phase", "ports", "server", "kubeconfig", "version"} {
		if _, ok := fields[field]; !ok {
			t.Errorf("%s is missing in %s", field, data)
		}
	}
}
