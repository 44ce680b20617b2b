// Command chart renders a chart by Helm's own library, with values on standard input, and prints its objects.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

func main() {
	name := flag.String("name", "", "of the release")
	namespace := flag.String("namespace", "", "of the release")
	flag.Parse()
	if err := render(flag.Arg(0), *name, *namespace); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(folder, name, namespace string) error {
	var values map[string]any
	if err := json.NewDecoder(os.Stdin).Decode(&values); err != nil {
		return err
	}
	loaded, err := loader.Load(folder)
	if err != nil {
		return err
	}
	release := chartutil.ReleaseOptions{Name: name, Namespace: namespace, IsInstall: true, Revision: 1}
	all, err := chartutil.ToRenderValues(loaded, values, release, chartutil.DefaultCapabilities)
	if err != nil {
		return err
	}
	files, err := engine.Render(loaded, all)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(files))
	for file := range files {
		if strings.HasSuffix(file, ".yaml") {
			names = append(names, file)
		}
	}
	sort.Strings(names)
	for _, file := range names {
		fmt.Printf("---\n%s\n", files[file])
	}
	return nil
}
