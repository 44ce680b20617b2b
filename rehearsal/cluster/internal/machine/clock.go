package machine

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/lab"
)

// clockPause is for how long a program that has just started may read the true time.
const clockPause = 100 * time.Millisecond

// clock shifts the time of day that the programs in a node's containers read.
type clock struct {
	seconds int64
	pods    string
	stop    chan struct{}
	ended   chan error
}

func (m *machine) suffersClock(wanted condition.Condition) (err error) {
	seconds := int64(wanted.Skew.Duration / time.Second)
	if m.clock != nil && m.clock.seconds != seconds {
		close(m.clock.stop)
		err = <-m.clock.ended
		m.clock = nil
	}
	if seconds != 0 && m.clock == nil && err == nil {
		m.clock, err = startClock(filepath.Join(m.cgroup, m.node.Name), seconds)
	}
	return err
}

// startClock shifts the time of all programs in the pods of a node's control group, and of those that start, until it is stopped.
func startClock(cgroup string, seconds int64) (*clock, error) {
	pods, err := lab.CPUPath(filepath.Join(cgroup, "kubepods"))
	if err != nil {
		return nil, err
	}
	c := &clock{seconds: seconds, pods: pods, stop: make(chan struct{}), ended: make(chan error, 1)}
	if _, err := c.shift(true); err != nil {
		return nil, errors.Join(err, c.restore())
	}
	go func() {
		for {
			select {
			case <-c.stop:
				c.ended <- c.restore()
				return
			case <-time.After(clockPause):
				if _, err := c.shift(true); err != nil {
					fmt.Fprintf(os.Stderr, "a clock cannot be shifted: %v\n", err)
				}
			}
		}
	}()
	return c, nil
}

// restore gives the programs their true time back. A process may have been copied from one that was still to be looked at.
func (c *clock) restore() error {
	for {
		changed, err := c.shift(false)
		if changed == 0 || err != nil {
			return err
		}
	}
}

// shift has every program in the pods read the shifted time, or the true one. It says of how many that was news.
func (c *clock) shift(on bool) (changed int, err error) {
	for _, pid := range processes(c.pods) {
		news, failure := shiftClock(pid, c.seconds, on)
		if failure != nil {
			err = errors.Join(err, fmt.Errorf("process %d: %w", pid, failure))
		} else if news {
			changed++
		}
	}
	return changed, err
}

// processes are those of a control group and of all in it.
func processes(group string) []int {
	var found []int
	_ = filepath.WalkDir(group, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "cgroup.procs" {
			return nil
		}
		file, err := os.Open(path)
		if err != nil {
			return nil
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if pid, err := strconv.Atoi(lines.Text()); err == nil {
				found = append(found, pid)
			}
		}
		return nil
	})
	return found
}
