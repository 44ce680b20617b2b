// Package ports finds listeners on 127.0.0.1 and keeps a cluster's ports the same from run to run where it can.
package ports

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"plumbline.dev/rehearsal/cluster/internal/state"
)

// FileName is the file in the cluster's directory that remembers the ports.
const FileName = "ports.json"

// Loopback is the only address on which a cluster listens.
const Loopback = "127.0.0.1"

// Open listens once for each name: on the port that the directory remembers for it if that is free, else on any free one.
// Listening first and asking for the number after leaves no moment in which another process could take the port.
func Open(dir string, names ...string) (map[string]net.Listener, error) {
	remembered := read(dir)
	open := map[string]net.Listener{}
	for _, name := range names {
		listener, err := listen(remembered[name])
		if err != nil {
			Close(open)
			return nil, fmt.Errorf("no port on %s for %s: %w", Loopback, name, err)
		}
		open[name] = listener
	}
	data, err := json.Marshal(Numbers(open))
	if err == nil {
		err = state.WriteFile(filepath.Join(dir, FileName), append(data, '\n'), 0o600)
	}
	if err != nil {
		Close(open)
		return nil, err
	}
	return open, nil
}

// Numbers are the ports on which the listeners listen.
func Numbers(open map[string]net.Listener) map[string]int {
	numbers := map[string]int{}
	for name, listener := range open {
		numbers[name] = listener.Addr().(*net.TCPAddr).Port
	}
	return numbers
}

// Close closes every listener.
func Close(open map[string]net.Listener) {
	for _, listener := range open {
		listener.Close()
	}
}

func listen(port int) (net.Listener, error) {
	if port > 0 && port < 1<<16 {
		if listener, err := net.Listen("tcp4", net.JoinHostPort(Loopback, strconv.Itoa(port))); err == nil {
			return listener, nil
		}
	}
	return net.Listen("tcp4", net.JoinHostPort(Loopback, "0"))
}

// read gives the remembered ports; a file that is missing or damaged only means that none is remembered.
func read(dir string) map[string]int {
	var remembered map[string]int
	data, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil || json.Unmarshal(data, &remembered) != nil {
		return nil
	}
	return remembered
}
