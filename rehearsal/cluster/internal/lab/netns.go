package lab

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Network is the lab's network namespace, seen from a process outside of it.
type Network struct {
	file *os.File
}

// openNetwork opens the network of a process.
func openNetwork(pid int) (*Network, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return nil, fmt.Errorf("the lab's network cannot be entered: %w", err)
	}
	return &Network{file: file}, nil
}

// Close lets go of the network. Connections that were made in it stay.
func (n *Network) Close() error { return n.file.Close() }

// Listen listens on a TCP address of the lab.
func (n *Network) Listen(address string) (listener net.Listener, err error) {
	err = n.inside(func() error {
		listener, err = net.Listen("tcp4", address)
		return err
	})
	return listener, err
}

// Dial connects to a TCP address in the lab. The address must be numeric: names are not looked up there.
func (n *Network) Dial(ctx context.Context, address string) (connection net.Conn, err error) {
	err = n.inside(func() error {
		connection, err = new(net.Dialer).DialContext(ctx, "tcp4", address)
		return err
	})
	return connection, err
}

// inside does something on a thread that is in the lab's network. A socket belongs to the network of the thread that made it, for good.
func (n *Network) inside(do func() error) error {
	result := make(chan error, 1)
	go func() {
		// The thread is not given back, for it would be in the wrong network: it ends with the goroutine.
		runtime.LockOSThread()
		if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
			result <- fmt.Errorf("the lab's network cannot be entered: %w", err)
			return
		}
		result <- do()
	}()
	return <-result
}
