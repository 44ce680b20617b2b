// Command plumbline-cluster is a Kubernetes cluster in one process: a real control plane over simulated nodes, on loopback only.
//
//	plumbline-cluster run --dir DIR       runs the cluster that DIR/cluster.json describes, until it is told to stop
//	plumbline-cluster kubectl …           is kubectl; so is a link to the program that is named kubectl
//	plumbline-cluster version [--json]    says what is built in
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"plumbline.dev/rehearsal/cluster/internal/kubectl"
	"plumbline.dev/rehearsal/cluster/internal/kubeversion"
)

// version is the program's own; the build sets it with -ldflags "-X main.version=…".
var version = "devel"

const usage = `plumbline-cluster: a Kubernetes cluster in one process, for rehearsals

  plumbline-cluster run --dir DIR       run the cluster that DIR/cluster.json describes, until SIGTERM or SIGINT
  plumbline-cluster kubectl ARGUMENTS   kubectl; so is a link to this program that is named kubectl
  plumbline-cluster version [--json]    what is built in
`

// Exit codes: what the caller asked is wrong, or it was right and failed.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	kubernetes := kubeversion.Set()
	if filepath.Base(os.Args[0]) == "kubectl" {
		kubectl.Run(os.Args[1:])
		return
	}
	if len(os.Args) < 2 {
		fail(exitUsage, errors.New("a command is missing"))
	}
	arguments := os.Args[2:]
	switch command := os.Args[1]; command {
	case "run":
		dir, err := runFlags(arguments)
		if err != nil {
			fail(exitUsage, err)
		}
		if run(dir, kubernetes) != nil {
			os.Exit(exitFailed)
		}
	case "kubectl":
		kubectl.Run(arguments)
	case "version":
		if err := printVersion(arguments, kubernetes); err != nil {
			fail(exitUsage, err)
		}
	case "help", "-h", "--help":
		fmt.Print(usage)
	default:
		fail(exitUsage, fmt.Errorf("%q is no command; allowed: run, kubectl, version", command))
	}
}

func runFlags(arguments []string) (dir string, err error) {
	flags := pflag.NewFlagSet("run", pflag.ContinueOnError)
	flags.StringVar(&dir, "dir", "", "the cluster's directory")
	if err := flags.Parse(arguments); err != nil {
		return "", err
	}
	if dir == "" || flags.NArg() > 0 {
		return "", errors.New("run takes --dir DIR and nothing else")
	}
	return filepath.Abs(dir)
}

func printVersion(arguments []string, kubernetes string) error {
	var asJSON bool
	flags := pflag.NewFlagSet("version", pflag.ContinueOnError)
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if !asJSON {
		fmt.Printf("plumbline-cluster %s (Kubernetes %s)\n", version, kubernetes)
		return nil
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"version":    version,
		"kubernetes": kubernetes,
		"modules":    kubeversion.Modules("go.etcd.io/etcd/server/v3", "sigs.k8s.io/kwok", "github.com/cert-manager/cert-manager"),
	})
}

func fail(code int, err error) {
	fmt.Fprintf(os.Stderr, "plumbline-cluster: %v\n\n%s", err, usage)
	os.Exit(code)
}
