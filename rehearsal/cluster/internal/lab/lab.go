package lab

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
	"k8s.io/apimachinery/pkg/types"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/config"
	"plumbline.dev/rehearsal/cluster/internal/pki"
	"plumbline.dev/rehearsal/cluster/internal/reconcile"
	"plumbline.dev/rehearsal/cluster/internal/state"
)

// Lab is the real nodes of one cluster.
type Lab struct {
	spec Spec
	// tainted says whether the nodes keep away the pods that did not ask for them.
	tainted bool
	network *Network
	// networked is closed when the lab's network is there.
	networked chan struct{}
	// ended is closed when the lab has ended; err then says how.
	ended chan struct{}
	err   error

	services atomic.Pointer[directory]

	holder *exec.Cmd
	orders io.WriteCloser

	// conditions brings the nodes into their conditions; nil before Join.
	conditions atomic.Pointer[reconcile.Loop]

	mu sync.Mutex
	// trouble is why a node could not be brought into its condition, by its name.
	trouble map[string]string
	// broken is what the first node said that ended by itself; it is started again all the same.
	broken error
}

// Start starts the lab of the cluster in dir, and returns when its network is there; the nodes then start by themselves. Its programs'
// logs go to dir/log. It ends with this process, however that ends.
func Start(ctx context.Context, dir string, cluster config.Cluster, authority pki.Authority) (*Lab, error) {
	memory, err := machineMemory()
	if err != nil {
		return nil, err
	}
	lab := &Lab{
		spec: Plan(dir, cluster, memory), tainted: len(cluster.Nodes) > 0,
		networked: make(chan struct{}), ended: make(chan struct{}), trouble: map[string]string{},
	}
	// What a lab that was killed left behind.
	if err := removeCgroups(lab.spec.Cgroup); err != nil {
		return nil, err
	}
	for _, node := range lab.spec.Nodes {
		cgroup := filepath.Join(lab.spec.Cgroup, node.Name)
		err := errors.Join(
			makeCgroups(cgroup),
			writeSettings(node, cgroup, lab.tainted, cluster.Context(), authority),
		)
		if err != nil {
			return nil, err
		}
	}
	spec := filepath.Join(dir, "run", "lab.json")
	data, err := json.MarshalIndent(lab.spec, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := state.WriteFile(spec, data, 0o600); err != nil {
		return nil, err
	}
	if err := lab.hold(cluster.Real.Program, spec, filepath.Join(dir, "log", "nodes.log")); err != nil {
		return nil, errors.Join(fmt.Errorf("the real nodes cannot be started: %w", err), removeCgroups(lab.spec.Cgroup))
	}
	if err := lab.awaitNetwork(ctx); err != nil {
		lab.Stop()
		return nil, err
	}
	return lab, nil
}

// machineMemory is how many bytes of memory the machine has.
func machineMemory() (int64, error) {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0, fmt.Errorf("the machine's memory cannot be read: %w", err)
	}
	return int64(info.Totalram) * int64(info.Unit), nil
}

// hold starts the process that holds the lab: the first of its process namespace, so that its end is everything's.
func (l *Lab) hold(program, spec, log string) error {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	l.holder = exec.Command(program, "lab", "--spec", spec)
	l.holder.Stderr = out
	l.holder.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	orders, err1 := l.holder.StdinPipe()
	events, err2 := l.holder.StdoutPipe()
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	l.orders = orders
	started := make(chan error)
	go func() {
		// The kernel sends the holder's death signal when the thread that started it ends, so the thread is kept as long as the holder.
		runtime.LockOSThread()
		err := l.holder.Start()
		started <- err
		if err != nil {
			return
		}
		l.follow(events)
		l.err = l.holder.Wait()
		close(l.ended)
	}()
	return <-started
}

func (l *Lab) follow(events io.Reader) {
	lines := bufio.NewScanner(events)
	for lines.Scan() {
		var event Event
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			continue
		}
		switch event.Event {
		case Networked:
			close(l.networked)
		case Ended:
			l.mu.Lock()
			if l.broken == nil {
				l.broken = fmt.Errorf("node %s ended by itself (%s); see log/nodes.log in the cluster's directory", event.Node, event.Error)
			}
			l.mu.Unlock()
		case Brought:
			l.mu.Lock()
			l.trouble[event.Node] = event.Error
			l.mu.Unlock()
			if loop := l.conditions.Load(); loop != nil {
				loop.Touch(types.NamespacedName{Name: event.Node})
			}
		}
	}
}

func (l *Lab) awaitNetwork(ctx context.Context) (err error) {
	select {
	case <-l.networked:
		l.network, err = openNetwork(l.holder.Process.Pid)
		return err
	case <-l.ended:
		return l.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ended is closed when the lab has ended.
func (l *Lab) Ended() <-chan struct{} { return l.ended }

// Err says how a lab ended that was not told to.
func (l *Lab) Err() error {
	return fmt.Errorf("the process that holds the real nodes ended by itself (%v); see log/nodes.log in the cluster's directory", l.err)
}

// Nodes are the real nodes.
func (l *Lab) Nodes() []Node { return l.spec.Nodes }

// ListenForNodes listens where the nodes look for the API server.
func (l *Lab) ListenForNodes() (net.Listener, error) {
	return l.network.Listen(net.JoinHostPort(ServerAddress, strconv.Itoa(ServerPort)))
}

// ServeEgress gives the API server a way to nodes, pods and Services until ctx ends, and writes the settings with which it finds it.
// The process must have the cluster's directory as its working directory.
func (l *Lab) ServeEgress(ctx context.Context, settings string) error {
	return serveEgress(ctx, settings, dialer{network: l.network, services: &l.services})
}

// brokenNode says which node ended by itself first, if any has.
func (l *Lab) brokenNode() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken
}

// set brings a node into a condition.
func (l *Lab) set(name string, wanted condition.Condition) error {
	for _, node := range l.spec.Nodes {
		if node.Name == name {
			if err := writeKubeletConfig(node, filepath.Join(l.spec.Cgroup, name), l.tainted, wanted.DiskFull); err != nil {
				return err
			}
		}
	}
	data, err := json.Marshal(Order{Node: name, Condition: wanted})
	if err == nil {
		_, err = l.orders.Write(append(data, '\n'))
	}
	return err
}

// Stop ends every process of the lab at once, as a loss of power would, and takes its control groups away.
func (l *Lab) Stop() error {
	_ = l.holder.Process.Kill()
	<-l.ended
	if l.network != nil {
		l.network.Close()
	}
	return removeCgroups(l.spec.Cgroup)
}
