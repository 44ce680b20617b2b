//go:build tools

// Package tools names the programs that are built here, so that `go mod tidy` keeps what they need.
package tools

import (
	_ "github.com/prometheus-operator/prometheus-operator/cmd/operator"
	_ "github.com/prometheus-operator/prometheus-operator/cmd/prometheus-config-reloader"
)
