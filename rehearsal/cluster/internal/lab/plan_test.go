package lab

import (
	"strings"
	"testing"

	"plumbline.dev/rehearsal/cluster/internal/config"
)

func described() config.Cluster {
	return config.Cluster{Name: "local", Region: "local", Real: &config.Real{
		Runtime: "/runtime", Store: "/store",
		Nodes: []config.RealNode{{Name: "local-a-real", Zone: "local-a"}, {Name: "local-b-real", Zone: "local-b"}},
	}}
}

// aMachine is its memory in bytes.
const aMachine = 16 << 30

func TestNodesDivideTheMachinesMemory(t *testing.T) {
	var forPods int64
	for _, node := range Plan("/clusters/local", described(), aMachine).Nodes {
		forPods += aMachine - node.Reserved
	}
	if forPods != aMachine-forOthers {
		t.Errorf("the nodes have %d bytes for pods, of %d", forPods, aMachine)
	}
	if got := reserved(forOthers/2, 3); got != forOthers/2 {
		t.Errorf("of a machine that is too small %d bytes are reserved", got)
	}
}

func TestEveryNodeHasAnAddressAndPodsOfItsOwn(t *testing.T) {
	full := described()
	full.Real.Nodes = nil
	for _, zone := range strings.Split("abcdefghi", "") {
		full.Real.Nodes = append(full.Real.Nodes, config.RealNode{Name: zone + "-real", Zone: zone})
	}
	if len(full.Real.Nodes) != config.MostRealNodes {
		t.Fatalf("%d nodes are tried, %d are allowed", len(full.Real.Nodes), config.MostRealNodes)
	}
	spec := Plan("/clusters/local", full, aMachine)
	seen := map[string]string{spec.Gateway.Addr().String(): "the gateway"}
	for _, node := range spec.Nodes {
		if !spec.Gateway.Contains(node.Address.Addr()) {
			t.Errorf("%s is not in the network of %s", node.Address, spec.Gateway)
		}
		for _, own := range []string{node.Address.Addr().String(), node.Pods.String()} {
			if other, taken := seen[own]; taken {
				t.Errorf("%s has %s, which %s has", node.Name, own, other)
			}
			seen[own] = node.Name
		}
		if !inLab(node.Pods.Addr().Next().String()+":80") || !inLab(node.Address.Addr().String()+":10250") {
			t.Errorf("%s cannot be reached", node.Name)
		}
	}
}

func TestClustersOfOneNameHaveControlGroupsOfTheirOwn(t *testing.T) {
	one, other := Plan("/one", described(), aMachine), Plan("/other", described(), aMachine)
	if one.Cgroup == other.Cgroup {
		t.Errorf("both have %s", one.Cgroup)
	}
	if again := Plan("/one", described(), aMachine); again.Cgroup != one.Cgroup {
		t.Errorf("%s became %s: what a killed run left would not be found", one.Cgroup, again.Cgroup)
	}
}

func TestOnlyTheLabIsDialledInTheLab(t *testing.T) {
	for address, inside := range map[string]bool{
		"10.77.0.11:10250": true, "10.78.3.2:8080": true, "10.96.0.10:53": true,
		"127.0.0.1:4443": false, "localhost:443": false, "10.200.0.1:80": false, "192.0.2.1:443": false,
	} {
		if inLab(address) != inside {
			t.Errorf("%s: %t", address, !inside)
		}
	}
}
