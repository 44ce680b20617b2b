package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// LockName is the file that a running cluster holds locked. The kernel lets go of it when the process ends, however it ends.
const LockName = "lock"

// LockedError says that another process runs the cluster.
type LockedError struct {
	Dir string
	// PID is the holder's, or 0 if it has not written it yet.
	PID int
}

func (e *LockedError) Error() string {
	who := "another process"
	if e.PID > 0 {
		who = "process " + strconv.Itoa(e.PID)
	}
	return fmt.Sprintf("%s: %s runs this cluster already; stop it first, or use another directory", e.Dir, who)
}

// Lock takes the directory for this process until the process ends or the returned function is called.
// It fails with *LockedError if another process has it.
func Lock(dir string) (release func(), err error) {
	path := filepath.Join(dir, LockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the cluster's directory cannot be locked: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s cannot be locked: %w", path, err)
		}
		holder, _ := os.ReadFile(path)
		pid, _ := strconv.Atoi(strings.TrimSpace(string(holder)))
		return nil, &LockedError{Dir: dir, PID: pid}
	}
	if err := errors.Join(file.Truncate(0), writeAtStart(file, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return func() { file.Close() }, nil
}

func writeAtStart(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}
