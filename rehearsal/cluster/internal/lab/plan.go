// Package lab runs real nodes: a tree of namespaces with a network of its own, joined to this process's control plane. Nothing of the
// machine's own network, mounts or settings is changed.
package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"path/filepath"

	"plumbline.dev/rehearsal/cluster/internal/config"
)

// The lab's network. Nodes hang on one bridge, and each has a range for its pods. It is seen from inside the lab only, so that every
// cluster can have the same.
const (
	// ServerAddress is the bridge's, and the API server's as the nodes see it.
	ServerAddress = "10.77.0.1"
	// ServerPort is where the nodes find the API server.
	ServerPort = 6443
	// DNSAddress is the Service address of the cluster's DNS.
	DNSAddress = "10.96.0.10"

	networkBits   = 24
	firstNode     = 11
	podsRange     = "10.78.0.0/16"
	servicesRange = "10.96.0.0/16"
)

// Spec is all that the programs in the lab need to know.
type Spec struct {
	// Gateway is the bridge's address, with the network's length.
	Gateway netip.Prefix `json:"gateway"`
	// Cgroup is the lab's control group, relative to the root of every hierarchy.
	Cgroup string `json:"cgroup"`
	// Runtime is the folder with the unpacked packages from which nodes are made.
	Runtime string `json:"runtime"`
	// Store is the folder of the images that are laid into every node.
	Store string `json:"store"`
	Nodes []Node `json:"nodes"`
}

// Node is one real node.
type Node struct {
	Name string `json:"name"`
	Zone string `json:"zone"`
	// Region is the cluster's.
	Region string `json:"region"`
	// Address is the node's, with the network's length.
	Address netip.Prefix `json:"address"`
	// Pods is the range of its pods' addresses.
	Pods netip.Prefix `json:"pods"`
	// Reserved is how much of the machine's memory, in bytes, is not for this node's pods.
	Reserved int64 `json:"reserved"`
	// Dir holds what the node keeps: images, containers, logs, volumes. It outlives the node.
	Dir string `json:"dir"`
	// Settings holds the configuration and credentials of its programs.
	Settings string `json:"settings"`
	// Logs is the folder for the logs of its programs.
	Logs string `json:"logs"`
}

// Volumes is the folder of the node's volumes, as the machine sees it.
func (n Node) Volumes() string { return filepath.Join(n.Dir, "volumes") }

// forOthers is what the control plane, kubelets and runtimes of a lab take of the machine's memory, in bytes: measured with three nodes.
const forOthers = 1 << 30

// reserved is how much of the machine's memory is not for the pods of one of the nodes. Each kubelet sees the whole machine; what they
// have for pods together is what the machine has for all of them.
func reserved(memory int64, nodes int) int64 { return memory - max(0, memory-forOthers)/int64(nodes) }

// Plan lays out the lab of a cluster whose directory is dir, on a machine with that many bytes of memory.
func Plan(dir string, cluster config.Cluster, memory int64) Spec {
	gateway := netip.MustParseAddr(ServerAddress)
	spec := Spec{
		Gateway: netip.PrefixFrom(gateway, networkBits),
		Cgroup:  cgroupOf(dir, cluster.Name),
		Runtime: cluster.Real.Runtime,
		Store:   cluster.Real.Store,
	}
	for i, node := range cluster.Real.Nodes {
		address, pods := gateway.As4(), netip.MustParsePrefix(podsRange).Addr().As4()
		address[3], pods[2] = byte(firstNode+i), byte(1+i)
		spec.Nodes = append(spec.Nodes, Node{
			Name: node.Name, Zone: node.Zone, Region: cluster.Region,
			Address:  netip.PrefixFrom(netip.AddrFrom4(address), networkBits),
			Pods:     netip.PrefixFrom(netip.AddrFrom4(pods), networkBits),
			Reserved: reserved(memory, len(cluster.Real.Nodes)),
			Dir:      filepath.Join(dir, "nodes", node.Name),
			Settings: filepath.Join(dir, "run", "nodes", node.Name),
			Logs:     filepath.Join(dir, "log"),
		})
	}
	return spec
}

// cgroupOf tells clusters of one name in different directories apart.
func cgroupOf(dir, name string) string {
	sum := sha256.Sum256([]byte(dir))
	return fmt.Sprintf("plumbline/%s-%s", name, hex.EncodeToString(sum[:4]))
}
