package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plumbline.dev/rehearsal/cluster/internal/config"
)

// asProgram makes the test's binary the program itself, so that what is tested is a process that can be killed.
const asProgram = "PLUMBLINE_CLUSTER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	// Tests that run beside others wait most of the time: the number of processors does not limit them.
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// program is the command line with the arguments.
func program(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self, arguments...)
	command.Env = append(os.Environ(), asProgram+"=1")
	return command
}

// rehearsal is a cluster that runs in a directory.
type rehearsal struct {
	t       *testing.T
	dir     string
	process *exec.Cmd
	notes   []string
}

func (r *rehearsal) start() {
	r.t.Helper()
	r.process = program(r.t, "run", "--dir", r.dir)
	r.process.Stderr = os.Stderr
	out, err := r.process.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.process.Start(); err != nil {
		r.t.Fatal(err)
	}
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var event struct{ Event, Note, Error string }
			_ = json.Unmarshal(lines.Bytes(), &event)
			switch event.Event {
			case "note":
				r.notes = append(r.notes, event.Note)
			case "ready", "failed":
				ready <- event.Event + " " + event.Error
			}
		}
	}()
	select {
	case outcome := <-ready:
		if !strings.HasPrefix(outcome, "ready") {
			r.t.Fatal(outcome)
		}
	case <-time.After(3 * time.Minute):
		r.t.Fatal("not ready after three minutes")
	}
}

func (r *rehearsal) end(signal os.Signal) {
	r.t.Helper()
	if err := r.process.Process.Signal(signal); err != nil {
		r.t.Fatal(err)
	}
	_ = r.process.Wait()
}

func (r *rehearsal) kubectl(stdin string, arguments ...string) (string, error) {
	r.t.Helper()
	command := program(r.t, append([]string{"kubectl", "--kubeconfig", filepath.Join(r.dir, "kubeconfig")}, arguments...)...)
	command.Stdin = strings.NewReader(stdin)
	out, err := command.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (r *rehearsal) apply(manifest string) {
	r.t.Helper()
	if out, err := r.kubectl(manifest, "apply", "-f", "-"); err != nil {
		r.t.Fatal(out)
	}
}

// eventually asks until kubectl gives the wanted answer.
func (r *rehearsal) eventually(what, want string, arguments ...string) {
	r.t.Helper()
	var got string
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(500 * time.Millisecond) {
		if got, _ = r.kubectl("", arguments...); got == want {
			return
		}
	}
	r.t.Errorf("%s: got %q, expected %q", what, got, want)
}

// definitions are the folders of CustomResourceDefinitions in Go's module cache.
func definitions(t *testing.T) []string {
	t.Helper()
	var folders []string
	for module, folder := range map[string]string{
		"github.com/cert-manager/cert-manager@v1.19.0":     "deploy/crds",
		"github.com/cloudnative-pg/cloudnative-pg@v1.27.0": "config/crd/bases",
		"sigs.k8s.io/gateway-api@v1.6.3":                   "config/crd/standard",
	} {
		download := exec.Command("go", "mod", "download", "-json", module)
		download.Dir = t.TempDir()
		out, err := download.Output()
		var module struct{ Dir string }
		if err == nil {
			err = json.Unmarshal(out, &module)
		}
		if err != nil {
			t.Fatal(err)
		}
		folders = append(folders, filepath.Join(module.Dir, folder))
	}
	return folders
}

// description is of a cluster with three nodes in three zones.
func description(t *testing.T) config.Cluster {
	t.Helper()
	cluster := config.Cluster{Name: "test", Region: "test"}
	for _, folder := range definitions(t) {
		files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if data, err := os.ReadFile(file); err != nil {
				t.Fatal(err)
			} else if strings.Contains(string(data), "kind: CustomResourceDefinition") {
				cluster.CRDs = append(cluster.CRDs, file)
			}
		}
	}
	for _, zone := range []string{"a", "b", "c"} {
		cluster.Nodes = append(cluster.Nodes, config.Node{Name: "test-" + zone, Zone: zone, CPU: "4", Memory: "16Gi", Pods: 110})
	}
	return cluster
}

func describe(t *testing.T, dir string, cluster config.Cluster) {
	t.Helper()
	data, err := json.Marshal(cluster)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, config.FileName), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

const workload = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {plumbline.dev/usage-cpu: 200m}}
    spec:
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}
      containers: [{name: web, image: example.org/web:1, resources: {requests: {cpu: 100m, memory: 64Mi}}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 3
  maxReplicas: 6
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: store}
spec:
  nodeSelector: {topology.kubernetes.io/zone: b}
  containers: [{name: store, image: example.org/store:1, volumeMounts: [{name: data, mountPath: /data}]}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: self}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec: {secretName: web-tls, dnsNames: [web.example.org], issuerRef: {name: self}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: orders}
spec: {instances: 3, storage: {size: 1Gi}}
`

const kept = `
apiVersion: v1
kind: ConfigMap
metadata: {name: kept}
data: {text: in-clear-in-the-store}
---
apiVersion: v1
kind: Secret
metadata: {name: kept}
stringData: {text: encrypted-in-the-store}
`

// isOnDisk says whether a text lies in the files of the cluster's store, as it is or in base64.
func isOnDisk(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(filepath.Join(dir, "etcd"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, form := range []string{text, base64.StdEncoding.EncodeToString([]byte(text))} {
			found = found || bytes.Contains(data, []byte(form))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestARun(t *testing.T) {
	if testing.Short() {
		t.Skip("boots a cluster")
	}
	r := &rehearsal{t: t, dir: t.TempDir()}
	describe(t, r.dir, description(t))
	r.start()
	t.Cleanup(func() { _ = r.process.Process.Kill() })
	r.apply(workload)

	r.eventually("the Deployment grows under its load", "6", "get", "deployment", "web", "-o", "jsonpath={.status.availableReplicas}")
	r.eventually("two in each zone", "test-a test-a test-b test-b test-c test-c", "get", "pods", "-l", "app=web", "--sort-by", ".spec.nodeName", "-o", "jsonpath={.items[*].spec.nodeName}")
	r.eventually("the Service has an address", "203.0.113.1", "get", "service", "web", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}")
	r.eventually("the claim is bound", "Bound", "get", "pvc", "data", "-o", "jsonpath={.status.phase}")
	r.eventually("the certificate is ready", "True", "get", "certificate", "web", "-o", `jsonpath={.status.conditions[?(@.type=="Ready")].status}`)
	r.eventually("the database is ready", "3", "get", "clusters.postgresql.cnpg.io", "orders", "-o", "jsonpath={.status.readyInstances}")
	r.eventually("the database's owner has credentials", "orders-app", "get", "secret", "orders-app", "-o", `jsonpath={.metadata.name}`)
	volume, _ := r.kubectl("", "get", "pvc", "data", "-o", "jsonpath={.spec.volumeName}")
	r.eventually("the volume is in the pod's zone", "b", "get", "pv", volume, "-o", "jsonpath={.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]}")

	second, err := program(t, "run", "--dir", r.dir).Output()
	if err == nil || !strings.Contains(string(second), "runs this cluster already") {
		t.Errorf("a second run on the directory: %v, %s", err, second)
	}

	r.apply(kept)
	server, _ := r.kubectl("", "config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
	r.end(os.Kill)
	if !isOnDisk(t, r.dir, "in-clear-in-the-store") {
		t.Error("a ConfigMap's text is not found in the store: nothing would be found in it")
	}
	if isOnDisk(t, r.dir, "encrypted-in-the-store") {
		t.Error("a Secret's text lies in the store in clear")
	}
	r.start()
	r.eventually("a Secret is read again after a kill", "ZW5jcnlwdGVkLWluLXRoZS1zdG9yZQ==", "get", "secret", "kept", "-o", "jsonpath={.data.text}")
	r.eventually("the data is there after a kill", "6", "get", "deployment", "web", "-o", "jsonpath={.status.availableReplicas}")
	r.eventually("the address is the same", server, "config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
	if len(r.notes) == 0 || !strings.Contains(r.notes[len(r.notes)-1], "without a clean stop") {
		t.Errorf("the start after a kill did not say so: %q", r.notes)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ended := make(chan struct{})
	go func() { r.end(os.Interrupt); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
		t.Fatal("no clean stop in 20 s")
	}
	if _, err := os.Stat(filepath.Join(r.dir, "status.json")); !os.IsNotExist(err) {
		t.Errorf("a clean stop left a status: %v", err)
	}
}

func TestClustersBeginWithASeed(t *testing.T) {
	if testing.Short() {
		t.Skip("boots clusters")
	}
	t.Parallel()
	cluster, dir := description(t), t.TempDir()
	arguments := []string{"seed", "--dir", dir}
	for _, path := range cluster.CRDs {
		arguments = append(arguments, "--crds", path)
	}
	if out, err := program(t, arguments...).Output(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := program(t, arguments...).Output(); err == nil || !strings.Contains(string(out), "a directory without") {
		t.Errorf("a second seed in the directory: %v, %s", err, out)
	}

	cluster.Seed = filepath.Join(dir, "etcd")
	identities := map[string]bool{}
	for range 2 {
		r := &rehearsal{t: t, dir: t.TempDir()}
		describe(t, r.dir, cluster)
		r.start()
		t.Cleanup(func() { _ = r.process.Process.Kill() })
		identity, err := r.kubectl("", "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")
		if err != nil || identities[identity] {
			t.Errorf("the identity of the cluster: %q, %v", identity, err)
		}
		identities[identity] = true
		authority, err := os.ReadFile(filepath.Join(r.dir, "pki", "ca.crt"))
		if err != nil {
			t.Fatal(err)
		}
		r.eventually("it trusts its own authority alone", strings.TrimSpace(string(authority)),
			"get", "configmap", "extension-apiserver-authentication", "-n", "kube-system", "-o", "jsonpath={.data.client-ca-file}")
		r.apply(workload)
		r.eventually("it works", "3", "get", "clusters.postgresql.cnpg.io", "orders", "-o", "jsonpath={.status.readyInstances}")
		r.end(os.Interrupt)
	}
}

func TestASeedThatCannotBeLaidSaysWhy(t *testing.T) {
	for want, arguments := range map[string][]string{
		"seed takes --dir DIR, --crds PATH and nothing else": {"seed"},
		"cannot be used":       {"seed", "--dir", filepath.Join(t.TempDir(), "none")},
		"unknown flag: --crds": {"run", "--dir", t.TempDir(), "--crds", t.TempDir()},
	} {
		if out, err := program(t, arguments...).CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: %v, %s", arguments, err, out)
		}
	}
}
