package controlplane

import (
	"errors"
	"path/filepath"

	"plumbline.dev/rehearsal/cluster/internal/pki"
	"plumbline.dev/rehearsal/cluster/internal/state"
)

// ComponentsGroup holds the cluster's own components that are no part of Kubernetes.
const ComponentsGroup = "plumbline:components"

// mastersGroup may do everything, whatever the roles say.
const mastersGroup = "system:masters"

// The names of those that get a kubeconfig in run/.
const (
	controllerManager = "controller-manager"
	scheduler         = "scheduler"
)

// kubeletClient is the name of the files by which the API server shows kubelets who it is.
const kubeletClient = "kubelet-client"

// serverNames are the names by which the API server is called, from the machine and from inside the cluster.
var serverNames = []string{
	"127.0.0.1", "10.96.0.1", "localhost",
	"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
}

// writeCredentials issues what the control plane's parts need and lays it in run/, where their flags point.
func (p *ControlPlane) writeCredentials() error {
	loopback := []string{"127.0.0.1", "localhost"}
	authority := p.store.Cluster
	names := serverNames
	if p.nodes != nil {
		names = append([]string{p.nodes.Address}, names...)
	}
	return errors.Join(
		p.writePair("apiserver", authority, pki.Request{User: "kube-apiserver", Hosts: names}),
		p.writePair(kubeletClient, authority, pki.Request{User: "kube-apiserver-kubelet-client", Groups: []string{mastersGroup}}),
		p.writePair("front-proxy-client", p.store.FrontProxy, pki.Request{User: frontProxyUser}),
		p.writePair(controllerManager, authority, pki.Request{User: "system:kube-controller-manager", Hosts: loopback}),
		p.writePair(scheduler, authority, pki.Request{User: "system:kube-scheduler", Hosts: loopback}),
		p.Kubeconfig(p.run(controllerManager+".kubeconfig"), pki.Request{User: "system:kube-controller-manager"}),
		p.Kubeconfig(p.run(scheduler+".kubeconfig"), pki.Request{User: "system:kube-scheduler"}),
	)
}

// Kubeconfig issues a client certificate and writes a kubeconfig that holds it.
func (p *ControlPlane) Kubeconfig(path string, identity pki.Request) error {
	pair, err := p.store.Cluster.Issue(identity)
	if err != nil {
		return err
	}
	return pki.WriteKubeconfig(path, p.context, p.Server(), p.store.Cluster, pair)
}

// ComponentKubeconfig writes a kubeconfig for one of the cluster's own components in run/ and returns its path. The audit log
// shows the component as "plumbline:<name>". It may do everything, like a node's or a cloud's controllers together.
func (p *ControlPlane) ComponentKubeconfig(name string) (string, error) {
	path := p.run(name + ".kubeconfig")
	return path, p.Kubeconfig(path, pki.Request{User: "plumbline:" + name, Groups: []string{ComponentsGroup, mastersGroup}})
}

// AdminKubeconfig writes the kubeconfig of the cluster's administrator.
func (p *ControlPlane) AdminKubeconfig(path string) error {
	return p.Kubeconfig(path, pki.Request{User: "plumbline:admin", Groups: []string{mastersGroup}})
}

func (p *ControlPlane) writePair(name string, authority pki.Authority, request pki.Request) error {
	pair, err := authority.Issue(request)
	if err != nil {
		return err
	}
	return errors.Join(
		state.WriteFile(p.run(name+".key"), pair.Key, 0o600),
		state.WriteFile(p.run(name+".crt"), pair.Certificate, 0o644),
	)
}

func (p *ControlPlane) run(name string) string { return filepath.Join(p.dir, "run", name) }
