package api

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// letters stand for the digits of a digest. There are no vowels and no digits: a revision is never a word, nor a number in YAML.
const letters = "bcdfghjklmnpqrst"

// Revision is the name of a template: 10 letters, the same for the same template.
func Revision(template map[string]any) (string, error) {
	// Maps are written in the order of their keys.
	text, err := json.Marshal(template)
	if err != nil {
		return "", fmt.Errorf("the template has no digest: %w", err)
	}
	sum := sha256.Sum256(text)
	name := make([]byte, 0, 10)
	for _, b := range sum[:5] {
		name = append(name, letters[b>>4], letters[b&15])
	}
	return string(name), nil
}
