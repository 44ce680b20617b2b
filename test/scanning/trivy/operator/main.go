// Command operator starts Trivy's operator as its own main package does. That one has no word by which a build could be tried: this one has -h.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/aquasecurity/trivy-operator/pkg/operator"
	"github.com/aquasecurity/trivy-operator/pkg/operator/etc"
	"github.com/aquasecurity/trivy-operator/pkg/trivyoperator"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

func main() {
	flag.Parse()
	config, err := etc.GetOperatorConfig()
	if err == nil {
		log.SetLogger(zap.New(zap.UseDevMode(config.LogDevMode)))
		err = operator.Start(ctrl.SetupSignalHandler(), trivyoperator.BuildInfo{Version: "test"}, config)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
