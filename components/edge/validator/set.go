// Package validator judges requests by the OpenAPI documents of the services that they are for, on behalf of Envoy.
package validator

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// rules is one file of a folder: a document, the routes whose requests it is for, and what is stepped down from.
type rules struct {
	// Routes are `namespace/name` of HTTPRoutes.
	Routes []string `json:"routes"`
	// MaxBodyBytes is the longest body.
	MaxBodyBytes int `json:"maxBodyBytes"`
	// PassUnknownPaths lets paths and methods pass that the document does not have.
	PassUnknownPaths bool `json:"passUnknownPaths"`
	// PassUnknownQuery lets parameters of a query pass that the document does not have.
	PassUnknownQuery bool            `json:"passUnknownQuery"`
	Document         json.RawMessage `json:"document"`
}

// Set is the documents by the routes that they are for.
type Set struct {
	byRoute map[string]*Document
	// longestBody is that of the document which allows the most.
	longestBody int
}

// Load reads all files of a folder that end in `.json`. It refuses a folder without any, and a document of which it could not judge
// everything that a request may bring.
func Load(folder string) (*Set, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no file that ends in .json: one is needed for each document", folder)
	}
	set := &Set{byRoute: map[string]*Document{}}
	for _, file := range files {
		if err := set.add(file); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return set, nil
}

func (s *Set) add(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var given rules
	if err := json.Unmarshal(text, &given); err != nil {
		return err
	}
	if given.MaxBodyBytes <= 0 || len(given.Routes) == 0 {
		return fmt.Errorf("routes and maxBodyBytes are needed")
	}
	document, err := newDocument(given)
	if err != nil {
		return err
	}
	for _, route := range given.Routes {
		if s.byRoute[route] != nil {
			return fmt.Errorf("route %q has another document already", route)
		}
		s.byRoute[route] = document
	}
	s.longestBody = max(s.longestBody, given.MaxBodyBytes)
	return nil
}

// Routes are those that the set has documents for, in order.
func (s *Set) Routes() []string {
	routes := make([]string, 0, len(s.byRoute))
	for route := range s.byRoute {
		routes = append(routes, route)
	}
	slices.Sort(routes)
	return routes
}
