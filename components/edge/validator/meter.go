package validator

import (
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	// Steps that a body is judged in at most: one for each value of it and each schema that the value is held against. A step that finds
	// something wrong holds about 400 bytes until the end, so all of them 40 MB, in about 100 ms of a processor.
	mostSteps = 100_000
	// So many levels of nesting make a step another one: what is wrong is kept with the whole way to it.
	levelsOfStep = 8
	// So many bytes of a text are a step: patterns read all of it.
	bytesOfStep = 64
	// A body waits to be judged, and is judged, for so long: proxies wait for 1 s, and may let pass what they got no answer for.
	mostWait = 200 * time.Millisecond
	mostTime = 300 * time.Millisecond
	// The clock is looked at once in so many visits.
	visitsOfLook = 64
)

var errSteps = errors.New("it takes more to judge than any body gets")

// early is what is wrong with a value as a whole, so that nothing within it is looked at.
type early struct{ detail string }

func (e *early) Error() string { return e.detail }

// meter counts what one body takes, and ends it when that is too much. Schemas of the library know nothing of whom they judge for, so each
// meter has schemas of its own, and judges one body at a time.
type meter struct {
	schemas map[string]*jsonschema.Schema
	left    int
	// stepsOfVisit is more for values that are nested deep.
	stepsOfVisit int
	visits       int
	until        time.Time
}

// newMeter compiles the schemas at some pointers, and has each of them tell what it is held against.
func (r *reader) newMeter(pointers []string) (*meter, error) {
	compiler, err := r.newCompiler()
	if err != nil {
		return nil, err
	}
	m := &meter{schemas: map[string]*jsonschema.Schema{}}
	seen := map[*jsonschema.Schema]bool{}
	for _, pointer := range pointers {
		schema, err := compile(compiler, pointer)
		if err != nil {
			return nil, err
		}
		m.schemas[pointer] = schema
		m.watch(schema, seen)
	}
	return m, nil
}

// judge holds a value against a schema. It gives errSteps where that takes too much.
func (m *meter) judge(pointer string, value any, levels int, until time.Time) (issues []Issue, err error) {
	m.left, m.visits, m.until = mostSteps, 0, until
	m.stepsOfVisit = 1 + levels/levelsOfStep
	defer func() {
		if failure := recover(); failure == errSteps {
			issues, err = nil, errSteps
		} else if failure != nil {
			panic(failure)
		}
	}()
	return issuesOf(m.schemas[pointer].Validate(value)), nil
}

// watch has a schema, and all that it leads to, ask the meter first. A format is what the library asks before it looks into a value.
func (m *meter) watch(schema *jsonschema.Schema, seen map[*jsonschema.Schema]bool) {
	if schema == nil || seen[schema] {
		return
	}
	seen[schema] = true
	if schema.Bool == nil {
		given := schema.Format
		watched := &jsonschema.Format{Validate: func(value any) error {
			m.take(value)
			if err := tooMuch(schema, value); err != nil {
				return err
			}
			if given == nil {
				return nil
			}
			return given.Validate(value)
		}}
		if given != nil {
			watched.Name = given.Name
		}
		schema.Format = watched
	}
	for _, next := range partsOf(schema) {
		m.watch(next, seen)
	}
}

// take pays for a visit to a value and for those to what is directly within it, before any is made.
func (m *meter) take(value any) {
	steps := 1
	switch value := value.(type) {
	case []any:
		steps += len(value)
	case map[string]any:
		steps += len(value)
	case string:
		steps += len(value) / bytesOfStep
	}
	m.left -= steps * m.stepsOfVisit
	m.visits++
	if m.left < 0 || (m.visits%visitsOfLook == 0 && time.Now().After(m.until)) {
		panic(errSteps)
	}
}

// tooMuch refuses what is longer than its schema has it, before the library looks at each part of it.
func tooMuch(schema *jsonschema.Schema, value any) error {
	switch value := value.(type) {
	case []any:
		if most := schema.MaxItems; most != nil && len(value) > *most {
			return &early{fmt.Sprintf("must have at most %d items", *most)}
		}
	case map[string]any:
		if most := schema.MaxProperties; most != nil && len(value) > *most {
			return &early{fmt.Sprintf("must have at most %d properties", *most)}
		}
	case string:
		if most := schema.MaxLength; most != nil && utf8.RuneCountInString(value) > *most {
			return &early{fmt.Sprintf("must have at most %d characters", *most)}
		}
	}
	return nil
}

// partsOf are the schemas that a schema holds something against.
func partsOf(schema *jsonschema.Schema) []*jsonschema.Schema {
	all := []*jsonschema.Schema{
		schema.Ref, schema.RecursiveRef, schema.Not, schema.If, schema.Then, schema.Else, schema.PropertyNames, schema.UnevaluatedProperties,
		schema.Contains, schema.Items2020, schema.UnevaluatedItems, schema.ContentSchema,
	}
	if schema.DynamicRef != nil {
		all = append(all, schema.DynamicRef.Ref)
	}
	for _, list := range [][]*jsonschema.Schema{schema.AllOf, schema.AnyOf, schema.OneOf, schema.PrefixItems} {
		all = append(all, list...)
	}
	for _, named := range []map[string]*jsonschema.Schema{schema.Properties, schema.DependentSchemas} {
		for _, one := range named {
			all = append(all, one)
		}
	}
	for _, one := range schema.PatternProperties {
		all = append(all, one)
	}
	for _, one := range schema.Dependencies {
		if one, is := one.(*jsonschema.Schema); is {
			all = append(all, one)
		}
	}
	for _, one := range []any{schema.AdditionalProperties, schema.Items, schema.AdditionalItems} {
		switch one := one.(type) {
		case *jsonschema.Schema:
			all = append(all, one)
		case []*jsonschema.Schema:
			all = append(all, one...)
		}
	}
	return all
}

func tooSlow() *Problem {
	return problem(http.StatusRequestEntityTooLarge, "the body takes too long to judge: it has too many values, or they are nested too deep")
}

func tooBusy() *Problem {
	return problem(http.StatusServiceUnavailable, "too many bodies are judged at once")
}
