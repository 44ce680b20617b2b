package machine

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// thread is one that has been stopped.
type thread struct {
	id int
	// signal was about to be delivered when it stopped.
	signal unix.Signal
}

// whileStopped stops every thread of a process for as long as do takes, and tells it where each of them is. If this process ends in the
// middle, the kernel lets them go on.
func whileStopped(pid int, do func(counters []uint64) error) error {
	// Only the thread that stopped them may let them go on.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	stopped := map[int]thread{}
	defer func() {
		for _, t := range stopped {
			_, _, _ = unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_DETACH, uintptr(t.id), 0, uintptr(t.signal), 0, 0)
		}
	}()
	var counters []uint64
	// Threads that were started in the meantime are found by looking once more.
	for before := -1; before != len(stopped); {
		before = len(stopped)
		tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
		if err != nil {
			return unlessGone(err)
		}
		for _, task := range tasks {
			id, err := strconv.Atoi(task.Name())
			if _, known := stopped[id]; known || err != nil {
				continue
			}
			t, counter, err := stop(id)
			if t.id == id {
				stopped[id] = t
			}
			if errors.Is(err, unix.ESRCH) {
				continue
			}
			if err != nil {
				return fmt.Errorf("it cannot be stopped: %w", err)
			}
			counters = append(counters, counter)
		}
	}
	return do(counters)
}

// stopGrace is how long a thread may take to stop: it does so at the end of what the kernel is doing for it.
const (
	stopGrace = time.Second
	stopPause = 50 * time.Microsecond
)

func stop(id int) (t thread, counter uint64, err error) {
	if err := unix.PtraceSeize(id); err != nil {
		return thread{}, 0, err
	}
	t = thread{id: id}
	if err := unix.PtraceInterrupt(id); err != nil {
		return t, 0, err
	}
	// The registers of a thread can be read as soon as it has stopped, and not before.
	for deadline := time.Now().Add(stopGrace); time.Now().Before(deadline); time.Sleep(stopPause) {
		var status unix.WaitStatus
		waited, err := unix.Wait4(id, &status, unix.WALL|unix.WNOHANG, nil)
		if waited == id && !status.Stopped() {
			return thread{}, 0, unix.ESRCH
		}
		if waited == id && err == nil && status>>16 != unix.PTRACE_EVENT_STOP {
			t.signal = status.StopSignal()
		}
		var registers unix.PtraceRegs
		if unix.PtraceGetRegs(id, &registers) == nil {
			return t, registers.Rip, nil
		}
	}
	return t, 0, errors.New("it does not stop")
}
