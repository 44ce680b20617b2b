// Pins the modules that carry operators' CustomResourceDefinitions. Nothing here is compiled; `go mod tidy` would
// remove every line.
module plumbline.dev/rehearsal/toolchain/modules/crds

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.19.0
	github.com/cloudnative-pg/cloudnative-pg v1.27.0
	github.com/cloudnative-pg/plugin-barman-cloud v0.14.0
	github.com/envoyproxy/gateway v1.5.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	github.com/rabbitmq/cluster-operator/v2 v2.16.0
	sigs.k8s.io/gateway-api v1.6.3
)
