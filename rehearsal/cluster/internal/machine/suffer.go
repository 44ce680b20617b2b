package machine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/lab"
)

// machine is one node under power, and what it is made to suffer from outside of it.
type machine struct {
	node lab.Node
	// cgroup is that of the lab.
	cgroup  string
	process *exec.Cmd
	err     error

	// is the condition that it has been brought into.
	is    condition.Condition
	line  *line
	hog   *hog
	clock *clock
}

// suffer brings the node into a condition in which it has power. Each part is brought about by itself, so that one that cannot be had
// keeps back no other.
func (m *machine) suffer(wanted condition.Condition) error {
	err := errors.Join(
		m.suffersLine(wanted),
		setLink(m.node, !wanted.Cut),
		m.suffersHog(wanted.MilliCPU),
		m.suffersDisk(wanted.DiskFull),
		m.suffersClock(wanted),
	)
	m.is = wanted
	return err
}

// relieve takes away what does not go with the node's power.
func (m *machine) relieve() {
	if err := errors.Join(m.suffersLine(condition.Healthy), m.suffersHog(0), m.suffersClock(condition.Healthy)); err != nil {
		fmt.Fprintf(os.Stderr, "node %s: %v\n", m.node.Name, err)
	}
}

func (m *machine) suffersLine(wanted condition.Condition) (err error) {
	is := quality{loss: wanted.Loss}
	is.latency, is.jitter = wanted.Delay()
	switch {
	case is == quality{} && m.line != nil:
		err = m.line.close()
		m.line = nil
	case is != quality{} && m.line == nil:
		m.line, err = openLine(m.node, is)
	case is != quality{}:
		m.line.set(is)
	}
	return err
}

func (m *machine) suffersHog(milliCPU int64) (err error) {
	if m.hog != nil && m.hog.milliCPU != milliCPU {
		err = m.hog.stop()
		m.hog = nil
	}
	if milliCPU > 0 && m.hog == nil && err == nil {
		m.hog, err = startHog(filepath.Join(m.cgroup, m.node.Name), milliCPU)
	}
	return err
}

// suffersDisk ends the kubelet if it was told something else of its disk. The node starts it again, with what its settings say now.
func (m *machine) suffersDisk(full bool) error {
	if m.is.DiskFull == full {
		return nil
	}
	for _, child := range children(m.process.Process.Pid) {
		words, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child))
		if err == nil && bytes.HasPrefix(words, []byte(Program+"\x00kubelet\x00")) {
			return unix.Kill(child, unix.SIGKILL)
		}
	}
	// It is about to be started for the first time, and reads the same settings.
	return nil
}

// children are the processes that a process has started and not waited for.
func children(pid int) []int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var found []int
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, word := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				found = append(found, child)
			}
		}
	}
	return found
}
