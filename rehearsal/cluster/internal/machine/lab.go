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
	"strings"
	"syscall"
	"time"

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
	asked map[string]lab.Condition
}

// machine is one node under power.
type machine struct {
	node    lab.Node
	process *exec.Cmd
	err     error
}

// Hold makes the lab's network and runs its nodes until orders ends, which it does with the process that gives them.
func Hold(specPath string, spec lab.Spec, orders io.Reader, events io.Writer) error {
	h := &holder{
		spec: spec, specPath: specPath, events: json.NewEncoder(events),
		ended: make(chan *machine), machines: map[string]*machine{}, asked: map[string]lab.Condition{},
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
	reboots := make(chan lab.Node)
	for {
		select {
		case order, more := <-received:
			if !more {
				return nil
			}
			h.asked[order.Node] = order.Condition
			if err := h.bring(order); err != nil {
				fmt.Fprintf(os.Stderr, "node %s cannot be %s: %v\n", order.Node, order.Condition, err)
			}
		case machine := <-h.ended:
			if h.machines[machine.node.Name] == machine {
				delete(h.machines, machine.node.Name)
				fmt.Fprintf(os.Stderr, "node %s ended by itself: %v\n", machine.node.Name, machine.err)
				_ = h.events.Encode(lab.Event{Event: lab.Ended, Node: machine.node.Name, Error: fmt.Sprint(machine.err)})
				time.AfterFunc(restartPause, func() { reboots <- machine.node })
			}
		case node := <-reboots:
			condition, asked := h.asked[node.Name]
			if !asked {
				condition = lab.Running
			}
			if err := h.bring(lab.Order{Node: node.Name, Condition: condition}); err != nil {
				fmt.Fprintf(os.Stderr, "node %s cannot be started again: %v\n", node.Name, err)
			}
		}
	}
}

// bring brings a node into the condition that is asked for. It may be in it already.
func (h *holder) bring(order lab.Order) error {
	for _, node := range h.spec.Nodes {
		if node.Name != order.Node {
			continue
		}
		_, on := h.machines[node.Name]
		switch order.Condition {
		case lab.Dead:
			h.powerOff(node)
			return nil
		case lab.Cut, lab.Running:
			if !on {
				if err := h.powerOn(node); err != nil {
					return err
				}
			}
			return setLink(node, order.Condition == lab.Running)
		}
		return fmt.Errorf("%q is no condition", order.Condition)
	}
	return errors.New("there is no such node")
}

func (h *holder) powerOn(node lab.Node) error {
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
	started := &machine{node: node, process: process}
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
