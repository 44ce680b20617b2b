package machine

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// restartPause is how long after its end a program is started again.
const restartPause = time.Second

// path is where a node looks for programs.
const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// programs are the processes of a node. This process is the node's first: it also buries those whose parents are gone.
type programs struct {
	mu      sync.Mutex
	waiting map[int]chan syscall.WaitStatus
}

func newPrograms() *programs {
	p := &programs{waiting: map[int]chan syscall.WaitStatus{}}
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, unix.SIGCHLD)
	go func() {
		for range ends {
			p.bury()
		}
	}()
	return p
}

// bury takes note of every process that has ended.
func (p *programs) bury() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if wait, ours := p.waiting[pid]; ours {
			delete(p.waiting, pid)
			wait <- status
		}
	}
}

// run runs a program until it ends.
func (p *programs) run(out *os.File, arguments ...string) error {
	process, err := p.start(out, arguments)
	if err != nil {
		return err
	}
	if status := <-process.ended; status.ExitStatus() != 0 {
		return fmt.Errorf("%s ended with %s", arguments[0], describe(status))
	}
	return nil
}

// keep keeps a program running.
func (p *programs) keep(out *os.File, arguments ...string) {
	for {
		err := p.run(out, arguments...)
		if err == nil {
			err = errors.New(arguments[0] + " ended by itself")
		}
		fmt.Fprintf(out, "%s: %v; it is started again\n", time.Now().UTC().Format(time.RFC3339), err)
		time.Sleep(restartPause)
	}
}

// running is a program that was started.
type running struct {
	pid int
	// ended gives, once, how it ended.
	ended <-chan syscall.WaitStatus
}

func (p *programs) start(out *os.File, arguments []string) (running, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	process, err := os.StartProcess(arguments[0], arguments, &os.ProcAttr{
		Dir: "/", Env: []string{path}, Files: []*os.File{nil, out, out}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return running{}, err
	}
	// Once the process is released it is known by its pid alone.
	pid, ended := process.Pid, make(chan syscall.WaitStatus, 1)
	p.waiting[pid] = ended
	return running{pid: pid, ended: ended}, process.Release()
}

func describe(status syscall.WaitStatus) string {
	if status.Signaled() {
		return "signal " + status.Signal().String()
	}
	return fmt.Sprintf("code %d", status.ExitStatus())
}
