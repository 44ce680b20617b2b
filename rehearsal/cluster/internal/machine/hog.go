package machine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"plumbline.dev/rehearsal/cluster/internal/lab"
)

// period is that in which a control group may use its share of the processors, in microseconds: the kernel's default.
const period = 100_000

// hog is a process that keeps processors busy, in a control group of the node's, beside that of its pods.
type hog struct {
	milliCPU int64
	group    lab.CPUGroup
	process  *exec.Cmd
}

// startHog uses up so much of the processors, and no more, as a part of what the node's control group gets.
func startHog(cgroup string, milliCPU int64) (*hog, error) {
	group, err := lab.MakeCPUGroup(filepath.Join(cgroup, "cpu-hog"), milliCPU*period/1000, period)
	if err != nil {
		return nil, fmt.Errorf("the processors cannot be used up: %w", err)
	}
	workers := (milliCPU + 999) / 1000
	process := exec.Command("/proc/self/exe", "hog", "--group", group.Path, "--workers", strconv.FormatInt(workers, 10))
	process.Stderr = os.Stderr
	if err := process.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("the processors cannot be used up: %w", err), group.Remove())
	}
	return &hog{milliCPU: milliCPU, group: group, process: process}, nil
}

func (h *hog) stop() error {
	_ = h.process.Process.Kill()
	_ = h.process.Wait()
	return h.group.Remove()
}

// Hog enters a control group and keeps as many processors busy as there are workers, until it is killed.
func Hog(group string, workers int) error {
	if err := os.WriteFile(filepath.Join(group, "cgroup.procs"), []byte("0"), 0); err != nil {
		return fmt.Errorf("the control group cannot be entered: %w", err)
	}
	runtime.GOMAXPROCS(workers)
	for range workers {
		go func() {
			for {
			}
		}()
	}
	select {}
}
