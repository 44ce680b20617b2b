package validator

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var errFormat = errors.New("not of its format")

// formats are those that OpenAPI has beside JSON Schema's. `password` and `binary` tell people something, and ask nothing.
var formats = []*jsonschema.Format{
	{Name: "int32", Validate: wholeWithin(32)},
	{Name: "int64", Validate: wholeWithin(64)},
	{Name: "float", Validate: within(math.MaxFloat32)},
	{Name: "double", Validate: within(math.MaxFloat64)},
	{Name: "byte", Validate: ofTexts(func(text string) error {
		_, err := base64.StdEncoding.DecodeString(text)
		return err
	})},
}

func wholeWithin(bits int) func(any) error {
	return func(value any) error {
		number, isNumber := value.(json.Number)
		if !isNumber {
			return nil
		}
		if _, err := strconv.ParseInt(number.String(), 10, bits); err == nil {
			return nil
		}
		// JSON may write a whole number as 1.0 or 1e3.
		float, err := number.Float64()
		if err != nil || float != math.Trunc(float) || math.Abs(float) >= math.Exp2(float64(bits-1)) {
			return errFormat
		}
		return nil
	}
}

func within(most float64) func(any) error {
	return func(value any) error {
		number, isNumber := value.(json.Number)
		if !isNumber {
			return nil
		}
		if float, err := number.Float64(); err != nil || math.Abs(float) > most {
			return errFormat
		}
		return nil
	}
}

func ofTexts(check func(string) error) func(any) error {
	return func(value any) error {
		if text, isText := value.(string); isText {
			return check(text)
		}
		return nil
	}
}
