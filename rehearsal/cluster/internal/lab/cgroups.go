package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cgroupRoot is where the machine has its control groups.
const cgroupRoot = "/sys/fs/cgroup"

// A control group can be removed when the kernel has buried its last process, which takes a moment.
const (
	removePause = 20 * time.Millisecond
	removeGrace = 5 * time.Second
)

// hierarchies are the roots of the machine's control groups: one, or in version 1 one for each controller, and often a unified one
// beside them, without controllers, in which the runtime makes groups too.
func hierarchies() ([]string, error) {
	if isUnified(cgroupRoot) {
		return []string{cgroupRoot}, nil
	}
	entries, err := os.ReadDir(cgroupRoot)
	if err != nil {
		return nil, fmt.Errorf("the machine's control groups cannot be read: %w", err)
	}
	var roots []string
	for _, entry := range entries {
		// A link is another name of a hierarchy.
		if entry.IsDir() {
			roots = append(roots, filepath.Join(cgroupRoot, entry.Name()))
		}
	}
	return roots, nil
}

func isUnified(path string) bool {
	var stat unix.Statfs_t
	return unix.Statfs(path, &stat) == nil && stat.Type == unix.CGROUP2_SUPER_MAGIC
}

// makeCgroups makes a control group in every hierarchy, as the root of a node's pods.
func makeCgroups(path string) error {
	roots, err := hierarchies()
	if err != nil {
		return err
	}
	for _, root := range roots {
		if root != cgroupRoot && isUnified(root) {
			continue
		}
		at := root
		for _, part := range strings.Split(path, "/") {
			parent := at
			at = filepath.Join(at, part)
			if err := os.Mkdir(at, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("a control group cannot be made: %w", err)
			}
			if err := inheritCPUs(parent, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// inheritCPUs gives a control group of version 1 its parent's processors and memory banks: it has none to begin with.
func inheritCPUs(parent, child string) error {
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		all, err := os.ReadFile(filepath.Join(parent, name))
		if errors.Is(err, fs.ErrNotExist) || isUnified(parent) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(child, name), all, 0o644)
		}
		if err != nil {
			return fmt.Errorf("a control group cannot be set up: %w", err)
		}
	}
	return nil
}

// removeCgroups removes a control group and those in it from every hierarchy, and then those above that nothing else is in. What is
// not there is no error.
func removeCgroups(path string) error {
	roots, err := hierarchies()
	if err != nil {
		return err
	}
	for _, root := range roots {
		group := filepath.Join(root, path)
		if err := whenEmpty(group, removeTree); err != nil {
			return err
		}
		for parent := filepath.Dir(group); parent != root; parent = filepath.Dir(parent) {
			_ = unix.Rmdir(parent)
		}
	}
	return nil
}

// EmptyCgroups removes those in a control group from every hierarchy: what the pods of a node that died have left. A machine that
// starts has none, and a kubelet that finds some asks its runtime for each, in vain, three seconds long, before it is ready.
func EmptyCgroups(path string) error {
	roots, err := hierarchies()
	if err != nil {
		return err
	}
	for _, root := range roots {
		if err := whenEmpty(filepath.Join(root, path), removeChildren); err != nil {
			return err
		}
	}
	return nil
}

// whenEmpty tries to remove until the last processes are gone.
func whenEmpty(group string, remove func(string) error) error {
	for deadline := time.Now().Add(removeGrace); ; time.Sleep(removePause) {
		err := remove(group)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the control group %s cannot be removed: %w", group, err)
		}
	}
}

func removeTree(group string) error {
	if err := removeChildren(group); err != nil {
		return err
	}
	if err := unix.Rmdir(group); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func removeChildren(group string) error {
	entries, err := os.ReadDir(group)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		if entry.IsDir() {
			err = errors.Join(err, removeTree(filepath.Join(group, entry.Name())))
		}
	}
	return err
}
