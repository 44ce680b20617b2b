// Package kubectl is Kubernetes' own command line, built in.
package kubectl

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

// Run runs kubectl with the arguments and ends the process if it fails. It reads them from os.Args itself, as plugins of kubectl do.
func Run(arguments []string) {
	os.Args = append([]string{"kubectl"}, arguments...)
	// The level of the log is needed while the command is built, before its flags are parsed. A wrong one is refused then.
	_, _ = logs.GlogSetter(cmd.GetLogVerbosity(os.Args))
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}
