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

// rewrite has every schema say in JSON Schema 2020-12 what it says of a request: in 3.0 `nullable`, bounds that exclude, and references
// whose neighbours do not count; in both, that what is `readOnly` is neither demanded of a request nor taken from one.
func (r *reader) rewrite(node any, pointer string, is30, keysAreNames bool) error {
	switch node := node.(type) {
	case []any:
		for index, one := range node {
			if err := r.rewrite(one, fmt.Sprintf("%s/%d", pointer, index), is30, false); err != nil {
				return err
			}
		}
	case map[string]any:
		if !keysAreNames {
			if err := r.rewriteWords(node, pointer, is30); err != nil {
				return err
			}
		}
		for key, value := range node {
			if !keysAreNames && slices.Contains(values, key) {
				continue
			}
			if err := r.rewrite(value, pointer+pointerTo(key), is30, !keysAreNames && slices.Contains(ofNames, key)); err != nil {
				return err
			}
		}
	}
	return nil
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

// withoutReadOnly has a schema demand nothing that is readOnly, and take none of it.
func (r *reader) withoutReadOnly(schema map[string]any, pointer string) error {
	properties, isObject := schema["properties"].(map[string]any)
	if !isObject {
		return nil
	}
	for name, property := range properties {
		isReadOnly, err := r.isReadOnly(place{node: property, pointer: pointer + pointerTo("properties", name)})
		if err != nil {
			return err
		}
		if !isReadOnly {
			continue
		}
		properties[name] = false
		if required, isList := schema["required"].([]any); isList {
			schema["required"] = slices.DeleteFunc(required, func(one any) bool { return one == name })
		}
	}
	return nil
}

func (r *reader) isReadOnly(at place) (bool, error) {
	if own, _ := at.object()["readOnly"].(bool); own {
		return true, nil
	}
	if _, isReference := at.object()["$ref"].(string); !isReference {
		return false, nil
	}
	target, err := r.resolve(at)
	if err != nil {
		return false, err
	}
	is, _ := target.object()["readOnly"].(bool)
	return is, nil
}
