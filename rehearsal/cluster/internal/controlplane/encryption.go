package controlplane

import (
	"encoding/base64"
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiserver "k8s.io/apiserver/pkg/apis/apiserver/v1"
)

// encryptionConfig has Secrets encrypted with the key on their way to the store, so that a copy of the store gives none away. What a seed
// brings was encrypted by nobody, and is read as it is.
func encryptionConfig(key []byte) ([]byte, error) {
	return json.Marshal(apiserver.EncryptionConfiguration{
		TypeMeta: metav1.TypeMeta{APIVersion: apiserver.SchemeGroupVersion.String(), Kind: "EncryptionConfiguration"},
		Resources: []apiserver.ResourceConfiguration{{
			Resources: []string{"secrets"},
			Providers: []apiserver.ProviderConfiguration{
				{Secretbox: &apiserver.SecretboxConfiguration{Keys: []apiserver.Key{{Name: "cluster", Secret: base64.StdEncoding.EncodeToString(key)}}}},
				{Identity: &apiserver.IdentityConfiguration{}},
			},
		}},
	})
}
