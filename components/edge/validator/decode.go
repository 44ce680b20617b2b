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
	// Values and names in one body. In memory an object with one member takes 400 bytes, so all of them at most 10 MB beside their texts.
	mostValues = 50_000
)

var (
	errDuplicate = errors.New("a name stands twice in one object")
	errDeep      = fmt.Errorf("it is nested deeper than %d levels", mostLevels)
	errMany      = fmt.Errorf("it has more than %d values and names", mostValues)
	errNumber    = errors.New("a number is out of range")
	errText      = errors.New("it is not UTF-8")
	errJSON      = errors.New("it is not JSON")
)

// decoder reads one text, and knows how much it has read.
type decoder struct {
	*json.Decoder
	// left are the values and names that may come.
	left int
	// levels is how deep the text is nested.
	levels int
}

// decode reads JSON of which every reader makes the same: a name once in an object, one value, UTF-8. It also tells how deep that is nested.
// Its errors say nothing of values.
func decode(text []byte, most int) (value any, levels int, err error) {
	if !utf8.Valid(text) {
		return nil, 0, errText
	}
	if !json.Valid(text) {
		return nil, 0, errJSON
	}
	d := &decoder{Decoder: json.NewDecoder(bytes.NewReader(text)), left: most}
	d.UseNumber()
	if value, err = d.next(0); err != nil {
		return nil, 0, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, 0, errJSON
	}
	return value, d.levels, nil
}

// count tells whether one more may come.
func (d *decoder) count() bool {
	d.left--
	return d.left >= 0
}

func (d *decoder) next(level int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, errJSON
	}
	if !d.count() {
		return nil, errMany
	}
	switch token := token.(type) {
	case json.Delim:
		if level >= mostLevels {
			return nil, errDeep
		}
		d.levels = max(d.levels, level+1)
		if token == '[' {
			return d.list(level + 1)
		}
		return d.object(level + 1)
	case json.Number:
		if !isBounded(token.String()) {
			return nil, errNumber
		}
	}
	return token, nil
}

func (d *decoder) list(level int) (any, error) {
	items := []any{}
	for d.More() {
		item, err := d.next(level)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	if _, err := d.Token(); err != nil {
		return nil, errJSON
	}
	return items, nil
}

func (d *decoder) object(level int) (any, error) {
	members := map[string]any{}
	for d.More() {
		token, err := d.Token()
		name, isText := token.(string)
		if err != nil || !isText {
			return nil, errJSON
		}
		if !d.count() {
			return nil, errMany
		}
		if _, has := members[name]; has {
			return nil, errDuplicate
		}
		if members[name], err = d.next(level); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
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
