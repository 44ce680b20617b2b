// Plumbline-release is the release controller as a program of its own, for clusters in a cloud.
package main

import (
	"flag"
	"fmt"
	"os"

	ctrl "sigs.k8s.io/controller-runtime"

	"plumbline.dev/delivery/controller"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "plumbline-release:", err)
		os.Exit(1)
	}
}

func run() error {
	// The flag --kubeconfig is the library's; in a pod it is not needed.
	var options controller.Options
	prometheus := flag.String("prometheus", "", "URL of the Prometheus that answers analyses; without it, a release with an analysis is refused")
	flag.StringVar(&options.Address, "address", ":9090", "where to answer for /metrics, /healthz and /readyz; 0 is nowhere")
	flag.BoolVar(&options.LeaderElection, "leader-elect", true, "work only while holding the Lease plumbline-release")
	flag.StringVar(&options.LeaderElectionNamespace, "leader-election-namespace", "", "namespace of the Lease; in a pod, its own if left out")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("%q was given; only flags are allowed (--help shows them)", flag.Args())
	}
	if *prometheus != "" {
		var err error
		if options.Prometheus, err = controller.At(*prometheus); err != nil {
			return err
		}
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	// For eight releases at once, each of which reads all that it decides from.
	config.QPS, config.Burst = 100, 200
	return controller.Run(ctrl.SetupSignalHandler(), config, options)
}
