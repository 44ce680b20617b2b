package state

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Process tells one process from every other that ever had, or will have, its number.
type Process struct {
	PID int `json:"pid"`
	// BootID is the kernel's name of the machine's present start.
	BootID string `json:"bootId"`
	// Start is when the process began, in clock ticks since that start.
	Start uint64 `json:"processStart"`
}

// FindProcess identifies the process that has the number now.
func FindProcess(pid int) (Process, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return Process{}, fmt.Errorf("the machine's boot id cannot be read: %w", err)
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Process{}, fmt.Errorf("process %d cannot be seen: %w", pid, err)
	}
	start, err := startTime(string(stat))
	if err != nil {
		return Process{}, fmt.Errorf("/proc/%d/stat: %w", pid, err)
	}
	return Process{PID: pid, BootID: strings.TrimSpace(string(boot)), Start: start}, nil
}

// Runs says whether this very process still runs; another one with its number does not count.
func (p Process) Runs() bool {
	now, err := FindProcess(p.PID)
	return err == nil && now == p
}

// startTime is the 22nd field of /proc/PID/stat. The second, the name, may itself hold blanks and brackets.
func startTime(stat string) (uint64, error) {
	end := strings.LastIndexByte(stat, ')')
	fields := strings.Fields(stat[end+1:])
	const field = 22 - 3
	if end < 0 || len(fields) <= field {
		return 0, fmt.Errorf("has %d fields after the name; more than %d are expected", len(fields), field)
	}
	return strconv.ParseUint(fields[field], 10, 64)
}
