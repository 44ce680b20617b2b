package lab

import (
	"errors"
	"io"
	"net"
	"testing"
)

func TestJoinedListenersAcceptFromEach(t *testing.T) {
	var listeners []net.Listener
	for range 2 {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, listener)
	}
	both := Join(listeners...)
	if both.Addr() != listeners[0].Addr() {
		t.Errorf("address %s", both.Addr())
	}
	for _, listener := range listeners {
		connection, err := net.Dial("tcp4", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		accepted, err := both.Accept()
		if err != nil {
			t.Fatal(err)
		}
		accepted.Close()
		if _, err := io.ReadAll(connection); err != nil {
			t.Error(err)
		}
		connection.Close()
	}
	if err := both.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := both.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := net.Dial("tcp4", listeners[1].Addr().String()); err == nil {
		t.Error("the second one still listens")
	}
}
