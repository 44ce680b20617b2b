package config

import (
	"strings"
	"testing"
)

const good = `{"name":"local","region":"local","nodes":[{"name":"a-1","zone":"a","instanceType":"m7i.xlarge","cpu":"4","memory":"16Gi","pods":110}],"crds":[]}`

func TestParse(t *testing.T) {
	cluster, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if cluster.Context() != "plumbline-local" || len(cluster.Nodes) != 1 || cluster.Nodes[0].Pods != 110 {
		t.Errorf("read %+v", cluster)
	}
}

func TestParseSaysWhereAndWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ what, from, to, want string }{
		{"unknown field", `"region"`, `"regoin"`, `unknown field "regoin"`},
		{"name", `"local","region"`, `"Local","region"`, `name: "Local" was given; allowed: lower-case`},
		{"no nodes", `"nodes":[{"name":"a-1","zone":"a","instanceType":"m7i.xlarge","cpu":"4","memory":"16Gi","pods":110}]`, `"nodes":[]`, "nodes: [] was given; allowed: at least one node"},
		{"zone", `"zone":"a"`, `"zone":""`, `nodes[0].zone: "" was given`},
		{"cpu", `"cpu":"4"`, `"cpu":"-4"`, `nodes[0].cpu: "-4" was given; allowed: a positive Kubernetes quantity`},
		{"memory", `"16Gi"`, `"lots"`, `nodes[0].memory: "lots" was given`},
		{"pods", `110`, `0`, "nodes[0].pods: 0 was given; allowed: a whole number from 1 up"},
		{"relative path", `"crds":[]`, `"crds":["here"]`, `crds[0]: "here" was given; allowed: an absolute path`},
		{"missing path", `"crds":[]`, `"crds":["/no/such/file"]`, `crds[0]: "/no/such/file" was given; allowed: a file or directory that is there`},
		{"missing seed", `"crds":[]`, `"crds":[],"seed":"/no/such/directory"`, `seed: "/no/such/directory" was given; allowed: the absolute path of a directory`},
		{"seed that is a file", `"crds":[]`, `"crds":[],"seed":"/etc/hosts"`, `seed: "/etc/hosts" was given; allowed: the absolute path of a directory`},
		{"missing audit policy", `"crds":[]`, `"crds":[],"auditPolicy":"/no/such/file"`, `auditPolicy: "/no/such/file" was given; allowed: the absolute path of a file`},
		{"audit policy that is a directory", `"crds":[]`, `"crds":[],"auditPolicy":"/etc"`, `auditPolicy: "/etc" was given; allowed: the absolute path of a file`},
		{"Prometheus without a Service", `"crds":[]`, `"crds":[],"releases":{"prometheus":{"namespace":"monitoring","port":9090}}`, `releases.prometheus.service: "" was given; allowed: the name of a Service`},
		{"Prometheus without a port", `"crds":[]`, `"crds":[],"releases":{"prometheus":{"namespace":"monitoring","service":"prometheus"}}`, `releases.prometheus.port: 0 was given; allowed: a port`},
		{"Prometheus without a namespace", `"crds":[]`, `"crds":[],"releases":{"prometheus":{"service":"prometheus","port":9090}}`, `releases.prometheus.namespace: "" was given; allowed: a DNS label`},
		{"Prometheus twice", `"crds":[]`, `"crds":[],"releases":{"prometheus":{"url":"http://127.0.0.1:9090","port":9090}}`, `releases.prometheus.url: "http://127.0.0.1:9090" was given; allowed: a url alone`},
		{"more than one", good, good + good, "has something after the description"},
		{"no JSON", good, "name: local", "is not a cluster description"},
	} {
		t.Run(test.what, func(t *testing.T) {
			_, err := Parse([]byte(strings.Replace(good, test.from, test.to, 1)))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, expected it to say %q", err, test.want)
			}
		})
	}
}

func TestParseRefusesANodeTwice(t *testing.T) {
	node := `{"name":"a-1","zone":"a","cpu":"4","memory":"16Gi","pods":110}`
	_, err := Parse([]byte(`{"name":"local","region":"local","nodes":[` + node + "," + node + `],"crds":[]}`))
	if err == nil || !strings.Contains(err.Error(), "nodes[1].name") || !strings.Contains(err.Error(), "nodes[0] has this one") {
		t.Errorf("error %v", err)
	}
}

func TestParseOfRealNodes(t *testing.T) {
	real := `"nodes":[],"real":{"program":"/bin/sh","runtime":"/","store":"/","nodes":[{"name":"a-real","zone":"a"}]},"crds"`
	withReal := strings.Replace(good, `"nodes":[{"name":"a-1","zone":"a","instanceType":"m7i.xlarge","cpu":"4","memory":"16Gi","pods":110}],"crds"`, real, 1)
	cluster, err := Parse([]byte(withReal))
	if err != nil || cluster.Real == nil || cluster.Real.Nodes[0].Zone != "a" {
		t.Fatalf("real nodes alone: %+v, %v", cluster.Real, err)
	}
	for _, test := range []struct{ from, to, want string }{
		{`"/bin/sh"`, `"sh"`, `real.program: "sh" was given; allowed: an absolute path`},
		{`"runtime":"/"`, `"runtime":"/no/such"`, `real.runtime: "/no/such" was given`},
		{`"store":"/"`, `"store":"/no/store"`, `real.store: "/no/store" was given`},
		{`"store":"/"`, `"store":"/","manifests":["/no/file"]`, `real.manifests[0]: "/no/file" was given`},
		{`[{"name":"a-real","zone":"a"}]`, `[]`, `real.nodes: 0 was given; allowed: 1 to 9 nodes`},
		{`"zone":"a"}]},`, `"zone":""}]},`, `real.nodes[0].zone: "" was given`},
		{`"nodes":[],`, `"nodes":[{"name":"a-real","zone":"a","cpu":"4","memory":"16Gi","pods":1}],`, "real.nodes[0].name: \"a-real\" was given; allowed: a name of its own; nodes[0] has this one"},
	} {
		_, err := Parse([]byte(strings.Replace(withReal, test.from, test.to, 1)))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, expected it to say %q", err, test.want)
		}
	}
}
