package crds

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: NAME
  creationTimestamp: null
spec: {group: example.org}
status: {storedVersions: []}
`

func named(name string) string { return strings.Replace(definition, "NAME", name, 1) }

func TestParseTakesDefinitionsAndPassesOverTheRest(t *testing.T) {
	stream := "---\n" + named("a.example.org") + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n" + named("b.example.org")
	found, err := Parse([]byte(stream))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[0].GetName() != "a.example.org" || found[1].GetName() != "b.example.org" {
		t.Fatalf("found %v", found)
	}
	if _, has := found[0].Object["status"]; has {
		t.Error("a generator's status is kept")
	}
}

func TestParseSaysWhichDocumentIsWrong(t *testing.T) {
	for _, test := range []struct{ stream, want string }{
		{named("a") + "---\n- 1\n", "document 2 is no YAML object"},
		{strings.Replace(named("a"), "k8s.io/v1", "k8s.io/v1beta1", 1), "document 1 is of apiextensions.k8s.io/v1beta1; allowed: apiextensions.k8s.io/v1"},
		{named(`""`), "document 1 has no metadata.name"},
	} {
		if _, err := Parse([]byte(test.stream)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, expected %q", err, test.want)
		}
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("a.yaml", named("a.example.org"))
	write("b.yml", named("b.example.org"))
	write("README.md", "not: [yaml")
	if found, err := Read([]string{dir}); err != nil || len(found) != 2 {
		t.Fatalf("found %d, error %v", len(found), err)
	}
	twice := write("c.yaml", named("a.example.org"))
	if _, err := Read([]string{dir}); err == nil || !strings.Contains(err.Error(), twice) || !strings.Contains(err.Error(), "a.yaml") {
		t.Errorf("error %v, expected it to name both files", err)
	}
	empty := write("d.json", "{}")
	if _, err := Read([]string{empty}); err == nil || !strings.Contains(err.Error(), "holds no CustomResourceDefinition") {
		t.Errorf("error %v", err)
	}
}
