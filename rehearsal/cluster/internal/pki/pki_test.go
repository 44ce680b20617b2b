package pki

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

func TestOpenKeepsWhatItMade(t *testing.T) {
	dir := t.TempDir()
	first, made, err := Open(dir, false)
	if err != nil || !made {
		t.Fatalf("made %v, error %v", made, err)
	}
	second, made, err := Open(dir, true)
	if err != nil || made {
		t.Fatalf("made %v, error %v", made, err)
	}
	if string(first.Cluster.Certificate()) != string(second.Cluster.Certificate()) {
		t.Error("the authority changed from run to run")
	}
	if len(first.Secrets) != secretsKeySize || !bytes.Equal(first.Secrets, second.Secrets) || bytes.Equal(first.Secrets, make([]byte, secretsKeySize)) {
		t.Error("the key of Secrets is empty, or changed from run to run")
	}
	for _, key := range []string{first.ClusterKey(), first.ServiceAccountKey(), filepath.Join(dir, DirName, "secrets.key")} {
		if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", key, info.Mode(), err)
		}
	}
}

func TestOpenOfADamagedStore(t *testing.T) {
	damage := map[string]func(dir string) error{
		"a key is missing":    func(dir string) error { return os.Remove(filepath.Join(dir, "ca.key")) },
		"a half file":         func(dir string) error { return os.Truncate(filepath.Join(dir, "ca.crt"), 100) },
		"an empty file":       func(dir string) error { return os.Truncate(filepath.Join(dir, "sa.key"), 0) },
		"Secrets have no key": func(dir string) error { return os.Remove(filepath.Join(dir, "secrets.key")) },
		"a short key": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "secrets.key"), pem.EncodeToMemory(&pem.Block{Type: secretsBlock, Bytes: make([]byte, 16)}), 0o600)
		},
		"a strange key": func(dir string) error {
			return os.Rename(filepath.Join(dir, "sa.key"), filepath.Join(dir, "front-proxy-ca.key"))
		},
	}
	for what, do := range damage {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			if _, _, err := Open(dir, false); err != nil {
				t.Fatal(err)
			}
			if err := do(filepath.Join(dir, DirName)); err != nil {
				t.Fatal(err)
			}
			var damaged *DamagedError
			if _, _, err := Open(dir, true); !errors.As(err, &damaged) {
				t.Errorf("with data: error %v, expected a DamagedError", err)
			}
			if _, made, err := Open(dir, false); err != nil || !made {
				t.Errorf("without data: made %v, error %v", made, err)
			}
		})
	}
}

func TestIssue(t *testing.T) {
	store, _, err := Open(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := store.Cluster.Issue(Request{User: "u", Groups: []string{"g"}, Hosts: []string{"localhost", "127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := tls.X509KeyPair(pair.Certificate, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost", "127.0.0.1"} {
		if _, err := certificate.Leaf.Verify(x509.VerifyOptions{Roots: store.Cluster.Pool(), DNSName: host}); err != nil {
			t.Error(err)
		}
	}
	if _, err := certificate.Leaf.Verify(x509.VerifyOptions{Roots: store.FrontProxy.Pool()}); err == nil {
		t.Error("another authority vouches for it too")
	}
	if subject := certificate.Leaf.Subject; subject.CommonName != "u" || subject.Organization[0] != "g" {
		t.Errorf("subject %v", subject)
	}
}

func TestAClientServesNobody(t *testing.T) {
	store, _, err := Open(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := store.Cluster.Issue(Request{User: "client"})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := tls.X509KeyPair(pair.Certificate, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := certificate.Leaf.Verify(x509.VerifyOptions{Roots: store.Cluster.Pool()}); err == nil {
		t.Error("a client's certificate may be used by a server")
	}
}

func TestWriteKubeconfig(t *testing.T) {
	dir := t.TempDir()
	store, _, err := Open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := store.Cluster.Issue(Request{User: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "kubeconfig")
	if err := WriteKubeconfig(path, "plumbline-local", "https://127.0.0.1:1", store.Cluster, pair); err != nil {
		t.Fatal(err)
	}
	read, err := clientcmd.LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	name := read.Contexts[read.CurrentContext]
	if read.CurrentContext != "plumbline-local" || name.Cluster != "plumbline-local" || name.AuthInfo != "plumbline-local" {
		t.Errorf("context %q: %+v", read.CurrentContext, name)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: it holds a key", info.Mode())
	}
}
