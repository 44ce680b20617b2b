package validator

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The document's address, to the compiler of schemas. Nothing is ever fetched.
const documentURL = "urn:document"

// A reference that leads to a reference, and so on: more of them are a circle.
const mostHops = 16

// place is a part of a document, and where it is.
type place struct {
	node any
	// pointer is a JSON pointer (RFC 6901) with `#` before it.
	pointer string
}

func (p place) object() map[string]any {
	object, _ := p.node.(map[string]any)
	return object
}

// reader reads a document as JSON has it, and compiles schemas of it. Those of OpenAPI 3.0 are rewritten to JSON Schema 2020-12, which
// those of 3.1 are.
type reader struct {
	root     map[string]any
	compiler *jsonschema.Compiler
	// bodies are the pointers of schemas that bodies are judged by.
	bodies []string
}

type nothing struct{}

func (nothing) Load(string) (any, error) {
	return nil, errors.New("references that lead out of the document are not followed")
}

func newReader(text []byte) (*reader, error) {
	// A ConfigMap bounds what it can have.
	value, _, err := decode(text, len(text))
	if err != nil {
		return nil, err
	}
	root, isObject := value.(map[string]any)
	if !isObject {
		return nil, errors.New("the document is no object")
	}
	if dialect, has := root["jsonSchemaDialect"]; has && dialect != "https://spec.openapis.org/oas/3.1/dialect/base" && dialect != "https://json-schema.org/draft/2020-12/schema" {
		return nil, errors.New("jsonSchemaDialect: allowed is that of OpenAPI 3.1 alone")
	}
	r := &reader{root: root}
	version, _ := root["openapi"].(string)
	if err := r.rewrite(strings.HasPrefix(version, "3.0.")); err != nil {
		return nil, err
	}
	r.compiler, err = r.newCompiler()
	return r, err
}

func (r *reader) newCompiler() (*jsonschema.Compiler, error) {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.UseLoader(nothing{})
	compiler.AssertFormat()
	compiler.AssertContent()
	for _, format := range formats {
		compiler.RegisterFormat(format)
	}
	return compiler, compiler.AddResource(documentURL, r.root)
}

// compile compiles the schema at a pointer.
func compile(compiler *jsonschema.Compiler, pointer string) (*jsonschema.Schema, error) {
	fragment := url.URL{Fragment: strings.TrimPrefix(pointer, "#")}
	schema, err := compiler.Compile(documentURL + fragment.String())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pointer, err)
	}
	return schema, nil
}

// resolve follows references of the document to what they lead to.
func (r *reader) resolve(at place) (place, error) {
	for range mostHops {
		reference, isReference := at.object()["$ref"].(string)
		if !isReference {
			return at, nil
		}
		if !strings.HasPrefix(reference, "#/") {
			return at, fmt.Errorf("%s: %q was given; allowed: a reference within the document, such as #/components/schemas/Order", at.pointer, reference)
		}
		next := any(r.root)
		for token := range strings.SplitSeq(reference[2:], "/") {
			token, err := url.PathUnescape(token)
			if err != nil {
				return at, fmt.Errorf("%s: %q is no reference", at.pointer, reference)
			}
			token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
			object, isObject := next.(map[string]any)
			if next, isObject = object[token], isObject && object[token] != nil; !isObject {
				return at, fmt.Errorf("%s: %q leads nowhere", at.pointer, reference)
			}
		}
		at = place{node: next, pointer: reference}
	}
	return at, fmt.Errorf("%s: references that lead in a circle", at.pointer)
}

// A replacer is large: one for each use would be most of what an answer takes.
var inPointer = strings.NewReplacer("~", "~0", "/", "~1")

func pointerTo(tokens ...string) string {
	var pointer strings.Builder
	for _, token := range tokens {
		pointer.WriteString("/" + inPointer.Replace(token))
	}
	return pointer.String()
}

func sortedKeys[Value any](object map[string]Value) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
