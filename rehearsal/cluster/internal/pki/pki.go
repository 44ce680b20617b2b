// Package pki makes the cluster's keys and certificates: three authorities that live as long as the cluster's data, and
// certificates that are issued anew at every start.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Every certificate is valid from an hour before it is made, so that a clock that is set back a little does no harm.
const backdate = time.Hour

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	issuedLife    = 365 * 24 * time.Hour
)

// Authority is a certificate authority.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// Certificate returns the authority's certificate in PEM.
func (a Authority) Certificate() []byte { return encode("CERTIFICATE", a.certificate.Raw) }

// Pool holds the authority alone: it is the only one trusted.
func (a Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// Pair is a certificate and its key, in PEM.
type Pair struct {
	Certificate, Key []byte
}

// Request says what a certificate is for. With no Hosts it serves nobody: it is a client's alone.
type Request struct {
	// User and Groups are the identity that Kubernetes reads from the certificate.
	User   string
	Groups []string
	// Hosts are the DNS names and IP addresses of a server.
	Hosts []string
}

// Issue makes a certificate, valid for a year, with a key of its own.
func (a Authority) Issue(request Request) (Pair, error) {
	key, err := newKey()
	if err != nil {
		return Pair{}, err
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: request.User, Organization: request.Groups},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if len(request.Hosts) > 0 {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	for _, host := range request.Hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := sign(template, a.certificate, key.Public(), a.key, issuedLife)
	if err != nil {
		return Pair{}, fmt.Errorf("certificate of %q: %w", request.User, err)
	}
	keyPEM, err := encodeKey(key)
	return Pair{Certificate: encode("CERTIFICATE", der), Key: keyPEM}, err
}

func newAuthority(name string) (Authority, error) {
	key, err := newKey()
	if err != nil {
		return Authority{}, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := sign(template, template, key.Public(), key, authorityLife)
	if err != nil {
		return Authority{}, fmt.Errorf("authority %q: %w", name, err)
	}
	certificate, err := x509.ParseCertificate(der)
	return Authority{certificate: certificate, key: key}, err
}

func sign(template, parent *x509.Certificate, key crypto.PublicKey, signer crypto.Signer, life time.Duration) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial.Add(serial, big.NewInt(1))
	template.NotBefore = time.Now().Add(-backdate)
	template.NotAfter = time.Now().Add(life)
	return x509.CreateCertificate(rand.Reader, template, parent, key, signer)
}

func newKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("a key cannot be made: %w", err)
	}
	return key, nil
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("a key cannot be encoded: %w", err)
	}
	return encode("EC PRIVATE KEY", der), nil
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
