package pki

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	api "k8s.io/client-go/tools/clientcmd/api"

	"plumbline.dev/rehearsal/cluster/internal/state"
)

// WriteKubeconfig writes, readable by its owner alone, how to reach the server as the holder of the pair.
// Context, cluster and user have the same name.
func WriteKubeconfig(path, name, server string, authority Authority, pair Pair) error {
	data, err := clientcmd.Write(api.Config{
		Clusters:       map[string]*api.Cluster{name: {Server: server, CertificateAuthorityData: authority.Certificate()}},
		AuthInfos:      map[string]*api.AuthInfo{name: {ClientCertificateData: pair.Certificate, ClientKeyData: pair.Key}},
		Contexts:       map[string]*api.Context{name: {Cluster: name, AuthInfo: name}},
		CurrentContext: name,
	})
	if err != nil {
		return fmt.Errorf("%s cannot be encoded: %w", path, err)
	}
	return state.WriteFile(path, data, 0o600)
}
