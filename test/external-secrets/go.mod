// Pins the External Secrets Operator, whose program and definitions tests take out of its module. Nothing here is compiled; `go mod tidy`
// would remove the line.
module plumbline.dev/test/external-secrets

go 1.26.0

require github.com/external-secrets/external-secrets v0.20.1
