package pki

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"plumbline.dev/rehearsal/cluster/internal/state"
)

// DirName is the folder of the authorities in the cluster's directory.
const DirName = "pki"

// Store holds what outlives a run: certificates and tokens that the cluster gave out are checked against it.
type Store struct {
	// Dir is the folder of the files.
	Dir string
	// Cluster signs clients and servers of the API; FrontProxy signs the API server towards the servers behind it.
	Cluster, FrontProxy Authority
	serviceAccounts     *ecdsa.PrivateKey
	// Secrets is the key by which the API server encrypts Secrets before they reach the store.
	Secrets []byte
}

// secretsBlock says in its file what the key of Secrets is.
const secretsBlock = "SECRETBOX KEY"

// secretsKeySize is what XSalsa20 and Poly1305 take.
const secretsKeySize = 32

// The files of a store, by what they hold.
const (
	clusterName         = "ca"
	frontProxyName      = "front-proxy-ca"
	serviceAccountsName = "sa"
	secretsName         = "secrets"
)

// ClusterCertificate is the path of the cluster authority's certificate.
func (s *Store) ClusterCertificate() string { return filepath.Join(s.Dir, clusterName+".crt") }

// ClusterKey is the path of the cluster authority's key.
func (s *Store) ClusterKey() string { return filepath.Join(s.Dir, clusterName+".key") }

// FrontProxyCertificate is the path of the front proxy authority's certificate.
func (s *Store) FrontProxyCertificate() string { return filepath.Join(s.Dir, frontProxyName+".crt") }

// ServiceAccountKey is the path of the key that signs service account tokens, and checks them.
func (s *Store) ServiceAccountKey() string { return filepath.Join(s.Dir, serviceAccountsName+".key") }

// DamagedError says that authorities with which data was made are not whole.
type DamagedError struct {
	Dir string
	Err error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s is not whole (%v), and the cluster's data was made with it; reset the cluster to begin afresh", e.Dir, e.Err)
}

// Unwrap returns what is wrong with the files.
func (e *DamagedError) Unwrap() error { return e.Err }

// Open reads the store in the cluster's directory, and makes it if it is not there. A store that is not whole is made anew as long
// as the cluster has no data yet (made is then true); after that it fails with *DamagedError, for nothing could be checked any more.
func Open(dir string, hasData bool) (store *Store, made bool, err error) {
	folder := filepath.Join(dir, DirName)
	store, err = read(folder)
	if err == nil {
		return store, false, nil
	}
	if hasData {
		return nil, false, &DamagedError{Dir: folder, Err: err}
	}
	store, err = create(folder)
	return store, true, err
}

func create(folder string) (*Store, error) {
	if err := os.RemoveAll(folder); err != nil {
		return nil, fmt.Errorf("the authorities cannot be made: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("the authorities cannot be made: %w", err)
	}
	store := &Store{Dir: folder, Secrets: make([]byte, secretsKeySize)}
	var errs [3]error
	store.Cluster, errs[0] = newAuthority("plumbline-cluster")
	store.FrontProxy, errs[1] = newAuthority("plumbline-front-proxy")
	store.serviceAccounts, errs[2] = newKey()
	_, _ = rand.Read(store.Secrets) // never fails
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return store, errors.Join(
		writeAuthority(folder, clusterName, store.Cluster),
		writeAuthority(folder, frontProxyName, store.FrontProxy),
		writeKey(folder, serviceAccountsName, store.serviceAccounts),
		state.WriteFile(filepath.Join(folder, secretsName+".key"), pem.EncodeToMemory(&pem.Block{Type: secretsBlock, Bytes: store.Secrets}), 0o600),
	)
}

func writeAuthority(folder, name string, authority Authority) error {
	return errors.Join(
		writeKey(folder, name, authority.key),
		state.WriteFile(filepath.Join(folder, name+".crt"), authority.Certificate(), 0o644),
	)
}

func writeKey(folder, name string, key *ecdsa.PrivateKey) error {
	data, err := encodeKey(key)
	if err != nil {
		return err
	}
	return state.WriteFile(filepath.Join(folder, name+".key"), data, 0o600)
}

func read(folder string) (*Store, error) {
	store := &Store{Dir: folder}
	var errs [4]error
	store.Cluster, errs[0] = readAuthority(folder, clusterName)
	store.FrontProxy, errs[1] = readAuthority(folder, frontProxyName)
	store.serviceAccounts, errs[2] = readKey(folder, serviceAccountsName)
	store.Secrets, errs[3] = readSecretsKey(folder)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return store, nil
}

func readAuthority(folder, name string) (Authority, error) {
	key, err := readKey(folder, name)
	if err != nil {
		return Authority{}, err
	}
	der, err := readBlock(filepath.Join(folder, name+".crt"), "CERTIFICATE")
	if err != nil {
		return Authority{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	switch {
	case err != nil:
		return Authority{}, fmt.Errorf("%s.crt: %w", name, err)
	case !key.PublicKey.Equal(certificate.PublicKey):
		return Authority{}, fmt.Errorf("%s.crt and %s.key do not belong together", name, name)
	case time.Now().Add(issuedLife).After(certificate.NotAfter):
		return Authority{}, fmt.Errorf("%s.crt ends on %s, too soon to sign with", name, certificate.NotAfter.Format(time.DateOnly))
	}
	return Authority{certificate: certificate, key: key}, nil
}

func readKey(folder, name string) (*ecdsa.PrivateKey, error) {
	der, err := readBlock(filepath.Join(folder, name+".key"), "EC PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	key, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("%s.key: %w", name, err)
	}
	return key, nil
}

func readSecretsKey(folder string) ([]byte, error) {
	key, err := readBlock(filepath.Join(folder, secretsName+".key"), secretsBlock)
	if err == nil && len(key) != secretsKeySize {
		err = fmt.Errorf("%s.key has %d bytes, not %d", secretsName, len(key), secretsKeySize)
	}
	return key, err
}

func readBlock(path, kind string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing", filepath.Base(path))
	} else if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s holds no %s", filepath.Base(path), kind)
	}
	return block.Bytes, nil
}
