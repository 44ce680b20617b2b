package validator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Issue is one thing that is wrong with a request: where, and what the document says of it. It never holds a value of the request, which may
// be a secret or a person's.
type Issue struct {
	// In is body, path, query, header or cookie.
	In string `json:"in"`
	// Name is that of a parameter.
	Name string `json:"name,omitempty"`
	// Pointer is that of a part of the body (RFC 6901), from `#`.
	Pointer string `json:"pointer,omitempty"`
	Detail  string `json:"detail"`
}

const (
	// An answer names so many issues.
	mostIssues = 10
	// Names come from the request, too: of long ones the beginning is told.
	mostName = 64
	// What the document allows is told up to this length.
	mostAllowed = 200
)

// issuesOf tells what a schema has against a value.
func issuesOf(err error) []Issue {
	if err == nil {
		return nil
	}
	var failed *jsonschema.ValidationError
	if !errors.As(err, &failed) {
		return []Issue{{In: "body", Pointer: "#", Detail: "cannot be judged"}}
	}
	return leaves(failed, nil)
}

// insert keeps the first issues in their order, which is the same each time, and none twice.
func insert(found []Issue, one Issue) []Issue {
	index, has := slices.BinarySearchFunc(found, one, func(a, b Issue) int {
		return cmp.Or(strings.Compare(a.Pointer, b.Pointer), strings.Compare(a.Detail, b.Detail))
	})
	if has || index == mostIssues {
		return found
	}
	found = slices.Insert(found, index, one)
	return found[:min(len(found), mostIssues)]
}

// leaves are the innermost errors; of alternatives none is told, for which of them was meant nobody knows.
func leaves(failed *jsonschema.ValidationError, found []Issue) []Issue {
	switch failed.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range failed.Causes {
			found = leaves(cause, found)
		}
		if len(failed.Causes) > 0 {
			return found
		}
	}
	tokens := make([]string, 0, len(failed.InstanceLocation))
	for _, token := range failed.InstanceLocation {
		tokens = append(tokens, short(token))
	}
	pointer := "#" + pointerTo(tokens...)
	if len(found) == mostIssues && found[mostIssues-1].Pointer < pointer {
		return found
	}
	return insert(found, Issue{In: "body", Pointer: pointer, Detail: detailOf(failed.ErrorKind)})
}

func detailOf(of jsonschema.ErrorKind) string {
	switch of := of.(type) {
	case *kind.Type:
		return "must be of the type " + strings.Join(of.Want, " or ")
	case *kind.Enum:
		return "must be one of " + allowed(of.Want)
	case *kind.Const:
		return "must be " + allowed(of.Want)
	case *kind.Required:
		return "lacks " + strings.Join(of.Missing, ", ")
	case *kind.AdditionalProperties:
		names := make([]string, 0, len(of.Properties))
		for _, name := range of.Properties {
			names = append(names, short(name))
		}
		slices.Sort(names)
		return "has what the document does not know: " + strings.Join(names[:min(len(names), mostIssues)], ", ")
	case *kind.FalseSchema:
		return "must not be sent"
	case *kind.MinLength:
		return fmt.Sprintf("must have at least %d characters", of.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("must have at most %d characters", of.Want)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %d items", of.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %d items", of.Want)
	case *kind.MinProperties:
		return fmt.Sprintf("must have at least %d properties", of.Want)
	case *kind.MaxProperties:
		return fmt.Sprintf("must have at most %d properties", of.Want)
	case *kind.Minimum:
		return "must be at least " + shown(of.Want)
	case *kind.Maximum:
		return "must be at most " + shown(of.Want)
	case *kind.ExclusiveMinimum:
		return "must be more than " + shown(of.Want)
	case *kind.ExclusiveMaximum:
		return "must be less than " + shown(of.Want)
	case *kind.MultipleOf:
		return "must be a multiple of " + shown(of.Want)
	case *kind.UniqueItems:
		return "must have no item twice"
	case *kind.Pattern:
		return "must match the pattern " + cut(of.Want, mostAllowed)
	case *kind.Format:
		var whole *early
		if errors.As(of.Err, &whole) {
			return whole.detail
		}
		return "must be of the format " + of.Want
	case *kind.OneOf, *kind.AnyOf:
		return "must be one of the alternatives of the document"
	}
	if keywords := of.KeywordPath(); len(keywords) > 0 {
		return "breaks the document's " + keywords[0]
	}
	return "is not what the document allows"
}

func shown(number *big.Rat) string {
	if number.IsInt() {
		return number.Num().String()
	}
	float, _ := number.Float64()
	return fmt.Sprint(float)
}

// allowed is what the document has, never what the request had.
func allowed(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "what the document allows"
	}
	return cut(string(text), mostAllowed)
}

func short(name string) string { return cut(name, mostName) }

func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
