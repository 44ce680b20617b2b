package validator

import (
	"fmt"
	"slices"
)

// What of a document is values, and no schemas.
var values = []string{"enum", "const", "default", "example", "examples"}

// Words below which there are names, which mean nothing even if they are words.
var ofNames = []string{"properties", "patternProperties", "dependentSchemas", "$defs", "schemas"}

// Words of JSON Schema whose meaning changes with a place that another program knows, or that name another language.
var unjudged = []string{"$schema", "$dynamicRef", "$recursiveRef", "$vocabulary"}

// eachSchema visits what may be a schema, from the outside to the inside.
func eachSchema(node any, pointer string, keysAreNames bool, visit func(place) error) error {
	switch node := node.(type) {
	case []any:
		for index, one := range node {
			if err := eachSchema(one, fmt.Sprintf("%s/%d", pointer, index), false, visit); err != nil {
				return err
			}
		}
	case map[string]any:
		if !keysAreNames {
			if err := visit(place{node, pointer}); err != nil {
				return err
			}
		}
		for _, key := range sortedKeys(node) {
			if !keysAreNames && slices.Contains(values, key) {
				continue
			}
			if err := eachSchema(node[key], pointer+pointerTo(key), !keysAreNames && slices.Contains(ofNames, key), visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// rewrite has every schema say in JSON Schema 2020-12 what it says of a request: in 3.0 `nullable`, bounds that exclude, and references
// whose neighbours do not count; in both, that what is `readOnly` is neither demanded of a request nor taken from one.
func (r *reader) rewrite(is30 bool) error {
	carry := func(at place) error { return r.carryReadOnly(at, is30) }
	if err := eachSchema(r.root, "#", false, carry); err != nil {
		return err
	}
	return eachSchema(r.root, "#", false, func(at place) error { return r.rewriteWords(at.object(), at.pointer, is30) })
}

func (r *reader) rewriteWords(node map[string]any, pointer string, is30 bool) error {
	for _, word := range unjudged {
		if _, isText := node[word].(string); isText {
			return fmt.Errorf("%s/%s: this is not judged here; leave it out", pointer, word)
		}
	}
	if _, isObject := node["discriminator"].(map[string]any); isObject && node["oneOf"] == nil && node["anyOf"] == nil {
		return fmt.Errorf("%s/discriminator: allowed is one beside oneOf or anyOf; else what it chooses is not judged", pointer)
	}
	if is30 {
		from30(node)
	}
	return r.withoutReadOnly(node, pointer)
}

func from30(schema map[string]any) {
	if reference, isText := schema["$ref"].(string); isText {
		clear(schema)
		schema["$ref"] = reference
		return
	}
	if nullable, isBool := schema["nullable"].(bool); isBool {
		delete(schema, "nullable")
		if kind, isText := schema["type"].(string); isText && nullable {
			schema["type"] = []any{kind, "null"}
		}
	}
	for exclusive, bound := range map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} {
		excludes, isBool := schema[exclusive].(bool)
		if !isBool {
			continue
		}
		delete(schema, exclusive)
		if limit, has := schema[bound]; has && excludes {
			schema[exclusive] = limit
			delete(schema, bound)
		}
	}
}
