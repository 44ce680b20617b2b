package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// StatusName is the file in which a cluster says how it is. It is there while the cluster runs, and stays after a crash or a
// failed start; a clean stop removes it.
const StatusName = "status.json"

// Phase is where a run stands.
type Phase string

// The phases of a run.
const (
	Starting Phase = "starting"
	Ready    Phase = "ready"
	Stopping Phase = "stopping"
	Failed   Phase = "failed"
)

// Status is what a cluster says about itself.
type Status struct {
	Process
	StartedAt time.Time `json:"startedAt"`
	Phase     Phase     `json:"phase"`
	// Ports are those on which the cluster listens on 127.0.0.1, by component.
	Ports map[string]int `json:"ports"`
	// Server is the API server's URL.
	Server string `json:"server"`
	// Kubeconfig is the absolute path of the administrator's kubeconfig.
	Kubeconfig string `json:"kubeconfig"`
	// Version is that of Kubernetes.
	Version string `json:"version"`
	// Pending says that the API server and all of the cluster's own work, and operators in pods are still starting.
	Pending bool `json:"pending,omitempty"`
	// Error is why the run failed.
	Error string `json:"error,omitempty"`
}

// WriteStatus replaces the status in dir.
func WriteStatus(dir string, status Status) error {
	data, err := json.MarshalIndent(status, "", "  ")
	if err != nil {
		return fmt.Errorf("the status cannot be encoded: %w", err)
	}
	return WriteFile(filepath.Join(dir, StatusName), append(data, '\n'), 0o600)
}

// RemoveStatus says that the cluster stopped cleanly.
func RemoveStatus(dir string) error {
	if err := os.Remove(filepath.Join(dir, StatusName)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Leftover says, in a sentence for the reader, what the previous run left behind, or nothing if it stopped cleanly.
// The caller holds the lock, so no other run is under way.
func Leftover(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, StatusName))
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	var previous Status
	if err == nil {
		err = json.Unmarshal(data, &previous)
	}
	switch {
	case err != nil:
		return fmt.Sprintf("the status of the previous run cannot be read (%v); it is written anew", err)
	case previous.Phase == Failed:
		return fmt.Sprintf("the previous run (process %d) failed: %s", previous.PID, previous.Error)
	default:
		return fmt.Sprintf("the previous run (process %d, %s) ended without a clean stop; its data is used as it stands", previous.PID, previous.Phase)
	}
}
