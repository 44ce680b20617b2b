package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"plumbline.dev/rehearsal/cluster/internal/state"
)

// egressSocket is where the API server asks for connections to nodes, pods and Services. The path is relative to the cluster's
// directory, for a socket's path may have 107 bytes only.
const egressSocket = "egress.sock"

// egressSelector is the API server's setting for connections to nodes, pods and Services.
const egressSelector = `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
  - name: cluster
    connection:
      proxyProtocol: HTTPConnect
      transport:
        uds:
          udsName: ` + egressSocket + "\n"

// dialTimeout is for connections to what may have lost its power.
const dialTimeout = 10 * time.Second

// dialer connects to addresses of the lab from inside it, and to all others (the cluster's own servers on loopback) from here.
type dialer struct {
	network *Network
	// services is nil until the API server can be asked for them.
	services *atomic.Pointer[directory]
}

var (
	servicesNetwork = netip.MustParsePrefix(servicesRange)
	labRanges       = []netip.Prefix{netip.MustParsePrefix(ServerAddress + "/24"), netip.MustParsePrefix(podsRange), servicesNetwork}
)

func (d dialer) dial(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if services := d.services.Load(); services != nil && isIn(servicesNetwork, address) {
		pod, err := services.resolve(address)
		if err != nil {
			return nil, err
		}
		address = pod
	}
	if inLab(address) {
		return d.network.Dial(ctx, address)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", address)
}

func inLab(address string) bool {
	return slices.ContainsFunc(labRanges, func(lab netip.Prefix) bool { return isIn(lab, address) })
}

func isIn(network netip.Prefix, address string) bool {
	to, err := netip.ParseAddrPort(address)
	return err == nil && network.Contains(to.Addr())
}

// serveEgress answers the API server's CONNECT requests until ctx ends.
func serveEgress(ctx context.Context, settings string, d dialer) error {
	if err := state.WriteFile(settings, []byte(egressSelector), 0o600); err != nil {
		return err
	}
	listener, err := listenUnix(egressSocket)
	if err != nil {
		return fmt.Errorf("the API server's way to the nodes: %w", err)
	}
	server := &http.Server{Handler: http.HandlerFunc(d.connect), ReadHeaderTimeout: dialTimeout}
	context.AfterFunc(ctx, func() { server.Close() })
	go server.Serve(listener)
	return nil
}

func (d dialer) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "CONNECT is allowed", http.StatusMethodNotAllowed)
		return
	}
	there, err := d.dial(r.Context(), r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		there.Close()
		return
	}
	if _, err := io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		err = errors.Join(err, here.Close(), there.Close())
		return
	}
	pipe(bufferedConn{Conn: here, reader: buffered}, there)
}

// bufferedConn reads first what was read ahead.
type bufferedConn struct {
	net.Conn
	reader io.Reader
}

func (b bufferedConn) Read(p []byte) (int, error) { return b.reader.Read(p) }

// pipe carries bytes both ways until both ways have ended, and closes both.
func pipe(a, b net.Conn) {
	var both sync.WaitGroup
	carry := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		} else {
			_ = to.Close()
		}
	}
	both.Go(func() { carry(a, b) })
	both.Go(func() { carry(b, a) })
	both.Wait()
	a.Close()
	b.Close()
}
