package validator

import (
	"encoding/json"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// parameter is what a request brings beside its body: a text, or several, that a schema judges once they are what it speaks of.
type parameter struct {
	in, name     string
	isRequired   bool
	isEmptyTaken bool
	// kind is that of the value, or of each of a list's.
	kind   string
	isList bool
	// isExploded has a list as a parameter for each; else one holds all, with commas.
	isExploded bool
	schema     *jsonschema.Schema
}

var (
	wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	anyNumber   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	kinds       = []string{"string", "integer", "number", "boolean"}
)

// Headers that OpenAPI has other words for: what the parameters of a document say of them does not count.
var otherwise = []string{"Accept", "Content-Type", "Authorization"}

// parameters are those of an operation, and of its path where it does not say another of the name.
func (r *reader) parameters(item, operation place) ([]*parameter, error) {
	all := []*parameter{}
	for _, of := range []place{operation, item} {
		list, _ := of.object()["parameters"].([]any)
		for index, node := range list {
			at, err := r.resolve(place{node: node, pointer: fmt.Sprintf("%s/parameters/%d", of.pointer, index)})
			if err != nil {
				return nil, err
			}
			one, err := r.parameter(at)
			if err != nil {
				return nil, err
			}
			isSaid := slices.ContainsFunc(all, func(other *parameter) bool { return other.in == one.in && other.name == one.name })
			if !isSaid && (one.in != "header" || !slices.Contains(otherwise, one.name)) {
				all = append(all, one)
			}
		}
	}
	return all, nil
}

func (r *reader) parameter(at place) (*parameter, error) {
	given := at.object()
	one := &parameter{}
	one.in, _ = given["in"].(string)
	one.name, _ = given["name"].(string)
	one.isRequired, _ = given["required"].(bool)
	one.isEmptyTaken, _ = given["allowEmptyValue"].(bool)
	if one.in == "header" {
		one.name = textproto.CanonicalMIMEHeaderKey(one.name)
	}
	node, has := given["schema"]
	if !has {
		return nil, fmt.Errorf("%s/schema: nothing was given; allowed: a schema (content is not judged)", at.pointer)
	}
	style, hasStyle := given["style"].(string)
	isForm := one.in == "query" || one.in == "cookie"
	if usual := map[bool]string{true: "form", false: "simple"}[isForm]; hasStyle && style != usual {
		return nil, fmt.Errorf("%s/style: %q was given; allowed: %q", at.pointer, style, usual)
	}
	one.isExploded = isForm
	if explode, isSaid := given["explode"].(bool); isSaid {
		one.isExploded = explode && isForm
	}
	schemaAt := place{node: node, pointer: at.pointer + "/schema"}
	kind, err := r.kindOf(schemaAt)
	if err != nil {
		return nil, err
	}
	if kind == "array" && (one.in == "query" || one.in == "header") {
		target, err := r.resolve(schemaAt)
		if err != nil {
			return nil, err
		}
		one.isList = true
		schemaAt := place{node: target.object()["items"], pointer: target.pointer + "/items"}
		if kind, err = r.kindOf(schemaAt); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(kinds, kind) {
		return nil, fmt.Errorf("%s/type: %q was given; allowed: one of %s, and lists of them in a query or a header", schemaAt.pointer, kind, strings.Join(kinds, ", "))
	}
	one.kind = kind
	one.schema, err = compile(r.compiler, at.pointer+"/schema")
	return one, err
}

// kindOf gives the one type that a schema allows beside null.
func (r *reader) kindOf(at place) (string, error) {
	at, err := r.resolve(at)
	if err != nil {
		return "", err
	}
	given := at.object()["type"]
	if list, isList := given.([]any); isList {
		list = slices.DeleteFunc(slices.Clone(list), func(one any) bool { return one == "null" })
		if len(list) == 1 {
			given = list[0]
		}
	}
	kind, isText := given.(string)
	if !isText {
		return "", fmt.Errorf("%s/type: one type was not given; allowed: one, by which the text of a parameter is read", at.pointer)
	}
	return kind, nil
}

// judge tells what is wrong with the texts that a request brings for the parameter.
func (p *parameter) judge(texts []string) []Issue {
	if len(texts) == 0 {
		if p.isRequired {
			return []Issue{p.issue("is needed")}
		}
		return nil
	}
	if p.isEmptyTaken && len(texts) == 1 && texts[0] == "" {
		return nil
	}
	if p.isList && !p.isExploded {
		if len(texts) > 1 {
			return []Issue{p.issue("is given more than once; values are separated by commas")}
		}
		texts = strings.Split(texts[0], ",")
	}
	if !p.isList && len(texts) > 1 {
		return []Issue{p.issue("is given more than once")}
	}
	read := make([]any, 0, len(texts))
	for _, text := range texts {
		if p.in == "header" {
			text = strings.TrimSpace(text)
		}
		value, is := ofKind(p.kind, text)
		if !is {
			return []Issue{p.issue("must be of the type " + p.kind)}
		}
		read = append(read, value)
	}
	value := any(read)
	if !p.isList {
		value = read[0]
	}
	issues := issuesOf(p.schema.Validate(value))
	for index := range issues {
		issues[index].In, issues[index].Name, issues[index].Pointer = p.in, p.name, ""
	}
	return issues
}

func (p *parameter) issue(detail string) Issue {
	return Issue{In: p.in, Name: p.name, Detail: detail}
}

func ofKind(kind, text string) (any, bool) {
	switch kind {
	case "integer":
		return json.Number(text), wholeNumber.MatchString(text) && isBounded(text)
	case "number":
		return json.Number(text), anyNumber.MatchString(text) && isBounded(text)
	case "boolean":
		return text == "true", text == "true" || text == "false"
	default:
		return text, true
	}
}
