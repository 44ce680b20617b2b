package validator

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	extproc "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"google.golang.org/grpc"
)

// What comes with a body in one message: heads, attributes and frames.
const beside = 1 << 20

// Options are where a validator listens, and how long it takes to end.
type Options struct {
	// Address takes Envoy's streams, Admin what asks for metrics and health.
	Address, Admin string
	// Patience is how long streams under way get once it is told to end.
	Patience time.Duration
	Log      *slog.Logger
}

// Serve judges by a set of documents until the context ends, and then what is under way.
func Serve(ctx context.Context, set *Set, options Options) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	server := grpc.NewServer(grpc.MaxRecvMsgSize(set.longestBody + beside))
	extproc.RegisterExternalProcessorServer(server, newProcessor(set, newMetrics(registry), options.Log))
	listener, err := net.Listen("tcp", options.Address)
	if err != nil {
		return err
	}
	var isEnding atomic.Bool
	admin := &http.Server{Addr: options.Admin, Handler: adminHandler(registry, &isEnding), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 2)
	go func() {
		if err := admin.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	go func() { failed <- server.Serve(listener) }()
	options.Log.Info("judging", "address", options.Address, "routes", set.Routes())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	isEnding.Store(true)
	options.Log.Info("ending")
	// The last resort: Envoy lets go of a connection when it is told to, but nothing has it do so.
	timer := time.AfterFunc(options.Patience, server.Stop)
	defer timer.Stop()
	server.GracefulStop()
	return admin.Close()
}

func adminHandler(registry *prometheus.Registry, isEnding *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	well := func(answer http.ResponseWriter, _ *http.Request) { answer.WriteHeader(http.StatusOK) }
	mux.HandleFunc("/startupz", well)
	mux.HandleFunc("/livez", well)
	mux.HandleFunc("/readyz", func(answer http.ResponseWriter, request *http.Request) {
		if isEnding.Load() {
			answer.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		well(answer, request)
	})
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

// metrics are those of any service, by the names that dashboards know: what is answered with 200 may pass, with 4xx it is refused, and 5xx
// is that it could not be judged. Labels are of few values: routes are those that have documents.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(registry *prometheus.Registry) *metrics {
	labels := []string{"method", "route", "status"}
	of := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total",
			Help: "Requests that were judged, by their route and by the answer: 200 lets them pass.",
		}, labels),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_request_duration_seconds",
			Help:    "Time to judge a request, without the way to here and back.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1},
		}, labels),
	}
	registry.MustRegister(of.requests, of.seconds)
	return of
}

func (m *metrics) judged(one *exchange, status int, took time.Duration) {
	route, method := one.route, one.method
	if one.document == nil {
		route = "unknown"
	}
	if !slices.Contains(methods, strings.ToLower(method)) {
		method = "other"
	}
	labels := []string{method, route, strconv.Itoa(status)}
	m.requests.WithLabelValues(labels...).Inc()
	m.seconds.WithLabelValues(labels...).Observe(took.Seconds())
}
