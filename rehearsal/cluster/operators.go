package main

import (
	"context"
	"errors"
	"path/filepath"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"plumbline.dev/rehearsal/cluster/internal/certmanager"
	"plumbline.dev/rehearsal/cluster/internal/cnpg"
	"plumbline.dev/rehearsal/cluster/internal/gateway"
	"plumbline.dev/rehearsal/cluster/internal/loadbalancer"
	"plumbline.dev/rehearsal/cluster/internal/metrics"
	"plumbline.dev/rehearsal/cluster/internal/pki"
	"plumbline.dev/rehearsal/cluster/internal/volumes"
)

// startCloud starts what the controllers of a cloud do: block storage and load balancers.
func (c *cluster) startCloud(lifetime context.Context) error {
	_, restConfig, err := c.component("cloud")
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return err
	}
	return errors.Join(volumes.Run(lifetime, client), loadbalancer.Run(lifetime, client))
}

// startMetrics serves what autoscalers read.
func (c *cluster) startMetrics(lifetime context.Context) error {
	_, restConfig, err := c.component("metrics")
	if err != nil {
		return err
	}
	serving, err := c.store.Cluster.Issue(pki.Request{User: "plumbline-metrics", Hosts: metrics.Hosts})
	if err != nil {
		return err
	}
	profile := filepath.Join(c.dir, "load.json")
	return metrics.Serve(lifetime, restConfig, c.metrics, serving, c.store.FrontProxy.Pool(), c.store.Cluster.Certificate(), profile)
}

// startOperators starts cert-manager, and the stand-ins for other operators, as far as their definitions are there.
func (c *cluster) startOperators(lifetime context.Context) error {
	kubeconfig, restConfig, err := c.component("operators")
	if err != nil {
		return err
	}
	client, err1 := kubernetes.NewForConfig(restConfig)
	custom, err2 := dynamic.NewForConfig(restConfig)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for _, operator := range []struct {
		name, definition string
		run              func() error
	}{
		{"cert-manager", certmanager.Definition, func() error { return certmanager.Run(lifetime, kubeconfig) }},
		{"gateway", gateway.Definition, func() error { return gateway.Run(lifetime, custom, client) }},
		{"postgres", cnpg.Definition, func() error { return cnpg.Run(lifetime, custom, client) }},
	} {
		if !c.defines(operator.definition) {
			continue
		}
		if err := operator.run(); err != nil {
			return err
		}
		c.report.Step(operator.name)
	}
	return nil
}

// defines says whether the cluster's description brings the CustomResourceDefinition.
func (c *cluster) defines(name string) bool {
	for _, definition := range c.definitions {
		if definition.GetName() == name {
			return true
		}
	}
	return false
}
