package validator

import (
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Document is an OpenAPI document that was read, with every schema compiled that a request is judged by.
type Document struct {
	rules rules
	// bases are the paths of its servers; one that is empty if it names none.
	bases []string
	paths []*pathItem
	// meters are those that judge no body at the moment; there are as many as bodies are judged at once.
	meters chan *meter
}

type pathItem struct {
	// segments of its path; of those that are variable, the name.
	segments   []segment
	operations map[string]*operation
}

type segment struct {
	text       string
	isVariable bool
}

type operation struct {
	parameters []*parameter
	// bodies are the pointers of schemas by media type; none if it takes no body.
	bodies         map[string]string
	isBodyRequired bool
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// newDocument reads a document. What it could not judge it refuses, with the place.
func newDocument(given rules) (*Document, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	read, err := loader.LoadFromData(given.Document)
	if err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	if !strings.HasPrefix(read.OpenAPI, "3.0.") && !strings.HasPrefix(read.OpenAPI, "3.1.") {
		return nil, fmt.Errorf("openapi: %q was given; allowed: 3.0.x and 3.1.x", read.OpenAPI)
	}
	// Examples are not what requests are judged by.
	if err := read.Validate(loader.Context, openapi3.DisableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("the document is not as OpenAPI has it: %w", err)
	}
	reader, err := newReader(given.Document)
	if err != nil {
		return nil, err
	}
	document := &Document{rules: given}
	if document.bases, err = reader.bases(); err != nil {
		return nil, err
	}
	if document.paths, err = reader.paths(); err != nil {
		return nil, err
	}
	document.meters = make(chan *meter, atOnce())
	for range cap(document.meters) {
		meter, err := reader.newMeter(reader.bodies)
		if err != nil {
			return nil, err
		}
		document.meters <- meter
	}
	return document, nil
}

// atOnce is how many bodies are judged at once.
func atOnce() int { return runtime.GOMAXPROCS(0) }

// bases gives the paths of the document's servers. Hosts are the gateway's to choose.
func (r *reader) bases() ([]string, error) {
	servers, _ := r.root["servers"].([]any)
	bases := []string{}
	for index, one := range servers {
		server, _ := one.(map[string]any)
		text, _ := server["url"].(string)
		if strings.Contains(text, "{") {
			return nil, fmt.Errorf("servers[%d].url: %q was given; allowed: an address without variables", index, text)
		}
		parsed, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("servers[%d].url: no address", index)
		}
		if base := strings.TrimSuffix(parsed.Path, "/"); !slices.Contains(bases, base) {
			bases = append(bases, base)
		}
	}
	if len(bases) == 0 {
		bases = append(bases, "")
	}
	return bases, nil
}

func (r *reader) paths() ([]*pathItem, error) {
	given, _ := r.root["paths"].(map[string]any)
	if len(given) == 0 {
		return nil, errors.New("paths: none were given; allowed: at least one")
	}
	all := []*pathItem{}
	for _, path := range sortedKeys(given) {
		if strings.HasPrefix(path, "x-") {
			continue
		}
		item, err := r.pathItem(path, place{node: given[path], pointer: "#" + pointerTo("paths", path)})
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	// As OpenAPI has it, what is written out comes before what is variable.
	slices.SortStableFunc(all, func(a, b *pathItem) int { return slices.CompareFunc(a.segments, b.segments, literalFirst) })
	return all, nil
}

func literalFirst(a, b segment) int {
	switch {
	case a.isVariable == b.isVariable:
		return 0
	case a.isVariable:
		return 1
	default:
		return -1
	}
}

func (r *reader) pathItem(path string, at place) (*pathItem, error) {
	at, err := r.resolve(at)
	if err != nil {
		return nil, err
	}
	if _, has := at.object()["servers"]; has {
		return nil, fmt.Errorf("%s/servers: servers are allowed for the whole document alone", at.pointer)
	}
	item := &pathItem{operations: map[string]*operation{}}
	for text := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		isVariable := strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}")
		if isVariable {
			text = text[1 : len(text)-1]
		}
		if strings.ContainsAny(text, "{}") {
			return nil, fmt.Errorf("%s: a variable that is a part of a segment; allowed: whole segments, such as /orders/{id}", at.pointer)
		}
		item.segments = append(item.segments, segment{text, isVariable})
	}
	for _, method := range methods {
		node, has := at.object()[method]
		if !has {
			continue
		}
		operation, err := r.operation(at, place{node: node, pointer: at.pointer + "/" + method})
		if err != nil {
			return nil, err
		}
		item.operations[strings.ToUpper(method)] = operation
	}
	return item, nil
}

func (r *reader) operation(item, at place) (*operation, error) {
	if _, has := at.object()["servers"]; has {
		return nil, fmt.Errorf("%s/servers: servers are allowed for the whole document alone", at.pointer)
	}
	parameters, err := r.parameters(item, at)
	if err != nil {
		return nil, err
	}
	operation := &operation{parameters: parameters}
	node, has := at.object()["requestBody"]
	if !has {
		return operation, nil
	}
	body, err := r.resolve(place{node: node, pointer: at.pointer + "/requestBody"})
	if err != nil {
		return nil, err
	}
	operation.isBodyRequired, _ = body.object()["required"].(bool)
	operation.bodies = map[string]string{}
	content, _ := body.object()["content"].(map[string]any)
	for _, media := range sortedKeys(content) {
		where := body.pointer + pointerTo("content", media)
		if !isJSON(media) {
			return nil, fmt.Errorf("%s: bodies of this type cannot be judged; allowed: application/json and types that end in +json", where)
		}
		described, _ := content[media].(map[string]any)
		if _, has := described["schema"]; !has {
			return nil, fmt.Errorf("%s/schema: nothing was given; allowed: a schema, or anything would pass", where)
		}
		r.bodies = append(r.bodies, where+"/schema")
		operation.bodies[strings.ToLower(media)] = where + "/schema"
	}
	if len(operation.bodies) == 0 {
		return nil, fmt.Errorf("%s/content: nothing was given; allowed: at least one type", body.pointer)
	}
	return operation, nil
}

func isJSON(media string) bool {
	media = strings.ToLower(media)
	if strings.ContainsAny(media, "*; ") {
		return false
	}
	return media == "application/json" || strings.HasSuffix(media, "+json")
}
