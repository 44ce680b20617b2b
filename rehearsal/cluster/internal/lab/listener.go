package lab

import (
	"errors"
	"net"
	"sync"
)

// joined is several listeners in one.
type joined struct {
	listeners []net.Listener
	accepted  chan accepted
	closed    chan struct{}
	close     sync.Once
}

type accepted struct {
	connection net.Conn
	err        error
}

// Join makes one listener of several. Its address is the first one's.
func Join(listeners ...net.Listener) net.Listener {
	j := &joined{listeners: listeners, accepted: make(chan accepted), closed: make(chan struct{})}
	for _, listener := range listeners {
		go j.serve(listener)
	}
	return j
}

func (j *joined) serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		select {
		case j.accepted <- accepted{connection, err}:
		case <-j.closed:
			if err == nil {
				connection.Close()
			}
			return
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

// Accept waits for the next connection to any of them.
func (j *joined) Accept() (net.Conn, error) {
	select {
	case next := <-j.accepted:
		return next.connection, next.err
	case <-j.closed:
		return nil, net.ErrClosed
	}
}

// Close closes all of them.
func (j *joined) Close() error {
	var errs []error
	j.close.Do(func() {
		close(j.closed)
		for _, listener := range j.listeners {
			errs = append(errs, listener.Close())
		}
	})
	return errors.Join(errs...)
}

// Addr is the first one's.
func (j *joined) Addr() net.Addr { return j.listeners[0].Addr() }
