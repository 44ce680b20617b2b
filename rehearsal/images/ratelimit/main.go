// The service that counts for rate limits: that of Envoy's project, in the version that Envoy Gateway's module is built against. It has no
// arguments of its own; --version is ours, and says that it runs.
package main

import (
	"fmt"
	"os"

	"github.com/envoyproxy/ratelimit/src/service_cmd/runner"
	"github.com/envoyproxy/ratelimit/src/settings"
)

var version string

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println(version)
		return
	}
	counting := runner.NewRunner(settings.NewSettings())
	counting.Run()
}
