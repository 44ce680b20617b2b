package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	componentbase "k8s.io/component-base/config/v1alpha1"
	kubeproxy "k8s.io/kube-proxy/config/v1alpha1"
	kubelet "k8s.io/kubelet/config/v1beta1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"plumbline.dev/rehearsal/cluster/internal/labels"
	"plumbline.dev/rehearsal/cluster/internal/networkpolicy"
	"plumbline.dev/rehearsal/cluster/internal/pki"
	"plumbline.dev/rehearsal/cluster/internal/state"
)

// The files in a node's Settings folder, which the node sees as SettingsMount.
const (
	SettingsMount     = "/etc/plumbline"
	KubeletConfig     = "kubelet.yaml"
	KubeletKubeconfig = "kubelet.kubeconfig"
	ProxyConfig       = "kube-proxy.yaml"
	proxyKubeconfig   = "kube-proxy.kubeconfig"
	policyKubeconfig  = "network-policies.kubeconfig"
	RuntimeConfig     = "containerd.toml"
	networkFolder     = "cni"
	resolvConf        = "resolv.conf"
)

// Where a node's programs find each other.
const (
	RuntimeSocket = "/run/containerd/containerd.sock"
	// VolumesMount is where a node sees the volumes that are kept on it.
	VolumesMount = "/var/lib/plumbline/volumes"
	// PackagedPlugins is where the Debian package has the network plugins.
	PackagedPlugins = "/usr/lib/cni"
	// PluginsFolder is where a node's containerd finds them, and ours.
	PluginsFolder = "/opt/cni/bin"
	// OtherSnapshotters are plugins of containerd that a node has no use for: it unpacks images by overlayfs.
	OtherSnapshotters = `"io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"`
	// PauseImage holds a pod's namespaces. It is among the images of every store.
	PauseImage = "plumbline.dev/pause:1.0.0"
)

// A node renews its lease and says how it is in proportion to the control plane's patience, which is 10 s (controlplane/flags.go).
const (
	leaseSeconds    = 8
	statusFrequency = 2 * time.Second
	reportFrequency = 30 * time.Second
)

// never is an age that no image reaches: a full disk too would have the unused ones removed.
const never = 100 * 365 * 24 * time.Hour

// kubeletConfig is the configuration of a node's kubelet. If the disk is to pass for full, no room on it is enough.
func kubeletConfig(node Node, cgroup string, tainted, diskFull bool) kubelet.KubeletConfiguration {
	ip := node.Address.Addr().String()
	// The disk is the machine's own, and mostly another's: only when it is all but full is that a node's concern.
	const lastPercent = "1%"
	room := lastPercent
	if diskFull {
		// A hundred would mean no threshold at all.
		room = "99.99%"
	}
	config := kubelet.KubeletConfiguration{
		TypeMeta:                  metav1.TypeMeta{APIVersion: kubelet.SchemeGroupVersion.String(), Kind: "KubeletConfiguration"},
		Address:                   ip,
		CgroupDriver:              "cgroupfs",
		CgroupRoot:                "/" + cgroup,
		FailCgroupV1:              ptr.To(false),
		FailSwapOn:                ptr.To(false),
		ContainerRuntimeEndpoint:  "unix://" + RuntimeSocket,
		TLSCertFile:               filepath.Join(SettingsMount, "kubelet.crt"),
		TLSPrivateKeyFile:         filepath.Join(SettingsMount, "kubelet.key"),
		ClusterDNS:                []string{DNSAddress},
		ClusterDomain:             "cluster.local",
		ResolverConfig:            ptr.To(filepath.Join(SettingsMount, resolvConf)),
		NodeStatusUpdateFrequency: metav1.Duration{Duration: statusFrequency},
		NodeStatusReportFrequency: metav1.Duration{Duration: reportFrequency},
		NodeLeaseDurationSeconds:  leaseSeconds,
		SeccompDefault:            ptr.To(true),
		// No registry is asked: images that were imported are not to be collected.
		ImageGCHighThresholdPercent: ptr.To[int32](100),
		ImageGCLowThresholdPercent:  ptr.To[int32](99),
		ImageMinimumGCAge:           metav1.Duration{Duration: never},
		EvictionHard: map[string]string{
			"memory.available": "100Mi", "nodefs.available": room, "imagefs.available": lastPercent,
			"nodefs.inodesFree": lastPercent, "imagefs.inodesFree": lastPercent,
		},
		// Memory is divided among the nodes. Processors are not: what one node's pods leave, the other's take.
		SystemReserved:  map[string]string{"cpu": "100m", "memory": strconv.FormatInt(node.Reserved, 10)},
		VolumePluginDir: "/var/lib/kubelet/volume-plugins",
	}
	config.Authentication.Anonymous.Enabled = ptr.To(false)
	config.Authentication.Webhook.Enabled = ptr.To(true)
	config.Authentication.X509.ClientCAFile = filepath.Join(SettingsMount, "ca.crt")
	config.Authorization.Mode = kubelet.KubeletAuthorizationModeWebhook
	if tainted {
		config.RegisterWithTaints = []corev1.Taint{{Key: labels.Real, Value: "true", Effect: corev1.TaintEffectNoSchedule}}
	}
	return config
}

// KubeletFlags are what a kubelet is told by flags, for its configuration has no place for it.
func KubeletFlags(node Node) []string {
	return []string{
		"--config=" + filepath.Join(SettingsMount, KubeletConfig),
		"--kubeconfig=" + filepath.Join(SettingsMount, KubeletKubeconfig),
		"--hostname-override=" + node.Name,
		"--node-ip=" + node.Address.Addr().String(),
		"--root-dir=/var/lib/kubelet",
		"--node-labels=" + strings.Join([]string{
			corev1.LabelTopologyZone + "=" + node.Zone,
			corev1.LabelTopologyRegion + "=" + node.Region,
			labels.Real + "=true",
		}, ","),
	}
}

// proxyConfig is the configuration of a node's kube-proxy. Limits of connection tracking are the whole machine's, and left alone.
func proxyConfig(node Node) kubeproxy.KubeProxyConfiguration {
	none := ptr.To(metav1.Duration{})
	return kubeproxy.KubeProxyConfiguration{
		TypeMeta:           metav1.TypeMeta{APIVersion: kubeproxy.SchemeGroupVersion.String(), Kind: "KubeProxyConfiguration"},
		Mode:               "nftables",
		ClusterCIDR:        podsRange,
		HostnameOverride:   node.Name,
		BindAddress:        node.Address.Addr().String(),
		HealthzBindAddress: "127.0.0.1:10256",
		MetricsBindAddress: "127.0.0.1:10249",
		ClientConnection:   componentbase.ClientConnectionConfiguration{Kubeconfig: filepath.Join(SettingsMount, proxyKubeconfig)},
		Conntrack: kubeproxy.KubeProxyConntrackConfiguration{
			MaxPerCore: ptr.To[int32](0), Min: ptr.To[int32](0), TCPEstablishedTimeout: none, TCPCloseWaitTimeout: none,
		},
	}
}

// runtimeConfig is the configuration of a node's containerd.
func runtimeConfig() string {
	return fmt.Sprintf(`version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = [%s]

[grpc]
  address = %q

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %q
  disable_apparmor = true
  restrict_oom_score_adj = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = %q
    conf_dir = %q

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`, OtherSnapshotters, RuntimeSocket, PauseImage, PluginsFolder, filepath.Join(SettingsMount, networkFolder))
}

// PolicyFlags are what the program that enforces a node's network policies is told.
func PolicyFlags(node Node) []string {
	return []string{
		"--node=" + node.Name,
		"--pods=" + node.Pods.String(),
		"--kubeconfig=" + filepath.Join(SettingsMount, policyKubeconfig),
	}
}

// networkConfig is how the node's containerd joins pods to the network. Every pod has a cable of its own to the node and no bridge, so
// that what pods of one node send each other passes the node's rules as all else does, whatever the kernel makes of bridges.
func networkConfig(node Node) ([]byte, error) {
	type object = map[string]any
	return json.MarshalIndent(object{
		"cniVersion": "0.4.0",
		"name":       "plumbline",
		"plugins": []object{
			{
				"type": "ptp", "ipMasq": false,
				"ipam": object{
					"type":   "host-local",
					"ranges": [][]object{{{"subnet": node.Pods.String()}}},
					"routes": []object{{"dst": "0.0.0.0/0"}},
				},
			},
			{"type": "portmap", "capabilities": object{"portMappings": true}},
			{"type": networkpolicy.PluginName},
		},
	}, "", "  ")
}

// writeSettings lays everything that the node's programs read.
func writeSettings(node Node, cgroup string, tainted bool, context string, authority pki.Authority) error {
	if err := os.MkdirAll(filepath.Join(node.Settings, networkFolder), 0o700); err != nil {
		return fmt.Errorf("the settings of node %s cannot be written: %w", node.Name, err)
	}
	network, err := networkConfig(node)
	if err != nil {
		return err
	}
	at := func(name string) string { return filepath.Join(node.Settings, name) }
	return errors.Join(
		writeKubeletConfig(node, cgroup, tainted, false),
		writeYAML(at(ProxyConfig), proxyConfig(node)),
		state.WriteFile(at(RuntimeConfig), []byte(runtimeConfig()), 0o600),
		state.WriteFile(at(filepath.Join(networkFolder, "10-plumbline.conflist")), network, 0o600),
		// Nothing outside of the lab can be reached, so no name outside can be looked up.
		state.WriteFile(at(resolvConf), []byte("nameserver 127.0.0.1\n"), 0o644),
		state.WriteFile(at("ca.crt"), authority.Certificate(), 0o644),
		writeCredentials(node, context, authority),
	)
}

func writeKubeletConfig(node Node, cgroup string, tainted, diskFull bool) error {
	return writeYAML(filepath.Join(node.Settings, KubeletConfig), kubeletConfig(node, cgroup, tainted, diskFull))
}

func writeCredentials(node Node, context string, authority pki.Authority) error {
	at := func(name string) string { return filepath.Join(node.Settings, name) }
	server := "https://" + net.JoinHostPort(ServerAddress, strconv.Itoa(ServerPort))
	self, err1 := authority.Issue(pki.Request{
		User: "system:node:" + node.Name, Groups: []string{"system:nodes"},
		Hosts: []string{node.Name, node.Address.Addr().String()},
	})
	proxy, err2 := authority.Issue(pki.Request{User: "system:kube-proxy"})
	policies, err3 := authority.Issue(pki.Request{User: "plumbline:network-policies"})
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	return errors.Join(
		state.WriteFile(at("kubelet.key"), self.Key, 0o600),
		state.WriteFile(at("kubelet.crt"), self.Certificate, 0o644),
		pki.WriteKubeconfig(at(KubeletKubeconfig), context, server, authority, self),
		pki.WriteKubeconfig(at(proxyKubeconfig), context, server, authority, proxy),
		pki.WriteKubeconfig(at(policyKubeconfig), context, server, authority, policies),
	)
}

func writeYAML(path string, value any) error {
	data, err := yaml.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s cannot be encoded: %w", path, err)
	}
	return state.WriteFile(path, data, 0o600)
}
