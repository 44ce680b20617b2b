package lab

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"sigs.k8s.io/yaml"
)

// served starts an egress in a directory of the test's own, and gives a way to ask it.
func served(t *testing.T) (ask func(request string) (*http.Response, net.Conn, *bufio.Reader)) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := serveEgress(t.Context(), "egress.yaml", dialer{services: &atomic.Pointer[directory]{}}); err != nil {
		t.Fatal(err)
	}
	return func(request string) (*http.Response, net.Conn, *bufio.Reader) {
		connection, err := net.Dial("unix", egressSocket)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { connection.Close() })
		fmt.Fprint(connection, request)
		reader := bufio.NewReader(connection)
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		return response, connection, reader
	}
}

func TestEgressCarriesBytesBothWays(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		line, _ := bufio.NewReader(connection).ReadString('\n')
		fmt.Fprint(connection, strings.ToUpper(line))
		connection.Close()
	}()
	ask := served(t)
	address := listener.Addr().String()
	response, connection, reader := ask("CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n")
	if response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
	fmt.Fprint(connection, "plumb\n")
	if answer, _ := io.ReadAll(reader); string(answer) != "PLUMB\n" {
		t.Errorf("answer %q", answer)
	}
}

func TestEgressRefusesWhatItCannotDo(t *testing.T) {
	ask := served(t)
	if response, _, _ := ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"); response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a request that is no CONNECT: %s", response.Status)
	}
	closed, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	closed.Close()
	if response, _, _ := ask("CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n"); response.StatusCode != http.StatusBadGateway {
		t.Errorf("where nobody listens: %s", response.Status)
	}
}

func TestEgressIsItsOwnersAlone(t *testing.T) {
	served(t)
	if info, err := os.Stat(egressSocket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	var settings map[string]any
	if data, err := os.ReadFile("egress.yaml"); err != nil || yaml.Unmarshal(data, &settings) != nil {
		t.Errorf("%s, %v", data, err)
	}
}
