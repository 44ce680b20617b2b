package machine

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"plumbline.dev/rehearsal/cluster/internal/lab"
)

// runtimeGrace is how long containerd may take to answer.
const runtimeGrace = 30 * time.Second

// Boot is a node's first process: it enters the node's file system and network, and keeps containerd, the kubelet, kube-proxy
// and what enforces network policies running.
// It returns only if it cannot.
func Boot(spec lab.Spec, name string, pluggedIn io.Reader) error {
	node, err := find(spec, name)
	if err != nil {
		return err
	}
	logs, err := openLogs(node)
	if err != nil {
		return err
	}
	if err := layStore(spec.Store, node); err != nil {
		return err
	}
	if err := enterRoot(spec, node); err != nil {
		return err
	}
	// The input ends when the node's cable is plugged in.
	if _, err := io.Copy(io.Discard, pluggedIn); err != nil {
		return err
	}
	if err := configure(node, spec); err != nil {
		return fmt.Errorf("the network of node %s: %w", node.Name, err)
	}
	programs := newPrograms()
	go programs.keep(logs.runtime, "/usr/bin/containerd", "--config", settings(lab.RuntimeConfig))
	go programs.keep(logs.proxy, Program, "kube-proxy", "--config", settings(lab.ProxyConfig))
	go programs.keep(logs.policies, append([]string{Program, "network-policies"}, lab.PolicyFlags(node)...)...)
	if err := awaitRuntime(); err != nil {
		return fmt.Errorf("node %s: %w", node.Name, err)
	}
	programs.keep(logs.kubelet, append([]string{Program, "kubelet"}, lab.KubeletFlags(node)...)...)
	return nil
}

func find(spec lab.Spec, name string) (lab.Node, error) {
	for _, node := range spec.Nodes {
		if node.Name == name {
			return node, nil
		}
	}
	return lab.Node{}, fmt.Errorf("the lab has no node %q", name)
}

func settings(name string) string { return filepath.Join(lab.SettingsMount, name) }

// logs are those of a node's programs.
type logs struct{ runtime, kubelet, proxy, policies *os.File }

// openLogs opens the logs while the machine's files can still be seen.
func openLogs(node lab.Node) (to logs, err error) {
	for program, file := range map[string]**os.File{
		"containerd": &to.runtime, "kubelet": &to.kubelet, "kube-proxy": &to.proxy, "network-policies": &to.policies,
	} {
		path := filepath.Join(node.Logs, node.Name+"-"+program+".log")
		if *file, err = os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
			return logs{}, fmt.Errorf("the logs of node %s: %w", node.Name, err)
		}
	}
	return to, nil
}

func awaitRuntime() error {
	for deadline := time.Now().Add(runtimeGrace); ; time.Sleep(20 * time.Millisecond) {
		connection, err := net.Dial("unix", lab.RuntimeSocket)
		if err == nil {
			return connection.Close()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("containerd does not answer: %w", err)
		}
	}
}
