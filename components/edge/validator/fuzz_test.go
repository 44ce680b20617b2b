package validator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever a client sends is answered, and nothing that passes is read apart by somebody else.
func FuzzPaths(f *testing.F) {
	for _, path := range []string{"/v1/orders", "/v1/orders/a%2Fb?x=%", "*", "", "v1/orders", "/%", "/%4", "/%41%", "/v1/orders/%E2%82%AC?limit=1&limit=2", "//", "/v1/orders/%ff"} {
		f.Add("GET", path)
	}
	document := documentOf(f, "3.1.0", rules{})
	f.Fuzz(func(t *testing.T, method, path string) {
		found, refused := document.judgeHead(Head{Method: method, Path: path, Header: http.Header{}})
		if (found == nil) == (refused == nil) {
			t.Fatalf("%q: %v %v", path, found, refused)
		}
		if refused != nil {
			return
		}
		target, err := url.ParseRequestURI(path)
		if err != nil || !strings.HasPrefix(target.Path, "/v1/orders") {
			t.Fatalf("%q passed: %v", path, err)
		}
	})
}

func FuzzBodies(f *testing.F) {
	for _, body := range []string{order(""), "{}", `[1e400]`, `"\ud800"`, `{"a":1,"a":2}`, "\xff", strings.Repeat("[", 200), `{"customer":"ada","items":[{"sku":"a","quantity":1e2}]}`} {
		f.Add([]byte(body))
	}
	document := documentOf(f, "3.0.3", rules{})
	f.Fuzz(func(t *testing.T, body []byte) {
		operation := document.paths[0].operations["POST"]
		for _, item := range document.paths {
			if post := item.operations["POST"]; post != nil {
				operation = post
			}
		}
		refused := document.judgeBody(operation, ordering, body, soon())
		if refused != nil {
			if text, err := json.Marshal(refused); err != nil || !utf8.Valid(text) {
				t.Fatalf("%v", err)
			}
			return
		}
		var plain any
		if err := json.Unmarshal(body, &plain); err != nil {
			t.Fatalf("%q passed: %v", body, err)
		}
	})
}
