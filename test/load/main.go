// Load sends GET requests at a steady rate, some on connections of their own and the others on connections that are kept, and prints what
// became of them. It sends none again. A client in Node does too few handshakes in a second.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"sort"
	"sync"
	"syscall"
	"time"
)

// patience is how long an answer may take in all.
const patience = 10 * time.Second

// mostKept connections are kept, as a pool of a service's would: without an end, one pause has every request shake hands, and none is answered.
const mostKept = 100

// errSentAgain is given to requests that Go's client would have sent again, after a connection that was kept turned out to be closed.
var errSentAgain = errors.New("closed when it was sent")

// outcome is what became of one request.
type outcome struct {
	failure string
	// due is when it was to be sent, from the beginning of the load; late is by how much it was sent later.
	due, late, took time.Duration
}

// result is what is printed; times are in milliseconds.
type result struct {
	Sent     int            `json:"sent"`
	Failed   int            `json:"failed"`
	Failures map[string]int `json:"failures"`
	// FailedFor is the time between the first and the last request that failed.
	FailedFor float64 `json:"failedFor"`
	// P50, P99 and Slowest count from when a request was due, so that a client that cannot follow is seen in them.
	P50     float64 `json:"p50"`
	P99     float64 `json:"p99"`
	Slowest float64 `json:"slowest"`
	// Late is by how much the hundredth that was sent latest was sent too late.
	Late float64 `json:"late"`
	// Rate is the requests a second that there really were.
	Rate float64 `json:"rate"`
}

func main() {
	target := flag.String("url", "", "what is asked for")
	address := flag.String("address", "", "where the host of the URL is")
	authority := flag.String("ca", "", "file with the authority that signed the host's certificate")
	rate := flag.Int("rate", 100, "requests a second")
	seconds := flag.Int("seconds", 20, "how long")
	fresh := flag.Int("fresh", 2, "one request in so many is on a connection of its own")
	version := flag.Bool("version", false, "say that it runs, and do nothing")
	flag.Parse()
	if *version {
		fmt.Println("1")
		return
	}
	clients, err := newClients(*target, *address, *authority)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if *rate < 1 || *seconds < 1 || *fresh < 1 {
		fmt.Fprintln(os.Stderr, "-rate, -seconds and -fresh are 1 or more")
		os.Exit(1)
	}
	outcomes := send(clients, *target, *rate, *rate**seconds, *fresh)
	if err := json.NewEncoder(os.Stdout).Encode(summary(outcomes)); err != nil {
		os.Exit(1)
	}
}

// newClients are one that has each request on a connection of its own, and one that keeps them.
func newClients(target, address, authority string) ([2]*http.Client, error) {
	var clients [2]*http.Client
	at, err := url.Parse(target)
	if err != nil {
		return clients, err
	}
	pem, err := os.ReadFile(authority)
	if err != nil {
		return clients, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return clients, fmt.Errorf("%s holds no certificate", authority)
	}
	dialer := &net.Dialer{}
	for i := range clients {
		clients[i] = &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, net.JoinHostPort(address, "443"))
			},
			// No HTTP/2: all would be on one connection, to one proxy.
			TLSClientConfig:     &tls.Config{RootCAs: roots, ServerName: at.Hostname()},
			DisableKeepAlives:   i == 0,
			DisableCompression:  true,
			MaxIdleConnsPerHost: mostKept,
			MaxConnsPerHost:     [2]int{0, mostKept}[i],
		}}
	}
	return clients, nil
}

// send begins requests by the clock and not by the answers: a slow server must not slow the load.
func send(clients [2]*http.Client, target string, rate, total, fresh int) []outcome {
	outcomes := make([]outcome, total)
	var sent sync.WaitGroup
	start := time.Now()
	for i := range outcomes {
		due := time.Duration(i) * time.Second / time.Duration(rate)
		time.Sleep(time.Until(start.Add(due)))
		sent.Add(1)
		go func() {
			defer sent.Done()
			begun := time.Since(start)
			kind, client := "kept", clients[1]
			if i%fresh == 0 {
				kind, client = "new", clients[0]
			}
			failure := name(ask(client, target))
			if failure != "" {
				failure = kind + ": " + failure
			}
			outcomes[i] = outcome{failure: failure, due: due, late: begun - due, took: time.Since(start) - due}
		}()
	}
	sent.Wait()
	return outcomes
}

// ask sends one request, and reads its answer to the end.
func ask(client *http.Client, target string) error {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	ctx, refuse := context.WithCancelCause(ctx)
	defer refuse(nil)
	connections := 0
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		connections++
		if connections > 1 {
			refuse(errSentAgain)
		}
	}})
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if connections > 1 {
		err = errSentAgain
	}
	if response != nil {
		defer response.Body.Close()
	}
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}

// name is a failure's, without what differs from one to the next.
func name(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "closed"
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in 10 s"
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err.Error()
	}
	return err.Error()
}

func summary(outcomes []outcome) result {
	all := result{Sent: len(outcomes), Failures: map[string]int{}}
	took := make([]time.Duration, len(outcomes))
	late := make([]time.Duration, len(outcomes))
	var first, last, end time.Duration
	for i, one := range outcomes {
		took[i], late[i] = one.took, one.late
		end = max(end, one.due+one.late)
		if one.failure == "" {
			continue
		}
		all.Failures[one.failure]++
		if all.Failed == 0 {
			first = one.due
		}
		all.Failed++
		last = one.due
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	sort.Slice(late, func(i, j int) bool { return late[i] < late[j] })
	at := func(times []time.Duration, share float64) float64 {
		return milliseconds(times[min(len(times)-1, int(float64(len(times))*share))])
	}
	all.FailedFor = milliseconds(last - first)
	all.P50, all.P99, all.Slowest = at(took, 0.5), at(took, 0.99), at(took, 1)
	all.Late = at(late, 0.99)
	all.Rate = float64(int(float64(len(outcomes))/max(end.Seconds(), 1)*10)) / 10
	return all
}

func milliseconds(span time.Duration) float64 {
	return float64(span.Round(100*time.Microsecond).Microseconds()) / 1_000
}
