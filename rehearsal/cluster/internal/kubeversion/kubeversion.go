// Package kubeversion makes the linked Kubernetes say its real version.
package kubeversion

import (
	"runtime/debug"
	"slices"
	_ "unsafe" // for go:linkname

	"k8s.io/component-base/version"
)

// gitVersion is what Kubernetes' release build sets with the linker's -X. Setting it here, from the module version in go.mod, leaves
// one source of the number and no build flag to forget.
//
//go:linkname gitVersion k8s.io/component-base/version.gitVersion
var gitVersion string

const module = "k8s.io/kubernetes"

// Set makes /version and kubectl report the version of the linked Kubernetes, and returns it, such as "v1.36.3".
func Set() string {
	if linked, ok := Modules(module)[module]; ok {
		gitVersion = linked
	}
	if err := version.SetDynamicVersion(gitVersion); err != nil {
		panic(err) // it only compares with gitVersion
	}
	return gitVersion
}

// Modules are the linked versions of those of the named modules that are linked.
func Modules(names ...string) map[string]string {
	versions := map[string]string{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return versions
	}
	for _, dependency := range info.Deps {
		if slices.Contains(names, dependency.Path) {
			versions[dependency.Path] = dependency.Version
		}
	}
	return versions
}
