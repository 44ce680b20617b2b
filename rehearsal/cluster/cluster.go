package main

import (
	"context"
	"fmt"
	"io"
	"net"

	"golang.org/x/sync/errgroup"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"plumbline.dev/rehearsal/cluster/internal/config"
	"plumbline.dev/rehearsal/cluster/internal/controlplane"
	"plumbline.dev/rehearsal/cluster/internal/crds"
	"plumbline.dev/rehearsal/cluster/internal/metrics"
	"plumbline.dev/rehearsal/cluster/internal/nodes"
	"plumbline.dev/rehearsal/cluster/internal/pki"
	"plumbline.dev/rehearsal/cluster/internal/ports"
	"plumbline.dev/rehearsal/cluster/internal/report"
	"plumbline.dev/rehearsal/cluster/internal/state"
)

// cluster is one run of a cluster, from its start to its end.
type cluster struct {
	dir    string
	log    io.WriteCloser
	report *report.Reporter
	status state.Status
	// step is what is under way, for the message if it fails.
	step string

	description config.Cluster
	definitions []*unstructured.Unstructured
	store       *pki.Store
	plane       *controlplane.ControlPlane
	metrics     net.Listener
	stopAddons  context.CancelFunc
}

// start brings everything up. What it started stays for stop to end, also when it fails.
func (c *cluster) start(ctx context.Context) error {
	for _, part := range []struct {
		step string
		do   func(context.Context) error
	}{
		{"description", c.readDescription},
		{"credentials", c.layCredentials},
		{"etcd", func(ctx context.Context) error { return c.plane.StartStore(ctx) }},
		{"apiserver", func(ctx context.Context) error { return c.plane.StartAPIServer(ctx) }},
		{"components", c.startComponents},
	} {
		c.step = part.step
		if err := c.do(ctx, part.do); err != nil {
			return err
		}
		c.report.Step(part.step)
	}
	c.setPhase(state.Ready)
	c.report.Ready()
	return nil
}

// do does a part of the start, and gives up as soon as a part of the control plane has failed.
func (c *cluster) do(ctx context.Context, part func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-c.failed():
			cancel(err)
		case <-ctx.Done():
		}
	}()
	err := part(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

func (c *cluster) readDescription(context.Context) (err error) {
	if c.description, err = config.Read(c.dir); err != nil {
		return err
	}
	c.definitions, err = crds.Read(c.description.CRDs)
	return err
}

func (c *cluster) layCredentials(context.Context) error {
	store, made, err := pki.Open(c.dir, controlplane.HasData(c.dir))
	if err != nil {
		return err
	}
	if made {
		c.report.Note("new certificate authorities were made in " + store.Dir)
	}
	listeners, err := ports.Open(c.dir, controlplane.APIServerPort, controlplane.ControllerManagerPort, controlplane.SchedulerPort, metrics.Port)
	if err != nil {
		return err
	}
	c.status.Ports = ports.Numbers(listeners)
	c.store, c.metrics = store, listeners[metrics.Port]
	if c.plane, err = controlplane.New(c.dir, c.description.Context(), store, listeners); err != nil {
		return err
	}
	c.status.Server = c.plane.Server()
	c.setPhase(state.Starting)
	return c.plane.AdminKubeconfig(c.status.Kubeconfig)
}

// startComponents starts everything that needs the API server, all at once, and returns when all of it works.
func (c *cluster) startComponents(ctx context.Context) error {
	lifetime, stop := context.WithCancel(context.Background())
	c.stopAddons = stop
	group, ctx := errgroup.WithContext(ctx)
	at := func(step string, do func() error) {
		group.Go(func() error {
			if err := do(); err != nil {
				return fmt.Errorf("%s: %w", step, err)
			}
			c.report.Step(step)
			return nil
		})
	}
	at("controllers", func() error { return c.plane.StartControllers(ctx) })
	at("nodes", func() error { return c.startNodes(ctx, lifetime) })
	at("cloud", func() error { return c.startCloud(lifetime) })
	at("metrics", func() error { return c.startMetrics(lifetime) })
	at("crds", func() error { return c.installDefinitions(ctx) })
	if err := group.Wait(); err != nil {
		return err
	}
	return c.startOperators(lifetime)
}

func (c *cluster) startNodes(ctx, lifetime context.Context) error {
	kubeconfig, restConfig, err := c.component("kwok")
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return err
	}
	if err := nodes.Apply(ctx, client, c.description); err != nil {
		return err
	}
	if err := nodes.PlayKubelets(lifetime, kubeconfig, c.log); err != nil {
		return err
	}
	return nodes.WaitReady(ctx, client)
}

func (c *cluster) installDefinitions(ctx context.Context) error {
	_, restConfig, err := c.component("crds")
	if err != nil {
		return err
	}
	client, err := clientset.NewForConfig(restConfig)
	if err != nil {
		return err
	}
	return crds.Install(ctx, client, c.definitions)
}

// component gives one of the cluster's own components its identity.
func (c *cluster) component(name string) (kubeconfig string, restConfig *rest.Config, err error) {
	kubeconfig, err = c.plane.ComponentKubeconfig(name)
	if err != nil {
		return "", nil, err
	}
	restConfig, err = clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return "", nil, err
	}
	restConfig.UserAgent = "plumbline-" + name
	restConfig.QPS, restConfig.Burst = 200, 400
	return kubeconfig, restConfig, nil
}

// failed gets an error when a part of the control plane ends by itself; it is nil, and blocks, until there is a control plane.
func (c *cluster) failed() <-chan error {
	if c.plane == nil {
		return nil
	}
	return c.plane.Failed()
}

// stop ends whatever was started.
func (c *cluster) stop() {
	if c.stopAddons != nil {
		c.stopAddons()
	}
	if c.plane != nil {
		c.plane.Stop(stopGrace)
	}
}

func (c *cluster) setPhase(phase state.Phase) {
	c.status.Phase = phase
	if err := state.WriteStatus(c.dir, c.status); err != nil {
		c.report.Note(err.Error())
	}
}

// fail says which step failed, to the caller and to those who read the status later, and returns the error.
func (c *cluster) fail(step string, err error) error {
	c.status.Error = fmt.Sprintf("%s: %v", step, err)
	c.setPhase(state.Failed)
	c.report.Failed(step, err)
	return err
}
