// Package controlplane runs etcd, kube-apiserver, kube-controller-manager and kube-scheduler inside this process.
package controlplane

import (
	"context"
	"crypto/tls"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/apimachinery/pkg/util/wait"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	apiserveroptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	kcmoptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	kubescheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"

	"plumbline.dev/rehearsal/cluster/internal/pki"
	"plumbline.dev/rehearsal/cluster/internal/state"
)

//go:embed audit-policy.yaml
var auditPolicy []byte

//go:embed admission.yaml
var admission []byte

// The names of the listeners that a control plane needs.
const (
	APIServerPort         = "apiserver"
	ControllerManagerPort = "controllerManager"
	SchedulerPort         = "scheduler"
)

// stopGrace is how long each part may take to stop.
const stopGrace = 2 * time.Second

// ControlPlane is one control plane. A process can run one only: Kubernetes keeps its feature gates and metrics in package
// variables.
type ControlPlane struct {
	dir       string
	context   string
	store     *pki.Store
	listeners map[string]net.Listener
	nodes     *RealNodes
	etcd      *embed.Etcd

	apiServer         *apiserveroptions.ServerRunOptions
	controllerManager *kcmoptions.KubeControllerManagerOptions
	scheduler         *scheduleroptions.Options

	// failed gets the error of the first part that ends before it was told to.
	failed chan error
	parts  []part
}

// part is a piece of the control plane that runs until its stop is called.
type part struct {
	stop context.CancelFunc
	done chan struct{}
}

// RealNodes is how a control plane and its real nodes find each other.
type RealNodes struct {
	// Address is the API server's, as the nodes see it.
	Address string
	// Egress is the path of the API server's egress selector configuration.
	Egress string
}

// New lays the credentials and settings of a control plane in dir/run. It takes over the listeners. Without real nodes, nodes is nil.
// The process must have dir as its working directory.
func New(dir, context string, store *pki.Store, listeners map[string]net.Listener, nodes *RealNodes) (*ControlPlane, error) {
	p := &ControlPlane{dir: dir, context: context, store: store, listeners: listeners, nodes: nodes, failed: make(chan error, 4)}
	encryption, err := encryptionConfig(store.Secrets)
	return p, errors.Join(
		err,
		p.writeCredentials(),
		state.WriteFile(p.run("encryption.json"), encryption, 0o600),
		state.WriteFile(p.run("audit-policy.yaml"), auditPolicy, 0o600),
		state.WriteFile(p.run("admission.yaml"), admission, 0o600),
		p.parseFlags(),
	)
}

// Server is the API server's URL.
func (p *ControlPlane) Server() string {
	return "https://" + p.listeners[APIServerPort].Addr().String()
}

// Failed gets an error if a part of the control plane ends by itself.
func (p *ControlPlane) Failed() <-chan error { return p.failed }

// Fail has the control plane fail by something that it cannot be without.
func (p *ControlPlane) Fail(err error) { p.failed <- err }

// StartStore starts etcd, and returns when it serves.
func (p *ControlPlane) StartStore(ctx context.Context) (err error) {
	p.etcd, err = startEtcd(ctx, p.dir)
	return err
}

// StartAPIServer starts kube-apiserver, and returns when it is ready.
func (p *ControlPlane) StartAPIServer(ctx context.Context) error {
	p.start("kube-apiserver", func(ctx context.Context) error {
		options, err := p.apiServer.Complete(ctx)
		if err != nil {
			return err
		}
		if errs := options.Validate(); len(errs) > 0 {
			return errors.Join(errs...)
		}
		return apiserver.Run(ctx, options)
	})
	return p.waitHealthy(ctx, APIServerPort, "/readyz")
}

// StartControllers starts kube-controller-manager and kube-scheduler, and returns when both are healthy.
func (p *ControlPlane) StartControllers(ctx context.Context) error {
	p.start("kube-controller-manager", func(ctx context.Context) error {
		config, err := p.controllerManager.Config(ctx, kcm.KnownControllers(), kcm.ControllersDisabledByDefault(), kcm.ControllerAliases())
		if err != nil {
			return err
		}
		return kcm.Run(ctx, config.Complete())
	})
	p.start("kube-scheduler", func(ctx context.Context) error {
		config, scheduler, err := kubescheduler.Setup(ctx, p.scheduler)
		if err != nil {
			return err
		}
		return kubescheduler.Run(ctx, config, scheduler)
	})
	return errors.Join(p.waitHealthy(ctx, ControllerManagerPort, "/healthz"), p.waitHealthy(ctx, SchedulerPort, "/readyz"))
}

// Stop ends everything, the store last.
func (p *ControlPlane) Stop() {
	p.stopParts()
	if p.etcd != nil {
		p.etcd.Close()
	}
}

// stopParts ends the parts in the opposite order of their start.
func (p *ControlPlane) stopParts() {
	for i := len(p.parts) - 1; i >= 0; i-- {
		p.parts[i].stop()
		select {
		case <-p.parts[i].done:
		case <-time.After(stopGrace):
		}
	}
	p.parts = nil
}

func (p *ControlPlane) start(name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	p.parts = append(p.parts, part{stop: cancel, done: done})
	go func() {
		defer close(done)
		if err := run(ctx); ctx.Err() == nil {
			p.failed <- fmt.Errorf("%s ended by itself: %v", name, err)
		}
	}()
}

// waitHealthy asks until the part on the listener says "ok".
func (p *ControlPlane) waitHealthy(ctx context.Context, listener, path string) error {
	client, err := p.healthClient()
	if err != nil {
		return err
	}
	url := "https://" + p.listeners[listener].Addr().String() + path
	return wait.PollUntilContextCancel(ctx, 25*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return false, err
		}
		response, err := client.Do(request)
		if err != nil {
			return false, nil
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK, nil
	})
}

func (p *ControlPlane) healthClient() (*http.Client, error) {
	pair, err := p.store.Cluster.Issue(pki.Request{User: "plumbline:health", Groups: []string{mastersGroup}})
	if err != nil {
		return nil, err
	}
	certificate, err := tls.X509KeyPair(pair.Certificate, pair.Key)
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Timeout: 5 * time.Second,
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{RootCAs: p.store.Cluster.Pool(), Certificates: []tls.Certificate{certificate}},
		},
	}, nil
}
