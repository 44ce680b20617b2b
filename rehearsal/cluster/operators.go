package main

import (
	"context"
	"errors"
	"net"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"plumbline.dev/delivery/controller"
	"plumbline.dev/delivery/controller/api"
	"plumbline.dev/rehearsal/cluster/internal/certmanager"
	"plumbline.dev/rehearsal/cluster/internal/cnpg"
	"plumbline.dev/rehearsal/cluster/internal/faults"
	"plumbline.dev/rehearsal/cluster/internal/gateway"
	"plumbline.dev/rehearsal/cluster/internal/loadbalancer"
	"plumbline.dev/rehearsal/cluster/internal/metrics"
	"plumbline.dev/rehearsal/cluster/internal/pki"
	"plumbline.dev/rehearsal/cluster/internal/releases"
	"plumbline.dev/rehearsal/cluster/internal/volumes"
)

// operators are cert-manager, the release controller, the stand-ins for other operators, and what makes faults. Each is started if its definition is there.
var operators = []struct {
	name, definition string
	start            func(*cluster) error
	// ofSimulated is for one whose pods run nothing, as on simulated nodes; without such nodes it is not started.
	ofSimulated bool
}{
	{name: "cert-manager", definition: certmanager.Definition, start: (*cluster).startCertManager},
	{name: "gateway", definition: gateway.Definition, start: (*cluster).startGateways},
	{name: "postgres", definition: cnpg.Definition, start: (*cluster).startPostgres, ofSimulated: true},
	{name: "faults", definition: faults.DefinitionName, start: (*cluster).startFaults},
	{name: "releases", definition: api.DefinitionName, start: (*cluster).startReleases},
}

// startCloud starts what the controllers of a cloud do: block storage and load balancers.
func (c *cluster) startCloud() error {
	_, restConfig, err := c.component("cloud")
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return err
	}
	return errors.Join(volumes.Run(c.addons, client, c.realVolumes()), loadbalancer.Run(c.addons, client, c.balancerAddresses()))
}

// serveMetrics answers for what autoscalers read. There is nothing to read before followMetrics.
func (c *cluster) serveMetrics(listener net.Listener) error {
	serving, err := c.store.Cluster.Issue(pki.Request{User: "plumbline-metrics", Hosts: metrics.Hosts})
	if err != nil {
		return err
	}
	c.metrics, err = metrics.Serve(c.addons, listener, serving, c.store.FrontProxy.Pool())
	return err
}

func (c *cluster) followMetrics() error {
	_, restConfig, err := c.component("metrics")
	if err != nil {
		return err
	}
	return c.metrics.Follow(c.addons, restConfig, c.store.Cluster.Certificate(), filepath.Join(c.dir, "load.json"))
}

func (c *cluster) startCertManager() error {
	kubeconfig, _, err := c.component("cert-manager")
	if err != nil {
		return err
	}
	return certmanager.Run(c.addons, kubeconfig)
}

func (c *cluster) startGateways() error { return c.startStandIn("gateway", gateway.Run) }

func (c *cluster) startPostgres() error { return c.startStandIn("postgres", cnpg.Run) }

func (c *cluster) startFaults() error { return c.startStandIn("faults", faults.Run) }

// startReleases starts the release controller with the rights that it has in a cloud, and no others.
func (c *cluster) startReleases() error {
	client, _, err := c.clients("releases")
	if err != nil {
		return err
	}
	_, restConfig, err := c.component("releases")
	if err != nil {
		return err
	}
	options := controller.Options{Address: "0"}
	switch at := c.description.Releases.Prometheus; {
	case at == nil:
	case at.URL != "":
		options.Prometheus, err = controller.At(at.URL)
	default:
		options.Prometheus, err = controller.Behind(restConfig, at.Namespace, at.Service, at.Port)
	}
	if err != nil {
		return err
	}
	if err := releases.Grant(c.addons, client); err != nil {
		return err
	}
	restConfig.Impersonate.UserName = releases.User
	go func() {
		if err := controller.Run(c.addons, restConfig, options); err != nil && c.addons.Err() == nil {
			c.report.Note("the release controller ended: " + err.Error())
		}
	}()
	return nil
}

func (c *cluster) startStandIn(name string, run func(context.Context, dynamic.Interface, kubernetes.Interface) error) error {
	client, custom, err := c.clients(name)
	if err != nil {
		return err
	}
	return run(c.addons, custom, client)
}

// clients are a component's, for the kinds that every API server has and for all others.
func (c *cluster) clients(name string) (kubernetes.Interface, dynamic.Interface, error) {
	_, restConfig, err := c.component(name)
	if err != nil {
		return nil, nil, err
	}
	client, err1 := kubernetes.NewForConfig(restConfig)
	custom, err2 := dynamic.NewForConfig(restConfig)
	return client, custom, errors.Join(err1, err2)
}

// defines says whether a CustomResourceDefinition is among the definitions.
func defines(definitions []*unstructured.Unstructured, name string) bool {
	for _, definition := range definitions {
		if definition.GetName() == name {
			return true
		}
	}
	return false
}
