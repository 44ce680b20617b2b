package main

import (
	"context"
	"net"
	"path/filepath"

	"plumbline.dev/rehearsal/cluster/internal/controlplane"
	"plumbline.dev/rehearsal/cluster/internal/lab"
	"plumbline.dev/rehearsal/cluster/internal/loadbalancer"
	"plumbline.dev/rehearsal/cluster/internal/manifests"
	"plumbline.dev/rehearsal/cluster/internal/volumes"
)

// startLab starts the real nodes, if the description has any, and has the API server listen where they look for it. They start while
// the control plane does.
func (c *cluster) startLab(ctx context.Context, listeners map[string]net.Listener) (*controlplane.RealNodes, error) {
	if c.description.Real == nil {
		return nil, nil
	}
	var err error
	if c.lab, err = lab.Start(ctx, c.dir, c.description, c.store.Cluster); err != nil {
		return nil, err
	}
	c.report.Step("lab")
	inside, err := c.lab.ListenForNodes()
	if err != nil {
		return nil, err
	}
	listeners[controlplane.APIServerPort] = lab.Join(listeners[controlplane.APIServerPort], inside)
	egress := filepath.Join(c.dir, "run", "egress.yaml")
	if err := c.lab.ServeEgress(c.addons, egress); err != nil {
		return nil, err
	}
	return &controlplane.RealNodes{Address: lab.ServerAddress, Egress: egress}, nil
}

// joinLab makes the real nodes part of the cluster, and has it fail when they end.
func (c *cluster) joinLab(ctx context.Context) error {
	go func() {
		<-c.lab.Ended()
		if c.addons.Err() == nil {
			c.plane.Fail(c.lab.Err())
		}
	}()
	client, custom, err := c.clients("nodes")
	if err != nil {
		return err
	}
	if err := c.lab.Join(ctx, c.addons, client, custom, len(c.description.Nodes) > 0); err != nil {
		return err
	}
	if err := c.lab.Forward(c.addons, client); err != nil {
		return err
	}
	return c.lab.DeployDNS(ctx, client, custom)
}

// deployOperators applies the manifests that the description names for real nodes.
func (c *cluster) deployOperators(ctx context.Context) (err error) {
	if c.deployed, err = manifests.Read(c.description.Real.Manifests); err != nil {
		return err
	}
	_, custom, err := c.clients("operators")
	if err != nil {
		return err
	}
	return manifests.Apply(ctx, custom, "plumbline-operators", c.deployed)
}

// awaitOperators returns when what the manifests deploy is available: their webhooks answer from then on.
func (c *cluster) awaitOperators(ctx context.Context) error {
	client, _, err := c.clients("operators")
	if err != nil {
		return err
	}
	return c.lab.Await(ctx, client, c.deployed)
}

// balancerAddresses are where Services of type LoadBalancer are: on the machine's loopback if pods can answer there.
func (c *cluster) balancerAddresses() loadbalancer.Addresses {
	if c.lab == nil {
		return loadbalancer.Nowhere
	}
	return c.lab.Addresses()
}

// realVolumes says where the real nodes keep their volumes.
func (c *cluster) realVolumes() volumes.RealNodes {
	folders := map[string]string{}
	if c.lab != nil {
		for _, node := range c.lab.Nodes() {
			folders[node.Name] = node.Volumes()
		}
	}
	return volumes.RealNodes{Folders: folders, Mount: lab.VolumesMount}
}

func (c *cluster) stopLab() {
	if c.lab == nil {
		return
	}
	if err := c.lab.Stop(); err != nil {
		c.report.Note(err.Error())
	}
}
