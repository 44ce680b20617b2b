// Command plumbline-node is what real nodes run on. People call plumbline-cluster, which starts it:
//
//	plumbline-node lab --spec FILE               holds a lab: first process of the lab's namespaces
//	plumbline-node node --spec FILE --node NAME  is the first process of a node
//	plumbline-node kubelet …                     is the kubelet
//	plumbline-node kube-proxy …                  is kube-proxy
//	plumbline-node version                       says what is built in
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	"k8s.io/component-base/cli"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	"plumbline.dev/rehearsal/cluster/internal/kubeversion"
	"plumbline.dev/rehearsal/cluster/internal/machine"
)

func main() {
	kubernetes := kubeversion.Set()
	if len(os.Args) < 2 {
		fail(errors.New("a command is missing; allowed: lab, node, kubelet, kube-proxy, version"))
	}
	command := os.Args[1]
	// Kubernetes' own commands read os.Args.
	os.Args = os.Args[1:]
	switch command {
	case "lab", "node":
		fail(inLab(command, os.Args[1:]))
	case "kubelet":
		os.Exit(cli.Run(kubelet.NewKubeletCommand(context.Background())))
	case "kube-proxy":
		os.Exit(cli.Run(proxy.NewProxyCommand()))
	case "version":
		fmt.Printf("plumbline-node (Kubernetes %s)\n", kubernetes)
	default:
		fail(fmt.Errorf("%q is no command; allowed: lab, node, kubelet, kube-proxy, version", command))
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
	if os.Getpid() != 1 {
		return fmt.Errorf("%s is started by plumbline-cluster, as the first process of namespaces of its own", command)
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

func fail(err error) {
	if err == nil {
		return
	}
	fmt.Fprintf(os.Stderr, "plumbline-node: %v\n", err)
	os.Exit(1)
}
