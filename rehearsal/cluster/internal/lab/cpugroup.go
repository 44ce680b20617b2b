package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// CPUPath is where the control group of a name, relative to the root of its hierarchy, divides processors.
func CPUPath(name string) (string, error) {
	roots, err := hierarchies()
	if err != nil {
		return "", err
	}
	for _, root := range roots {
		_, err := os.Stat(filepath.Join(root, "cpu.shares"))
		if root == cgroupRoot || err == nil {
			return filepath.Join(root, name), nil
		}
	}
	return "", errors.New("the machine's control groups do not divide processors")
}

// CPUGroup is a control group that bounds how much of the processors its processes use.
type CPUGroup struct {
	Path string
}

// MakeCPUGroup makes one of the name, for quota microseconds of processors each period.
func MakeCPUGroup(name string, quota, period int64) (CPUGroup, error) {
	path, err := CPUPath(name)
	if err != nil {
		return CPUGroup{}, err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return CPUGroup{}, fmt.Errorf("a control group cannot be made: %w", err)
	}
	limits := map[string]string{
		"cpu.cfs_period_us": strconv.FormatInt(period, 10), "cpu.cfs_quota_us": strconv.FormatInt(quota, 10),
	}
	if isUnified(path) {
		limits = map[string]string{"cpu.max": fmt.Sprintf("%d %d", quota, period)}
	}
	var errs []error
	for name, limit := range limits {
		errs = append(errs, os.WriteFile(filepath.Join(path, name), []byte(limit), 0))
	}
	return CPUGroup{Path: path}, errors.Join(errs...)
}

// Remove removes it as soon as its last process is gone.
func (g CPUGroup) Remove() (err error) {
	for deadline := time.Now().Add(removeGrace); time.Now().Before(deadline); time.Sleep(removePause) {
		if err = unix.Rmdir(g.Path); err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
	}
	return fmt.Errorf("the control group %s cannot be removed: %w", g.Path, err)
}
