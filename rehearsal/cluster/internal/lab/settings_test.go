package lab

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	kubelet "k8s.io/kubelet/config/v1beta1"

	"plumbline.dev/rehearsal/cluster/internal/pki"
)

func written(t *testing.T, tainted bool) (Node, func(name string) []byte) {
	t.Helper()
	dir := t.TempDir()
	node := Plan(dir, described(), aMachine).Nodes[1]
	store, _, err := pki.Open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeSettings(node, "plumbline/local-1/local-b-real", tainted, "plumbline-local", store.Cluster); err != nil {
		t.Fatal(err)
	}
	return node, func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(node.Settings, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
}

func TestAKubeletHasItsOwnControlGroupAndLetsNobodyIn(t *testing.T) {
	node, file := written(t, false)
	var config kubelet.KubeletConfiguration
	if err := yaml.UnmarshalStrict(file(KubeletConfig), &config); err != nil {
		t.Fatal(err)
	}
	if config.CgroupRoot != "/plumbline/local-1/local-b-real" {
		t.Errorf("control group %s", config.CgroupRoot)
	}
	if *config.Authentication.Anonymous.Enabled || config.Authorization.Mode != kubelet.KubeletAuthorizationModeWebhook {
		t.Error("whoever asks is let in")
	}
	if config.SystemReserved["memory"] != strconv.FormatInt(node.Reserved, 10) {
		t.Errorf("of %d bytes %s are reserved", node.Reserved, config.SystemReserved["memory"])
	}
	if len(config.RegisterWithTaints) != 0 {
		t.Errorf("taints %v, though there is no other node for other pods", config.RegisterWithTaints)
	}
}

func TestARealNodeBesideSimulatedOnesKeepsOtherPodsAway(t *testing.T) {
	_, file := written(t, true)
	var config kubelet.KubeletConfiguration
	if err := yaml.UnmarshalStrict(file(KubeletConfig), &config); err != nil {
		t.Fatal(err)
	}
	if len(config.RegisterWithTaints) != 1 || config.RegisterWithTaints[0].Key != "plumbline.dev/real" {
		t.Errorf("taints %v", config.RegisterWithTaints)
	}
}

func TestPodsGetAddressesOfTheirNode(t *testing.T) {
	node, file := written(t, false)
	var network struct {
		Plugins []struct {
			Type string
			IPAM struct{ Ranges [][]struct{ Subnet string } }
		}
	}
	if err := json.Unmarshal(file("cni/10-plumbline.conflist"), &network); err != nil {
		t.Fatal(err)
	}
	if got := network.Plugins[0].IPAM.Ranges[0][0].Subnet; got != node.Pods.String() {
		t.Errorf("addresses of %s", got)
	}
}

func TestOnlyTheOwnerReadsKeys(t *testing.T) {
	node, _ := written(t, false)
	for _, name := range []string{"kubelet.key", KubeletKubeconfig, proxyKubeconfig} {
		if info, err := os.Stat(filepath.Join(node.Settings, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestTheRuntimeAsksForAnImageThatIsThere(t *testing.T) {
	if config := runtimeConfig(); !strings.Contains(config, `sandbox_image = "`+PauseImage+`"`) {
		t.Error(config)
	}
}
