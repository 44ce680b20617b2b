package validator

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRefusedDocuments(t *testing.T) {
	whole := func(version, paths, more string) string {
		return fmt.Sprintf(`{"openapi":%q,"info":{"title":"t","version":"1"},"paths":%s%s}`, version, paths, more)
	}
	post := func(body string) string {
		return whole("3.1.0", `{"/a":{"post":{"requestBody":`+body+`,"responses":{"200":{"description":"d"}}}}}`, "")
	}
	body := func(schema string) string { return post(`{"content":{"application/json":{"schema":` + schema + `}}}`) }
	get := func(parameter string) string {
		return whole("3.0.3", `{"/a":{"get":{"parameters":[`+parameter+`],"responses":{"200":{"description":"d"}}}}}`, "")
	}
	for what, one := range map[string]struct{ document, says string }{
		"another version":               {whole("3.2.0", `{"/a":{}}`, ""), "3.0.x and 3.1.x"},
		"no paths":                      {whole("3.0.3", `{}`, ""), "at least one"},
		"no document":                   {`{"openapi":"3.0.3","paths":{"/a":{}}}`, "info"},
		"a server with variables":       {whole("3.0.3", `{"/a":{}}`, `,"servers":[{"url":"/{base}","variables":{"base":{"default":"x"}}}]`), "variables"},
		"a server of one path":          {whole("3.0.3", `{"/a":{"servers":[{"url":"/v1"}]}}`, ""), "whole document"},
		"a variable within a segment":   {whole("3.0.3", `{"/a/{id}.json":{"get":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"200":{"description":"d"}}}}}`, ""), "whole segments"},
		"another type of body":          {post(`{"content":{"text/csv":{"schema":{"type":"string"}}}}`), "cannot be judged"},
		"any type of body":              {post(`{"content":{"*/*":{"schema":{"type":"string"}}}}`), "cannot be judged"},
		"a body of anything":            {post(`{"content":{"application/json":{}}}`), "anything would pass"},
		"a reference to elsewhere":      {body(`{"$ref":"https://example.com/schema.json"}`), "external"},
		"a dialect of its own":          {body(`{"$schema":"https://json-schema.org/draft/2019-09/schema","type":"string"}`), "$schema"},
		"a reference that is not fixed": {body(`{"$dynamicRef":"#node"}`), "$dynamicRef"},
		"a lone discriminator":          {body(`{"type":"object","discriminator":{"propertyName":"kind"}}`), "discriminator"},
		"a pattern that backtracks":     {body(`{"type":"string","pattern":"(?=a)b"}`), "(?="},
		"a parameter of any type":       {get(`{"name":"a","in":"query","schema":{}}`), "one type"},
		"a parameter that is an object": {get(`{"name":"a","in":"query","schema":{"type":"object"}}`), "lists of them"},
		"a parameter with content":      {get(`{"name":"a","in":"query","content":{"application/json":{"schema":{"type":"string"}}}}`), "content is not judged"},
		"another style":                 {get(`{"name":"a","in":"query","style":"pipeDelimited","schema":{"type":"array","items":{"type":"string"}}}`), "style"},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := newDocument(rules{MaxBodyBytes: 1, Document: json.RawMessage(one.document)})
			if err == nil || !strings.Contains(err.Error(), one.says) {
				t.Fatalf("wanted %q, got %v", one.says, err)
			}
		})
	}
}

// What is readOnly in one part of a schema is not missed by another.
func TestReadOnlyInParts(t *testing.T) {
	const more = `,"components":{"schemas":{
	  "Entity":{"type":"object","properties":{"id":{"type":"string","readOnly":true}}},
	  "Whole":{"type":"object","required":["id"],"properties":{"id":{"type":"string","readOnly":true}}},
	  "Demands":{"type":"object","required":["id"]},
	  "Both":{"allOf":[{"$ref":"#/components/schemas/Entity"},{"required":["id","name"]}]}}}`
	const entity = `{"$ref":"#/components/schemas/Entity"}`
	for what, schema := range map[string]string{
		"another branch":              `{"allOf":[` + entity + `,{"required":["id","name"]}]}`,
		"beside its branches":         `{"required":["id","name"],"allOf":[` + entity + `]}`,
		"a branch of a branch":        `{"allOf":[{"allOf":[` + entity + `]},{"allOf":[{"required":["id","name"]}]}]}`,
		"both are within":             `{"allOf":[{"properties":{"id":{"readOnly":true}}},{"required":["name","id"]}]}`,
		"what is whole by itself":     `{"allOf":[{"$ref":"#/components/schemas/Whole"},` + entity + `,{"required":["name"]}]}`,
		"a reference to all of it":    `{"$ref":"#/components/schemas/Both"}`,
		"a branch that refers to all": `{"allOf":[{"$ref":"#/components/schemas/Both"},{"required":["id"]}]}`,
	} {
		document := taking(t, schema, more)
		for body, passes := range map[string]bool{`{"name":"a"}`: true, `{"name":"a","id":"x"}`: false, `{}`: false} {
			if refused := judge(document, "POST", "/a", plainJSON, body); (refused == nil) != passes {
				t.Errorf("%s: %s: %+v", what, body, refused)
			}
		}
	}
	text := `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":
	  {"allOf":[` + entity + `,{"$ref":"#/components/schemas/Demands"}]}}}},"responses":{"200":{"description":"d"}}}}}` + more + `}`
	_, err := newDocument(rules{MaxBodyBytes: 1, Document: json.RawMessage(text)})
	if err == nil || !strings.Contains(err.Error(), `#/components/schemas/Demands/required: "id" is readOnly in another part of #/paths/~1a/post`) {
		t.Errorf("a demand that others share: %v", err)
	}
}

func TestPropertiesThatAreNamedLikeWords(t *testing.T) {
	// `default` and `nullable` are properties here.
	text := `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":
	  {"type":"object","properties":{"default":{"type":"string","nullable":true},"nullable":{"type":"boolean"},"required":{"type":"integer"}}}}}},
	  "responses":{"200":{"description":"d"}}}}}}`
	document, err := newDocument(rules{MaxBodyBytes: 100, Document: json.RawMessage(text)})
	if err != nil {
		t.Fatal(err)
	}
	json := headers("Content-Type", "application/json")
	if refused := judge(document, "POST", "/a", json, `{"default":null,"nullable":true,"required":1}`); refused != nil {
		t.Errorf("%+v", refused)
	}
	if refused := judge(document, "POST", "/a", json, `{"default":1}`); refused == nil {
		t.Error("a wrong default passed")
	}
}

func TestFormatsThatNobodyKnowsAskNothing(t *testing.T) {
	text := `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"parameters":[
	  {"name":"price","in":"query","schema":{"type":"string","format":"money"}},{"name":"raw","in":"query","schema":{"type":"string","format":"byte"}}],
	  "responses":{"200":{"description":"d"}}}}}}`
	document, err := newDocument(rules{MaxBodyBytes: 100, Document: json.RawMessage(text)})
	if err != nil {
		t.Fatal(err)
	}
	if refused := judge(document, "GET", "/a?price=x&raw=YQ==", nil, ""); refused != nil {
		t.Errorf("%+v", refused)
	}
	if refused := judge(document, "GET", "/a?raw=*", nil, ""); refused == nil {
		t.Error("what is not base64 passed")
	}
}

func TestFolder(t *testing.T) {
	folder := t.TempDir()
	if _, err := Load(folder); err == nil {
		t.Error("an empty folder was taken")
	}
	write := func(name, routes string) {
		document := strings.Replace(versions["3.0.3"].Replace(shop), "VERSION", "3.0.3", 1)
		text := fmt.Sprintf(`{"routes":%s,"maxBodyBytes":100,"document":%s}`, routes, document)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("orders.json", `["shop/orders","shop/orders-repeatable"]`)
	set, err := Load(folder)
	if err != nil || strings.Join(set.Routes(), " ") != "shop/orders shop/orders-repeatable" || set.longestBody != 100 {
		t.Fatalf("%v %+v", err, set)
	}
	write("others.json", `["shop/orders"]`)
	if _, err := Load(folder); err == nil || !strings.Contains(err.Error(), "another document") {
		t.Errorf("two documents for one route: %v", err)
	}
}
