// Command plumbline-node is what real nodes run on. People call plumbline-cluster, which starts it:
//
//	plumbline-node lab --spec FILE                           holds a lab: first process of the lab's namespaces
//	plumbline-node node --spec FILE --node NAME              is the first process of a node
//	plumbline-node hog --group PATH --workers N              keeps processors busy
//	plumbline-node kubelet …                                 is the kubelet
//	plumbline-node kube-proxy …                              is kube-proxy
//	plumbline-node network-policies …                        lets through to and from a node's pods what NetworkPolicies allow
//	plumbline-node images --store DIR --runtime DIR FILE…    makes a store of the images in OCI archives
//	plumbline-node store --store DIR --runtime DIR FILE…     fills it: first process of namespaces of its own
//	plumbline-node version                                   says what is built in
//
// By the name of plumbline-network-policies it is the network plugin (CNI) that has a pod wait for its policies.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
	"k8s.io/component-base/cli"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	"plumbline.dev/rehearsal/cluster/internal/kubeversion"
	"plumbline.dev/rehearsal/cluster/internal/machine"
	"plumbline.dev/rehearsal/cluster/internal/networkpolicy"
)

// allowed are the commands, for messages.
const allowed = "lab, node, hog, kubelet, kube-proxy, network-policies, images, store, version"

func main() {
	if filepath.Base(os.Args[0]) == networkpolicy.PluginName {
		os.Exit(networkpolicy.RunPlugin())
	}
	kubernetes := kubeversion.Set()
	if len(os.Args) < 2 {
		fail(errors.New("a command is missing; allowed: " + allowed))
	}
	command := os.Args[1]
	// Kubernetes' own commands read os.Args.
	os.Args = os.Args[1:]
	switch command {
	case "lab", "node":
		fail(inLab(command, os.Args[1:]))
	case "images", "store":
		fail(withStore(command, os.Args[1:]))
	case "hog":
		fail(hog(os.Args[1:]))
	case "kubelet":
		os.Exit(cli.Run(kubelet.NewKubeletCommand(context.Background())))
	case "kube-proxy":
		os.Exit(cli.Run(proxy.NewProxyCommand()))
	case "network-policies":
		fail(enforcePolicies(os.Args[1:]))
	case "version":
		fmt.Printf("plumbline-node (Kubernetes %s)\n", kubernetes)
	default:
		fail(fmt.Errorf("%q is no command; allowed: %s", command, allowed))
	}
}

func inLab(command string, arguments []string) error {
	var path, node string
	flags := pflag.NewFlagSet(command, pflag.ContinueOnError)
	flags.StringVar(&path, "spec", "", "the lab's description")
	flags.StringVar(&node, "node", "", "the node's name")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if err := requireFirst(command); err != nil {
		return err
	}
	spec, err := machine.ReadSpec(path)
	if err != nil {
		return err
	}
	if command == "lab" {
		return machine.Hold(path, spec, os.Stdin, os.Stdout)
	}
	return machine.Boot(spec, node, os.Stdin)
}

func enforcePolicies(arguments []string) error {
	var options networkpolicy.Options
	flags := pflag.NewFlagSet("network-policies", pflag.ContinueOnError)
	flags.StringVar(&options.Node, "node", "", "the node's name")
	flags.TextVar(&options.Pods, "pods", netip.Prefix{}, "the range of its pods' addresses")
	flags.StringVar(&options.Kubeconfig, "kubeconfig", "", "the credentials")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	return networkpolicy.Run(context.Background(), options)
}

func withStore(command string, arguments []string) error {
	var store machine.Store
	flags := pflag.NewFlagSet(command, pflag.ContinueOnError)
	flags.StringVar(&store.Dir, "store", "", "the folder of the store")
	flags.StringVar(&store.Runtime, "runtime", "", "the folder with the unpacked packages")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	store.Archives = flags.Args()
	for _, path := range append([]string{store.Dir, store.Runtime}, store.Archives...) {
		if _, err := os.Stat(path); !filepath.IsAbs(path) || err != nil {
			return fmt.Errorf("%s: %q was given; allowed: absolute paths of what is there, as in --store DIR --runtime DIR FILE…", command, path)
		}
	}
	if command == "images" {
		return machine.MakeStore(store, os.Stdout)
	}
	if err := requireFirst(command); err != nil {
		return err
	}
	return machine.FillStore(store, os.Stdout)
}

// requireFirst refuses to do what changes mounts anywhere but in namespaces that were made for it.
func requireFirst(command string) error {
	if os.Getpid() != 1 {
		return fmt.Errorf("%s is started by other commands, as the first process of namespaces of its own", command)
	}
	return nil
}

func hog(arguments []string) error {
	var group string
	var workers int
	flags := pflag.NewFlagSet("hog", pflag.ContinueOnError)
	flags.StringVar(&group, "group", "", "the control group to enter")
	flags.IntVar(&workers, "workers", 1, "how many processors to keep busy")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	return machine.Hog(group, workers)
}

func fail(err error) {
	if err == nil {
		return
	}
	fmt.Fprintf(os.Stderr, "plumbline-node: %v\n", err)
	os.Exit(1)
}
