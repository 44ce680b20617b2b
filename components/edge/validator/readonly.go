package validator

import (
	"fmt"
	"slices"
	"strings"
)

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
		demandNot(schema, name)
	}
	return nil
}

func demandNot(schema map[string]any, name string) {
	if required, isList := schema["required"].([]any); isList {
		schema["required"] = slices.DeleteFunc(required, func(one any) bool { return one == name })
	}
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

// part is one of the schemas that hold for a value together: a schema, what it refers to, and all of its allOf.
type part struct {
	place
	// isShared is whether it is referred to, so that other schemas may be made of it.
	isShared bool
}

// carryReadOnly has no part of a schema demand what another part of it has as readOnly: no request could bring it, nor be without it. It is
// asked before properties are rewritten. A part that other schemas are made of, too, is not changed: the document is refused.
func (r *reader) carryReadOnly(at place, is30 bool) error {
	parts := r.partsOf(part{place: at}, is30, map[string]bool{})
	if len(parts) < 2 {
		return nil
	}
	names, err := r.readOnlyOf(parts)
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(names) {
		for _, one := range parts {
			required, _ := one.object()["required"].([]any)
			if !slices.Contains(required, any(name)) {
				continue
			}
			if !one.isShared {
				demandNot(one.object(), name)
				continue
			}
			own, err := r.readOnlyOf(r.partsOf(part{place: one.place}, is30, map[string]bool{}))
			if err != nil {
				return err
			}
			if !own[name] {
				return fmt.Errorf("%s/required: %q is readOnly in another part of %s, so that no request could be right; allowed: both in one schema", one.pointer, name, at.pointer)
			}
		}
	}
	return nil
}

// readOnlyOf are the names that some part has as readOnly.
func (r *reader) readOnlyOf(parts []part) (map[string]bool, error) {
	names := map[string]bool{}
	for _, one := range parts {
		properties, _ := one.object()["properties"].(map[string]any)
		for name, property := range properties {
			isReadOnly, err := r.isReadOnly(place{node: property, pointer: one.pointer + pointerTo("properties", name)})
			if err != nil {
				return nil, err
			}
			if isReadOnly {
				names[name] = true
			}
		}
	}
	return names, nil
}

func (r *reader) partsOf(one part, is30 bool, seen map[string]bool) []part {
	if one.object() == nil || seen[one.pointer] {
		return nil
	}
	seen[one.pointer] = true
	parts := []part{one}
	if reference, isText := one.object()["$ref"].(string); isText {
		if strings.HasPrefix(reference, "#/") {
			// One that leads nowhere is told of where schemas are compiled.
			if target, err := r.resolve(place{node: map[string]any{"$ref": reference}, pointer: one.pointer}); err == nil {
				parts = append(parts, r.partsOf(part{target, true}, is30, seen)...)
			}
		}
		if is30 {
			return parts[1:]
		}
	}
	all, _ := one.object()["allOf"].([]any)
	for index, branch := range all {
		at := place{branch, fmt.Sprintf("%s/allOf/%d", one.pointer, index)}
		parts = append(parts, r.partsOf(part{at, one.isShared}, is30, seen)...)
	}
	return parts
}
