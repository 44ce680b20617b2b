package controlplane

import "path/filepath"

const frontProxyUser = "front-proxy-client"

// Node failure is noticed in proportion to a rehearsal's length: a node renews its lease of 8 s (nodes.LeaseSeconds) every 2 s, and is
// NotReady 10 s after it last did, looked at every second: 8 s to 11 s after its end. Its pods go 30 s later unless they say otherwise.
// A cloud cluster takes 40 s and 300 s.
const (
	nodeGracePeriod   = "10s"
	nodeMonitorPeriod = "1s"
	evictAfterSeconds = "30"
)

func (p *ControlPlane) apiServerFlags() []string {
	flags := []string{
		"--etcd-servers=unix://" + clientSocket,
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.96.0.0/16",
		"--authorization-mode=Node,RBAC",
		"--anonymous-auth=false",
		"--allow-privileged=true",
		"--client-ca-file=" + p.store.ClusterCertificate(),
		"--tls-cert-file=" + p.run("apiserver.crt"),
		"--tls-private-key-file=" + p.run("apiserver.key"),
		"--service-account-key-file=" + p.store.ServiceAccountKey(),
		"--service-account-signing-key-file=" + p.store.ServiceAccountKey(),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--requestheader-client-ca-file=" + p.store.FrontProxyCertificate(),
		"--requestheader-allowed-names=" + frontProxyUser,
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + p.run("front-proxy-client.crt"),
		"--proxy-client-key-file=" + p.run("front-proxy-client.key"),
		"--enable-admission-plugins=NodeRestriction",
		"--admission-control-config-file=" + p.run("admission.yaml"),
		"--default-not-ready-toleration-seconds=" + evictAfterSeconds,
		"--default-unreachable-toleration-seconds=" + evictAfterSeconds,
		"--encryption-provider-config=" + p.run("encryption.json"),
		"--audit-policy-file=" + p.run("audit-policy.yaml"),
		"--audit-log-path=" + filepath.Join(p.dir, "log", "audit.log"),
		"--audit-log-maxsize=100",
		"--audit-log-maxbackup=2",
		"--profiling=false",
	}
	if p.nodes != nil {
		flags = append(flags,
			"--egress-selector-config-file="+p.nodes.Egress,
			"--kubelet-certificate-authority="+p.store.ClusterCertificate(),
			"--kubelet-client-certificate="+p.run(kubeletClient+".crt"),
			"--kubelet-client-key="+p.run(kubeletClient+".key"),
			"--kubelet-preferred-address-types=InternalIP",
		)
	}
	return flags
}

func (p *ControlPlane) controllerManagerFlags() []string {
	return append(p.clientFlags(controllerManager),
		"--service-account-private-key-file="+p.store.ServiceAccountKey(),
		"--root-ca-file="+p.store.ClusterCertificate(),
		"--cluster-signing-cert-file="+p.store.ClusterCertificate(),
		"--cluster-signing-key-file="+p.store.ClusterKey(),
		"--use-service-account-credentials=true",
		// No pod has a network, and pod addresses come from the simulated nodes.
		"--controllers=*,-node-ipam-controller",
		"--flex-volume-plugin-dir="+p.run("flexvolume"),
		"--node-monitor-grace-period="+nodeGracePeriod,
		"--node-monitor-period="+nodeMonitorPeriod,
		"--node-eviction-rate=1",
		// A quick answer to load; how fast to scale down is left to each autoscaler's own behavior.
		"--horizontal-pod-autoscaler-sync-period=5s",
		"--horizontal-pod-autoscaler-initial-readiness-delay=5s",
		"--horizontal-pod-autoscaler-cpu-initialization-period=10s",
		"--profiling=false",
	)
}

func (p *ControlPlane) schedulerFlags() []string {
	return append(p.clientFlags(scheduler), "--profiling=false")
}

// clientFlags are those by which a part of the control plane finds the API server and serves its own health and metrics.
func (p *ControlPlane) clientFlags(name string) []string {
	kubeconfig := p.run(name + ".kubeconfig")
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1",
		"--tls-cert-file=" + p.run(name+".crt"),
		"--tls-private-key-file=" + p.run(name+".key"),
		"--leader-elect=false",
		// The defaults (20 and 30) keep a crowd from one API server. Here they made the controllers wait for their own credentials.
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
	}
}
