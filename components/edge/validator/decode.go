package validator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// Deeper nesting than this no document asks for; every level costs stack, here and in services.
	mostLevels = 100
	// Digits of a number, and its exponent: beyond a double's range, exact arithmetic on it would take the memory of all.
	mostDigits   = 400
	mostExponent = 400
)

var (
	errDuplicate = errors.New("a name stands twice in one object")
	errDeep      = fmt.Errorf("it is nested deeper than %d levels", mostLevels)
	errNumber    = errors.New("a number is out of range")
	errText      = errors.New("it is not UTF-8")
	errJSON      = errors.New("it is not JSON")
)

// decode reads JSON of which every reader makes the same: a name once in an object, one value, UTF-8. Its errors say nothing of values.
func decode(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, errText
	}
	if !json.Valid(text) {
		return nil, errJSON
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := next(decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errJSON
	}
	return value, nil
}

func next(decoder *json.Decoder, level int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, errJSON
	}
	switch token := token.(type) {
	case json.Delim:
		if level >= mostLevels {
			return nil, errDeep
		}
		if token == '[' {
			return list(decoder, level+1)
		}
		return object(decoder, level+1)
	case json.Number:
		if !isBounded(token.String()) {
			return nil, errNumber
		}
	}
	return token, nil
}

func list(decoder *json.Decoder, level int) (any, error) {
	items := []any{}
	for decoder.More() {
		item, err := next(decoder, level)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errJSON
	}
	return items, nil
}

func object(decoder *json.Decoder, level int) (any, error) {
	members := map[string]any{}
	for decoder.More() {
		token, err := decoder.Token()
		name, isText := token.(string)
		if err != nil || !isText {
			return nil, errJSON
		}
		if _, has := members[name]; has {
			return nil, errDuplicate
		}
		if members[name], err = next(decoder, level); err != nil {
			return nil, err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errJSON
	}
	return members, nil
}

// isBounded tells a number that a double holds, more or less, from one that only fills memory.
func isBounded(number string) bool {
	digits, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	exponent = strings.TrimLeft(strings.TrimLeft(exponent, "+-"), "0")
	if len(digits) > mostDigits || len(exponent) > 3 {
		return false
	}
	size := 0
	for _, digit := range exponent {
		size = size*10 + int(digit-'0')
	}
	return size <= mostExponent
}
