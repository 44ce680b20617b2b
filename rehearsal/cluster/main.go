// Command plumbline-cluster is a Kubernetes cluster in one process: a real control plane over simulated nodes, on loopback only.
//
//	plumbline-cluster run --dir DIR       runs the cluster that DIR/cluster.json describes, until it is told to stop
//	plumbline-cluster seed --dir DIR      lays a store in DIR/etcd with which clusters can begin
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
  plumbline-cluster seed --dir DIR [--crds PATH]…
                                        lay a store in DIR/etcd, with definitions, with which clusters can begin
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
		dir, _, err := directoryFlags(command, arguments)
		if err != nil {
			fail(exitUsage, err)
		}
		if run(dir, kubernetes) != nil {
			os.Exit(exitFailed)
		}
	case "seed":
		dir, definitions, err := directoryFlags(command, arguments)
		if err != nil {
			fail(exitUsage, err)
		}
		if seed(dir, kubernetes, definitions) != nil {
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
		fail(exitUsage, fmt.Errorf("%q is no command; allowed: run, seed, kubectl, version", command))
	}
}

// directoryFlags reads the arguments of a command that works in a directory; definitions are for seed alone.
func directoryFlags(command string, arguments []string) (dir string, definitions []string, err error) {
	flags := pflag.NewFlagSet(command, pflag.ContinueOnError)
	flags.StringVar(&dir, "dir", "", "the cluster's directory")
	takes := "--dir DIR"
	if command == "seed" {
		flags.StringArrayVar(&definitions, "crds", nil, "a file or directory of CustomResourceDefinitions")
		takes += ", --crds PATH"
	}
	if err := flags.Parse(arguments); err != nil {
		return "", nil, err
	}
	if dir == "" || flags.NArg() > 0 {
		return "", nil, fmt.Errorf("%s takes %s and nothing else", command, takes)
	}
	for i, path := range definitions {
		if definitions[i], err = filepath.Abs(path); err != nil {
			return "", nil, err
		}
	}
	dir, err = filepath.Abs(dir)
	return dir, definitions, err
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
