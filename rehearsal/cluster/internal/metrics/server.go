// Package metrics answers for the usage of pods: metrics.k8s.io as metrics-server does, and custom.metrics.k8s.io as an adapter of a
// monitoring system does. Autoscalers are real; what they read of simulated pods is said by annotations and by a load profile, and
// what they read of real ones was measured: by their kubelets, and rates of their counters by asking them.
package metrics

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"

	"plumbline.dev/rehearsal/cluster/internal/pki"
)

// Port is the name of the listener on which the metrics are served.
const Port = "metrics"

// Server answers for both APIs. Before Follow has returned it says which resources there are, and that it has no readings of them yet.
type Server struct {
	port int
	// source is nil until there is something to read.
	source atomic.Pointer[source]
}

// source is what the informers hold: no request becomes one to the API server, but the first for a kind of objects.
type source struct {
	pods     corelisters.PodLister
	nodes    corelisters.NodeLister
	profile  *profileFile
	objects  *objects
	kubelets *kubelets
	rates    *rates
}

// Serve answers on the listener until ctx ends. An API server that starts with both APIs registered from an earlier run asks for them
// before it says that it is ready, and waits five seconds for an answer: so this comes before it.
//
// The serving certificate has to be valid for Hosts. A client has to show a certificate by one of clientCAs, which is to be the front
// proxy's authority alone: whoever asks through the API server was authenticated and authorized there.
func Serve(ctx context.Context, listener net.Listener, serving pki.Pair, clientCAs *x509.CertPool) (*Server, error) {
	certificate, err := tls.X509KeyPair(serving.Certificate, serving.Key)
	if err != nil {
		return nil, fmt.Errorf("the serving certificate of the metrics: %w", err)
	}
	s := &Server{port: listener.Addr().(*net.TCPAddr).Port}
	serve(ctx, listener, s.handler(), &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{certificate},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    clientCAs,
	})
	return s, nil
}

// Follow watches pods and nodes until ctx ends, and registers both APIs with the API server. It returns when both are done. The serving
// certificate is by the authority in caBundle (PEM). LoadFile is the load profile's path; it need not be there, and is read again when
// it changes.
func (s *Server) Follow(ctx context.Context, config *rest.Config, caBundle []byte, loadFile string) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	watched, err := newObjects(ctx, config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTransform(withoutManagedFields))
	core := factory.Core().V1()
	from := &source{
		pods:    core.Pods().Lister(),
		nodes:   core.Nodes().Lister(),
		profile: &profileFile{path: loadFile},
		objects: watched,
	}
	if err := warnOfAnnotations(core.Pods().Informer()); err != nil {
		return err
	}
	core.Nodes().Informer()
	factory.StartWithContext(ctx)
	factory.WaitForCacheSyncWithContext(ctx)
	from.profile.follow(ctx)
	from.kubelets = newKubelets(ctx, client, from.nodes)
	from.rates = newRates(config, client, from.read)
	go from.rates.follow(ctx)
	s.source.Store(from)
	return register(ctx, config, s.port, caBundle)
}

// withoutManagedFields drops the part of an object that fills the caches and that nobody here reads.
func withoutManagedFields(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}

// serve goes on in the background until ctx ends.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, config *tls.Config) {
	httpServer := &http.Server{
		Handler:           handler,
		TLSConfig:         config,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          klog.NewStandardLogger("INFO"),
	}
	context.AfterFunc(ctx, func() { httpServer.Close() })
	go func() {
		if err := httpServer.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			klog.ErrorS(err, "the metrics are served no more")
		}
	}()
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	s.resourceRoutes(mux)
	s.customRoutes(mux)
	serveSchemas(mux)
	return mux
}

// asking gives the answer what there is to read; while there is nothing, the client hears that it is to ask again.
func (s *Server) asking(answer func(*source, *http.Request) (any, error)) func(*http.Request) (any, error) {
	return func(request *http.Request) (any, error) {
		if from := s.source.Load(); from != nil {
			return answer(from, request)
		}
		return nil, apierrors.NewServiceUnavailable("the cluster is starting: there are no readings yet")
	}
}

// read takes a reading of all pods now.
func (s *source) read() (reading, error) {
	pods, err := s.pods.List(labels.Everything())
	if err != nil {
		return reading{}, err
	}
	nodes, err := s.nodes.List(labels.Everything())
	if err != nil {
		return reading{}, err
	}
	now := time.Now()
	r := read(now, pods, nodes, s.profile.current.Load(), s.kubelets.now(nodes, now))
	r.rates = s.rates.now(now)
	return r, nil
}

// handle answers GETs with what answer returns, or with its error as a Status.
func handle(mux *http.ServeMux, path string, answer func(*http.Request) (any, error)) {
	mux.HandleFunc("GET "+path, func(writer http.ResponseWriter, request *http.Request) {
		body, err := answer(request)
		code := http.StatusOK
		if err != nil {
			status := asStatus(err)
			code, body = int(status.Code), status
		}
		writer.Header().Set("Content-Type", "application/json")
		writer.WriteHeader(code)
		if err := json.NewEncoder(writer).Encode(body); err != nil {
			klog.V(2).InfoS("an answer was not taken", "path", request.URL.Path, "error", err)
		}
	})
}

func asStatus(err error) metav1.Status {
	var known apierrors.APIStatus
	if !errors.As(err, &known) {
		known = apierrors.NewInternalError(err)
	}
	status := known.Status()
	status.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
	return status
}

// serveDiscovery serves the documents by which clients find a group, its only version, and the version's resources.
func serveDiscovery(mux *http.ServeMux, version schema.GroupVersion, resources func() []metav1.APIResource) {
	handle(mux, "/apis/"+version.Group, func(*http.Request) (any, error) {
		only := metav1.GroupVersionForDiscovery{GroupVersion: version.String(), Version: version.Version}
		return metav1.APIGroup{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "APIGroup"},
			Name:     version.Group, Versions: []metav1.GroupVersionForDiscovery{only}, PreferredVersion: only,
		}, nil
	})
	handle(mux, "/apis/"+version.String(), func(*http.Request) (any, error) {
		return metav1.APIResourceList{
			TypeMeta:     metav1.TypeMeta{APIVersion: "v1", Kind: "APIResourceList"},
			GroupVersion: version.String(), APIResources: resources(),
		}, nil
	})
}

// serveSchemas says that there are no schemas here. Without the documents the API server would ask for them again and again, and
// fill its log with that.
func serveSchemas(mux *http.ServeMux) {
	empty := func(document any) func(*http.Request) (any, error) {
		return func(*http.Request) (any, error) { return document, nil }
	}
	none := map[string]any{}
	info := map[string]any{"title": "plumbline metrics", "version": "v1"}
	handle(mux, "/openapi/v2", empty(map[string]any{"swagger": "2.0", "info": info, "paths": none}))
	handle(mux, "/openapi/v3", empty(map[string]any{"paths": none}))
}
