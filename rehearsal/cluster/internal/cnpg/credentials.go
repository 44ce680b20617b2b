package cnpg

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// defaultDatabase is what the operator makes if spec.bootstrap.initdb names no database.
const defaultDatabase = "app"

// port is PostgreSQL's.
const port = "5432"

// initdb is what a cluster asks to be there at first.
type initdb struct {
	Database string `json:"database"`
	Owner    string `json:"owner"`
	// Secret is one that holds the owner's credentials already.
	Secret *struct {
		Name string `json:"name"`
	} `json:"secret"`
}

// ensureCredentials makes the Secret of the database's owner, "<cluster>-app", with a password of its own, unless it is there or the
// cluster names another.
func (s *standIn) ensureCredentials(ctx context.Context, c *cluster) error {
	if c.Spec.Bootstrap.Initdb.Secret != nil {
		return nil
	}
	secrets := s.client.CoreV1().Secrets(c.Namespace)
	wanted := c.credentials(rand.Text())
	if _, err := secrets.Get(ctx, wanted.Name, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return err
	}
	_, err := secrets.Create(ctx, wanted, metav1.CreateOptions{})
	return unlessThere(err)
}

// credentials plans the Secret with the keys that the operator gives it.
func (c *cluster) credentials(password string) *corev1.Secret {
	database := c.Spec.Bootstrap.Initdb.Database
	if database == "" {
		database = defaultDatabase
	}
	owner := c.Spec.Bootstrap.Initdb.Owner
	if owner == "" {
		owner = database
	}
	short := c.Name + "-rw"
	host := short + "." + c.Namespace
	uri := url.URL{Scheme: "postgresql", User: url.UserPassword(owner, password), Host: net.JoinHostPort(host, port), Path: "/" + database}
	query := url.Values{"user": {owner}, "password": {password}}
	return &corev1.Secret{
		ObjectMeta: c.meta(c.Name+"-app", nil),
		Type:       corev1.SecretTypeBasicAuth,
		StringData: map[string]string{
			"username": owner,
			"user":     owner,
			"password": password,
			"dbname":   database,
			"host":     short,
			"port":     port,
			"pgpass":   fmt.Sprintf("%s:%s:%s:%s:%s\n", short, port, database, owner, password),
			"uri":      uri.String(),
			"jdbc-uri": fmt.Sprintf("jdbc:postgresql://%s/%s?%s", uri.Host, database, query.Encode()),
		},
	}
}
