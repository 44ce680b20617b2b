package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"plumbline.dev/delivery/controller/api"
	"plumbline.dev/rehearsal/cluster/internal/config"
	"plumbline.dev/rehearsal/cluster/internal/controlplane"
	"plumbline.dev/rehearsal/cluster/internal/crds"
	"plumbline.dev/rehearsal/cluster/internal/faults"
	"plumbline.dev/rehearsal/cluster/internal/lab"
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
	// definitions waits for the CustomResourceDefinitions to be read.
	definitions func() ([]*unstructured.Unstructured, error)
	store       *pki.Store
	plane       *controlplane.ControlPlane
	// lab is the real nodes; nil if there are none.
	lab *lab.Lab
	// deployed is what the manifests of operators hold.
	deployed []*unstructured.Unstructured
	metrics  *metrics.Server
	// addons is the lifetime of what is no part of the control plane.
	addons     context.Context
	stopAddons context.CancelFunc
}

// step is a part of a start, and what it is called in the reports.
type step struct {
	name string
	do   func(context.Context) error
}

// start brings everything up. What it started stays for stop to end, also when it fails.
func (c *cluster) start(ctx context.Context) error {
	if err := c.take(ctx, []step{
		{"description", c.readDescription},
		{"credentials", c.layCredentials},
		{"etcd", c.startStore},
		{"apiserver", c.startAPIServer},
		{"components", c.startComponents},
	}); err != nil {
		return err
	}
	if c.lab != nil {
		// Whoever makes nothing yet that they have a say in may begin.
		c.status.Pending = true
		c.setPhase(state.Ready)
		if err := c.take(ctx, []step{{"operators", c.awaitOperators}}); err != nil {
			return err
		}
		c.status.Pending = false
	}
	c.setPhase(state.Ready)
	c.report.Ready()
	return nil
}

// take takes the steps one after another, until one fails.
func (c *cluster) take(ctx context.Context, steps []step) error {
	for _, step := range steps {
		c.step = step.name
		if err := c.do(ctx, step.do); err != nil {
			return err
		}
		c.report.Step(step.name)
	}
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
	c.readDefinitions(c.description.CRDs)
	return nil
}

// readDefinitions begins to read them: they are megabytes, and nothing needs them before the API server is there. Those of faults and
// of releases are always among them.
func (c *cluster) readDefinitions(paths []string) {
	c.definitions = sync.OnceValues(func() ([]*unstructured.Unstructured, error) {
		ofFaults, err1 := faults.Definition()
		ofReleases, err2 := crds.Parse(api.Definition)
		others, err3 := crds.Read(paths)
		return append(append(others, ofFaults), ofReleases...), errors.Join(err1, err2, err3)
	})
	go c.definitions()
}

func (c *cluster) startStore(ctx context.Context) error {
	if c.description.Seed != "" && !controlplane.HasData(c.dir) {
		if err := controlplane.Plant(c.dir, c.description.Seed); err != nil {
			return err
		}
	}
	return c.plane.StartStore(ctx)
}

func (c *cluster) startAPIServer(ctx context.Context) error { return c.plane.StartAPIServer(ctx) }

func (c *cluster) layCredentials(ctx context.Context) error {
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
	c.store = store
	if err := c.serveMetrics(listeners[metrics.Port]); err != nil {
		return err
	}
	realNodes, err := c.startLab(ctx, listeners)
	if err != nil {
		return err
	}
	if c.plane, err = controlplane.New(c.dir, c.description.Context(), store, listeners, realNodes, c.description.AuditPolicy); err != nil {
		return err
	}
	c.status.Server = c.plane.Server()
	c.setPhase(state.Starting)
	return c.plane.AdminKubeconfig(c.status.Kubeconfig)
}

// startComponents starts everything that needs the API server, all at once, and returns when all of it works.
func (c *cluster) startComponents(ctx context.Context) error {
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
	at("nodes", func() error { return c.startNodes(ctx) })
	if c.lab != nil {
		at("real-nodes", func() error { return c.joinLab(ctx) })
		at("manifests", func() error { return c.deployOperators(ctx) })
	}
	at("cloud", c.startCloud)
	at("metrics", c.followMetrics)
	at("crds", func() error {
		definitions, err := c.installDefinitions(ctx)
		for _, operator := range operators {
			if defines(definitions, operator.definition) && (!operator.ofSimulated || len(c.description.Nodes) > 0) {
				at(operator.name, func() error { return operator.start(c) })
			}
		}
		return err
	})
	return group.Wait()
}

func (c *cluster) startNodes(ctx context.Context) error {
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
	if err := nodes.PlayKubelets(c.addons, kubeconfig, c.log); err != nil {
		return err
	}
	return nodes.WaitReady(ctx, client)
}

func (c *cluster) installDefinitions(ctx context.Context) ([]*unstructured.Unstructured, error) {
	_, restConfig, err := c.component("crds")
	if err != nil {
		return nil, err
	}
	client, err := clientset.NewForConfig(restConfig)
	if err != nil {
		return nil, err
	}
	definitions, err := c.definitions()
	if err != nil {
		return nil, err
	}
	return definitions, crds.Install(ctx, client, definitions)
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
	c.stopAddons()
	c.stopLab()
	if c.plane != nil {
		c.plane.Stop()
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
	c.status.Error, c.status.Pending = fmt.Sprintf("%s: %v", step, err), false
	// Before the status: who reads that one first finds the step here.
	c.report.Failed(step, err)
	c.setPhase(state.Failed)
	return err
}
