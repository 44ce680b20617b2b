package lab

import (
	"net"
	"os"
)

// listenUnix listens on a socket that belongs to its owner alone; one that a killed process left is replaced.
func listenUnix(path string) (net.Listener, error) {
	_ = os.Remove(path)
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(path, 0o600)
}
