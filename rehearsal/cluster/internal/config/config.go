// Package config reads cluster.json, the description of one rehearsal cluster.
package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
)

// FileName is the name of the description inside the cluster's directory.
const FileName = "cluster.json"

// Cluster describes one rehearsal cluster.
type Cluster struct {
	// Name is the cluster's name; kubeconfig context, cluster and user are called "plumbline-<name>".
	Name string `json:"name"`
	// Region goes on every node as topology.kubernetes.io/region.
	Region string `json:"region"`
	// Nodes are the simulated machines; at least one, if there are no real ones.
	Nodes []Node `json:"nodes"`
	// Real are the real nodes; without it there are none. It needs Linux and the rights of root.
	Real *Real `json:"real,omitempty"`
	// CRDs are absolute paths of files, or of directories of files, that hold CustomResourceDefinitions.
	CRDs []string `json:"crds"`
	// Seed is the absolute path of a store that the command `seed` laid, with which a cluster without data begins. It may be empty: the
	// cluster then makes everything itself, which takes a few seconds more.
	Seed string `json:"seed,omitempty"`
	// AuditPolicy is the absolute path of the API server's audit policy, a file of audit.k8s.io/v1. Without it, what changes something is
	// recorded with its content, but for secrets and tokens.
	AuditPolicy string `json:"auditPolicy,omitempty"`
	// Releases says what the release controller may ask. It may be left out.
	Releases Releases `json:"releases,omitzero"`
}

// Releases is what the release controller is told.
type Releases struct {
	// Prometheus answers analyses; without it, a release that has one is refused.
	Prometheus *Prometheus `json:"prometheus,omitempty"`
}

// Prometheus is one behind a Service of the cluster, which the API server reaches, or else one at a URL that this machine reaches.
type Prometheus struct {
	Namespace string `json:"namespace,omitempty"`
	Service   string `json:"service,omitempty"`
	Port      int    `json:"port,omitempty"`
	URL       string `json:"url,omitempty"`
}

// Node is one simulated machine.
type Node struct {
	Name string `json:"name"`
	// Zone goes on the node as topology.kubernetes.io/zone.
	Zone string `json:"zone"`
	// InstanceType goes on the node as node.kubernetes.io/instance-type; it may be empty.
	InstanceType string `json:"instanceType"`
	// CPU and Memory are Kubernetes quantities ("4", "16Gi").
	CPU    string `json:"cpu"`
	Memory string `json:"memory"`
	// Pods is how many pods the node takes.
	Pods int64 `json:"pods"`
}

// Real describes nodes with real kubelets and containers.
type Real struct {
	// Program is the absolute path of plumbline-node.
	Program string `json:"program"`
	// Runtime is the absolute path of the folder into which containerd and what it needs were unpacked.
	Runtime string `json:"runtime"`
	// Store is the absolute path of a store of images, as `plumbline-node images` makes it, which every node has. The image of pause must
	// be in it.
	Store string `json:"store"`
	// Manifests are absolute paths of YAML files whose objects are applied when there is an API server, and whose Deployments a start
	// waits for: operators that run in pods.
	Manifests []string `json:"manifests"`
	// Nodes are the real nodes: at least one, and MostRealNodes at most.
	Nodes []RealNode `json:"nodes"`
}

// MostRealNodes is how many real nodes a cluster has at most: what one machine can bear.
const MostRealNodes = 9

// RealNode is one real node. It has the machine's processors and memory.
type RealNode struct {
	Name string `json:"name"`
	// Zone goes on the node as topology.kubernetes.io/zone.
	Zone string `json:"zone"`
}

// Context is the name of the kubeconfig's context, cluster and user.
func (c Cluster) Context() string { return "plumbline-" + c.Name }

// Read reads and checks the description in dir. The error names the file and every field that is wrong.
func Read(dir string) (Cluster, error) {
	path := filepath.Join(dir, FileName)
	data, err := os.ReadFile(path)
	if err != nil {
		return Cluster{}, fmt.Errorf("the cluster's description cannot be read: %w", err)
	}
	cluster, err := Parse(data)
	if err != nil {
		return Cluster{}, fmt.Errorf("%s: %w", path, err)
	}
	return cluster, nil
}

// Parse reads and checks a description. Unknown fields are refused.
func Parse(data []byte) (Cluster, error) {
	var cluster Cluster
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&cluster); err != nil {
		return Cluster{}, fmt.Errorf("is not a cluster description: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Cluster{}, errors.New("has something after the description; one JSON object is allowed")
	}
	return cluster, errors.Join(problems(cluster)...)
}

func problems(c Cluster) []error {
	var found []error
	refuse := func(field string, given any, allowed string) {
		text, _ := json.Marshal(given)
		found = append(found, fmt.Errorf("%s: %s was given; allowed: %s", field, text, allowed))
	}
	if len(validation.IsDNS1123Label(c.Name)) > 0 {
		refuse("name", c.Name, `lower-case letters, digits and "-", at most 63, such as "local"`)
	}
	label(refuse, "region", c.Region)
	if len(c.Nodes) == 0 && c.Real == nil {
		refuse("nodes", c.Nodes, "at least one node")
	}
	// first is where each name of a node was first given.
	first := map[string]string{}
	node := func(field, name, zone string) {
		if len(validation.IsDNS1123Subdomain(name)) > 0 {
			refuse(field+".name", name, `a DNS name in lower case, such as "local-a-1"`)
		} else if other, twice := first[name]; twice {
			refuse(field+".name", name, "a name of its own; "+other+" has this one")
		} else {
			first[name] = field
		}
		label(refuse, field+".zone", zone)
	}
	for i, n := range c.Nodes {
		at := fmt.Sprintf("nodes[%d].", i)
		node(fmt.Sprintf("nodes[%d]", i), n.Name, n.Zone)
		if n.InstanceType != "" {
			label(refuse, at+"instanceType", n.InstanceType)
		}
		quantity(refuse, at+"cpu", n.CPU, `a positive Kubernetes quantity, such as "4"`)
		quantity(refuse, at+"memory", n.Memory, `a positive Kubernetes quantity, such as "16Gi"`)
		if n.Pods < 1 {
			refuse(at+"pods", n.Pods, "a whole number from 1 up")
		}
	}
	if c.Real != nil {
		realProblems(refuse, node, *c.Real)
	}
	if c.Releases.Prometheus != nil {
		prometheusProblems(refuse, *c.Releases.Prometheus)
	}
	for i, path := range c.CRDs {
		if !filepath.IsAbs(path) {
			refuse(fmt.Sprintf("crds[%d]", i), path, "an absolute path of a file or directory")
		} else if _, err := os.Stat(path); err != nil {
			refuse(fmt.Sprintf("crds[%d]", i), path, "a file or directory that is there ("+strings.TrimPrefix(err.Error(), "stat ")+")")
		}
	}
	if c.Seed != "" {
		if info, err := os.Stat(c.Seed); !filepath.IsAbs(c.Seed) || err != nil || !info.IsDir() {
			refuse("seed", c.Seed, "the absolute path of a directory that is there")
		}
	}
	if c.AuditPolicy != "" {
		if info, err := os.Stat(c.AuditPolicy); !filepath.IsAbs(c.AuditPolicy) || err != nil || !info.Mode().IsRegular() {
			refuse("auditPolicy", c.AuditPolicy, "the absolute path of a file that is there")
		}
	}
	return found
}

func realProblems(refuse func(string, any, string), node func(field, name, zone string), r Real) {
	there := func(field, path string) {
		if _, err := os.Stat(path); !filepath.IsAbs(path) || err != nil {
			refuse(field, path, "an absolute path of something that is there")
		}
	}
	there("real.program", r.Program)
	there("real.runtime", r.Runtime)
	there("real.store", r.Store)
	for i, path := range r.Manifests {
		there(fmt.Sprintf("real.manifests[%d]", i), path)
	}
	if len(r.Nodes) == 0 || len(r.Nodes) > MostRealNodes {
		refuse("real.nodes", len(r.Nodes), fmt.Sprintf("1 to %d nodes", MostRealNodes))
	}
	for i, n := range r.Nodes {
		node(fmt.Sprintf("real.nodes[%d]", i), n.Name, n.Zone)
	}
}

func prometheusProblems(refuse func(string, any, string), p Prometheus) {
	const at = "releases.prometheus."
	if p.URL != "" {
		if p != (Prometheus{URL: p.URL}) {
			refuse(at+"url", p.URL, "a url alone, or namespace, service and port")
		}
		return
	}
	if len(validation.IsDNS1123Label(p.Namespace)) > 0 {
		refuse(at+"namespace", p.Namespace, `a DNS label, such as "monitoring"`)
	}
	if len(validation.IsDNS1035Label(p.Service)) > 0 {
		refuse(at+"service", p.Service, `the name of a Service, such as "prometheus"`)
	}
	if p.Port < 1 || p.Port > 65535 {
		refuse(at+"port", p.Port, "a port of the Service, 1 to 65535")
	}
}

func label(refuse func(string, any, string), field, value string) {
	if value == "" || len(validation.IsValidLabelValue(value)) > 0 {
		refuse(field, value, `a label value: letters, digits, "-", "_" and ".", at most 63`)
	}
}

func quantity(refuse func(string, any, string), field, value, allowed string) {
	if q, err := resource.ParseQuantity(value); err != nil || q.Sign() <= 0 {
		refuse(field, value, allowed)
	}
}
