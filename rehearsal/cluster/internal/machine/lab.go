// Package machine is what runs inside a lab's namespaces: the process that holds the lab, and the first process of each node.
package machine

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"plumbline.dev/rehearsal/cluster/internal/condition"
	"plumbline.dev/rehearsal/cluster/internal/lab"
)

// holder holds a lab: it is the first process of the lab's namespaces.
type holder struct {
	spec     lab.Spec
	specPath string
	events   *json.Encoder
	ended    chan *machine
	// machines are the nodes under power.
	machines map[string]*machine
	// asked is the condition that was last asked for, by the node's name.
	asked map[string]condition.Condition
	// again are nodes that ended by themselves, or could not be brought into their condition: they are tried once more.
	again chan string
}

// errStart is of a node that could not be put under power, which may do well a moment later; a condition that cannot be had does not.
var errStart = errors.New("the node could not be started")

// Hold makes the lab's network and runs its nodes until orders ends, which it does with the process that gives them.
func Hold(specPath string, spec lab.Spec, orders io.Reader, events io.Writer) error {
	h := &holder{
		spec: spec, specPath: specPath, events: json.NewEncoder(events),
		ended: make(chan *machine), machines: map[string]*machine{}, asked: map[string]condition.Condition{},
		again: make(chan string),
	}
	if err := errors.Join(ownMounts(), mount("proc", "/proc", "proc", 0, "")); err != nil {
		return err
	}
	if err := makeBridge(spec.Gateway); err != nil {
		return err
	}
	if err := h.events.Encode(lab.Event{Event: lab.Networked}); err != nil {
		return err
	}
	for _, node := range spec.Nodes {
		if err := h.powerOn(node); err != nil {
			return err
		}
	}
	return h.obey(orders)
}

func (h *holder) obey(orders io.Reader) error {
	received := make(chan lab.Order)
	go func() {
		defer close(received)
		lines := bufio.NewScanner(orders)
		for lines.Scan() {
			var order lab.Order
			if json.Unmarshal(lines.Bytes(), &order) == nil {
				received <- order
			}
		}
	}()
	for {
		select {
		case order, more := <-received:
			if !more {
				return nil
			}
			h.asked[order.Node] = order.Condition
			h.bring(order)
		case machine := <-h.ended:
			if h.machines[machine.node.Name] == machine {
				delete(h.machines, machine.node.Name)
				machine.relieve()
				fmt.Fprintf(os.Stderr, "node %s ended by itself: %v\n", machine.node.Name, machine.err)
				_ = h.events.Encode(lab.Event{Event: lab.Ended, Node: machine.node.Name, Error: fmt.Sprint(machine.err)})
				h.tryLater(machine.node.Name)
			}
		case name := <-h.again:
			h.bring(lab.Order{Node: name, Condition: h.asked[name]})
		}
	}
}

// tryLater has the node brought into the condition that is asked for then.
func (h *holder) tryLater(name string) {
	time.AfterFunc(restartPause, func() { h.again <- name })
}

// bring brings a node into the condition that is asked for, in which it may be already, and says so.
func (h *holder) bring(order lab.Order) {
	brought := lab.Event{Event: lab.Brought, Node: order.Node}
	if err := h.try(order); err != nil {
		brought.Error = err.Error()
		fmt.Fprintf(os.Stderr, "node %s cannot be brought into the condition %s: %v\n", order.Node, order.Condition, err)
		if errors.Is(err, errStart) {
			h.tryLater(order.Node)
		}
	}
	_ = h.events.Encode(brought)
}

func (h *holder) try(order lab.Order) error {
	node, err := find(h.spec, order.Node)
	if err != nil {
		return err
	}
	if order.Condition.Dead {
		h.powerOff(node)
		return nil
	}
	if _, on := h.machines[node.Name]; !on {
		if err := h.powerOn(node); err != nil {
			return errors.Join(errStart, err)
		}
	}
	return h.machines[node.Name].suffer(order.Condition)
}

func (h *holder) powerOn(node lab.Node) error {
	if err := lab.EmptyCgroups(filepath.Join(h.spec.Cgroup, node.Name)); err != nil {
		return err
	}
	process := exec.Command("/proc/self/exe", "node", "--spec", h.specPath, "--node", node.Name)
	process.Stderr = os.Stderr
	process.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
	}
	plugged, err := process.StdinPipe()
	if err != nil {
		return err
	}
	if err := process.Start(); err != nil {
		return fmt.Errorf("node %s cannot be started: %w", node.Name, err)
	}
	if err := plugIn(node, process.Process.Pid); err != nil {
		_ = process.Process.Kill()
		return errors.Join(err, process.Wait())
	}
	started := &machine{node: node, cgroup: h.spec.Cgroup, process: process}
	h.machines[node.Name] = started
	go func() {
		started.err = process.Wait()
		h.ended <- started
	}()
	// The end of its input tells the node that it is plugged in.
	return plugged.Close()
}

// powerOff ends every process of a node at once.
func (h *holder) powerOff(node lab.Node) {
	if machine, on := h.machines[node.Name]; on {
		delete(h.machines, node.Name)
		_ = machine.process.Process.Kill()
		machine.relieve()
	}
}

// ReadSpec reads the spec at path.
func ReadSpec(path string) (spec lab.Spec, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return spec, fmt.Errorf("the lab's description cannot be read: %w", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&spec); err != nil {
		return spec, fmt.Errorf("%s is not a lab's description: %w", path, err)
	}
	return spec, nil
}
