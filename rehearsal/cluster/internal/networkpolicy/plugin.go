package networkpolicy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// PluginName is by what name a node's list of network plugins calls RunPlugin.
const PluginName = "plumbline-network-policies"

// socket is where the plugin finds the enforcer of its node.
const socket = "/run/plumbline/network-policies.sock"

// patience is how long a pod waits for its policies before the kubelet tries anew. A node that just started may have none yet.
const patience = 15 * time.Second

// newcomer is a pod that has joined the network, as the plugin tells the enforcer.
type newcomer struct {
	Namespace string     `json:"namespace"`
	Name      string     `json:"name"`
	Address   netip.Addr `json:"address"`
}

// settled is the enforcer's answer.
type settled struct {
	// Error is empty if the pod's guard is in place.
	Error string `json:"error"`
}

// RunPlugin is the last in a node's list of network plugins (CNI 0.4): the runtime starts no container of a pod before it has ended, and
// it ends when the policies that select the pod are in place. It passes on what the plugins before it have made, and gives its exit code.
func RunPlugin() int {
	err := plug(os.Getenv, os.Stdin, os.Stdout)
	if err == nil {
		return 0
	}
	// The first code that the specification leaves to plugins.
	const ownCode = 100
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"cniVersion": "0.4.0", "code": ownCode, "msg": err.Error()})
	return 1
}

func plug(env func(string) string, in io.Reader, out io.Writer) error {
	switch command := env("CNI_COMMAND"); command {
	case "ADD":
		var config struct {
			Result json.RawMessage `json:"prevResult"`
		}
		if err := json.NewDecoder(in).Decode(&config); err != nil {
			return fmt.Errorf("the network's configuration cannot be read: %w", err)
		}
		pod, err := newcomerOf(env("CNI_ARGS"), config.Result)
		if err != nil {
			return err
		}
		if err := tell(pod); err != nil {
			return err
		}
		_, err = out.Write(config.Result)
		return err
	case "DEL", "CHECK":
		// A pod's guard goes with the pod.
		return nil
	case "VERSION":
		_, err := io.WriteString(out, `{"cniVersion":"0.4.0","supportedVersions":["0.3.0","0.3.1","0.4.0"]}`)
		return err
	default:
		return fmt.Errorf("CNI_COMMAND is %q; allowed: ADD, DEL, CHECK, VERSION", command)
	}
}

// newcomerOf is the pod that the runtime names in its arguments, with the address that the plugins before have given it.
func newcomerOf(arguments string, result json.RawMessage) (newcomer, error) {
	var pod newcomer
	for _, argument := range strings.Split(arguments, ";") {
		switch name, value, _ := strings.Cut(argument, "="); name {
		case "K8S_POD_NAMESPACE":
			pod.Namespace = value
		case "K8S_POD_NAME":
			pod.Name = value
		}
	}
	var made struct {
		IPs []struct {
			Address netip.Prefix `json:"address"`
		} `json:"ips"`
	}
	if err := json.Unmarshal(result, &made); err != nil {
		return newcomer{}, fmt.Errorf("what the plugins before have made cannot be read: %w", err)
	}
	if pod.Namespace == "" || pod.Name == "" || len(made.IPs) != 1 {
		return newcomer{}, errors.New("one pod with one address is needed: CNI_ARGS and prevResult name another number")
	}
	pod.Address = made.IPs[0].Address.Addr()
	return pod, nil
}

// tell tells the enforcer of a pod, and waits for its answer. The enforcer may not have started yet.
func tell(pod newcomer) error {
	deadline := time.Now().Add(patience)
	connection, err := net.Dial("unix", socket)
	for ; err != nil; connection, err = net.Dial("unix", socket) {
		if time.Now().After(deadline) {
			return fmt.Errorf("the node's network policies are not enforced: %w", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	defer connection.Close()
	var answer settled
	if err := errors.Join(connection.SetDeadline(deadline.Add(time.Second)), json.NewEncoder(connection).Encode(pod)); err != nil {
		return err
	}
	if err := json.NewDecoder(connection).Decode(&answer); err != nil {
		return fmt.Errorf("the node's network policies: %w", err)
	}
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	return nil
}

// serve answers the network plugin until ctx ends.
func (e *enforcer) serve(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
		return err
	}
	if err := os.RemoveAll(socket); err != nil {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	for {
		connection, err := listener.Accept()
		if err != nil {
			return errors.Join(ctx.Err(), err)
		}
		go func() {
			defer connection.Close()
			limited, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			var pod newcomer
			var answer settled
			err := json.NewDecoder(connection).Decode(&pod)
			if err == nil {
				err = e.admit(limited, pod)
			}
			if err != nil {
				answer.Error = err.Error()
			}
			_ = json.NewEncoder(connection).Encode(answer)
		}()
	}
}
