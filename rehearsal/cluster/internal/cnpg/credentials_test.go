package cnpg

import (
	"net/url"
	"testing"
)

func TestCredentialsOfTheOwner(t *testing.T) {
	for spec, want := range map[string]struct{ owner, database string }{
		`{}`: {"app", "app"},
		`{"bootstrap": {"initdb": {"database": "shop"}}}`:                   {"shop", "shop"},
		`{"bootstrap": {"initdb": {"database": "shop", "owner": "clerk"}}}`: {"clerk", "shop"},
	} {
		secret := clusterOf(t, spec).credentials("p w&d")
		if secret.Name != "orders-app" || secret.StringData["username"] != want.owner || secret.StringData["dbname"] != want.database {
			t.Errorf("%s: %s with %v", spec, secret.Name, secret.StringData)
		}
		uri, err := url.Parse(secret.StringData["uri"])
		if err != nil {
			t.Fatal(err)
		}
		if password, _ := uri.User.Password(); password != "p w&d" || uri.Host != "orders-rw.shop:5432" || uri.Path != "/"+want.database {
			t.Errorf("%s: uri %s", spec, uri)
		}
	}
}

func TestAClusterWithoutAnImageHasPodsAllTheSame(t *testing.T) {
	if image := clusterOf(t, `{"instances": 1}`).pod(1, primary).Spec.Containers[0].Image; image != defaultImage {
		t.Errorf("image %q", image)
	}
}
