// Package crds reads CustomResourceDefinitions from files and installs them.
package crds

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

const (
	kind  = "CustomResourceDefinition"
	group = "apiextensions.k8s.io"
)

// Read collects the definitions in the given files and directories. Directories are not searched further down. Documents of another
// kind are passed over, for upstream folders hold a few; a name that comes twice is an error, and so is a path without any.
func Read(paths []string) ([]*unstructured.Unstructured, error) {
	var found []*unstructured.Unstructured
	origin := map[string]string{}
	for _, path := range paths {
		files, err := expand(path)
		if err != nil {
			return nil, err
		}
		before := len(found)
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("a definition cannot be read: %w", err)
			}
			definitions, err := Parse(data)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			for _, definition := range definitions {
				name := definition.GetName()
				if other, twice := origin[name]; twice {
					return nil, fmt.Errorf("%s: defines %s, which %s defines too; give one of them", file, name, other)
				}
				origin[name] = file
				found = append(found, definition)
			}
		}
		if len(found) == before {
			return nil, fmt.Errorf("%s: holds no %s; give a file or directory that does", path, kind)
		}
	}
	return found, nil
}

// Parse collects the definitions in a stream of YAML or JSON documents.
func Parse(data []byte) ([]*unstructured.Unstructured, error) {
	var found []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for document := 1; ; document++ {
		object := map[string]any{}
		if err := decoder.Decode(&object); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, fmt.Errorf("document %d is no YAML object: %w", document, err)
		}
		definition := &unstructured.Unstructured{Object: object}
		if definition.GetKind() != kind || !strings.HasPrefix(definition.GetAPIVersion(), group+"/") {
			continue
		}
		if version := definition.GetAPIVersion(); version != group+"/v1" {
			return nil, fmt.Errorf("document %d is of %s; allowed: %s/v1", document, version, group)
		}
		if definition.GetName() == "" {
			return nil, fmt.Errorf("document %d has no metadata.name", document)
		}
		// A status in a file is a generator's leftover; the server's own is the true one.
		unstructured.RemoveNestedField(definition.Object, "status")
		unstructured.RemoveNestedField(definition.Object, "metadata", "creationTimestamp")
		found = append(found, definition)
	}
}

func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("a definition cannot be read: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("a directory of definitions cannot be read: %w", err)
	}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(entry.Name())) {
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	return files, nil
}
