// Program grafana reads dashboards, each a text of JSON by its name, and tells by name what Grafana's own schema finds wrong with them.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	// So that panels and queries are read by the schemas of their own kinds, and not taken as they are.
	plugins.RegisterDefaultPlugins()
	var texts map[string]string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	wrong := map[string]string{}
	for name, text := range texts {
		if problems := problemsOf(text); problems != "" {
			wrong[name] = problems
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(wrong); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// problemsOf says what is wrong with the shape, or, where nothing is, with the values. No problem at all is an error without words there.
func problemsOf(text string) string {
	var read dashboard.Dashboard
	if err := read.UnmarshalJSONStrict([]byte(text)); err != nil && err.Error() != "" {
		return err.Error()
	}
	if err := read.Validate(); err != nil {
		return err.Error()
	}
	return ""
}
