package validator

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

const secret = "4f9c-very-secret"

// A document in the words of 3.0, and the same in those of 3.1.
var versions = map[string]*strings.Replacer{
	"3.0.3": strings.NewReplacer("NULLABLE_TEXT", `"type":"string","nullable":true`, "ABOVE_ZERO", `"minimum":0,"exclusiveMinimum":true`),
	"3.1.0": strings.NewReplacer("NULLABLE_TEXT", `"type":["string","null"]`, "ABOVE_ZERO", `"exclusiveMinimum":0`),
}

const shop = `{
  "openapi": "VERSION", "info": {"title": "shop", "version": "1"}, "servers": [{"url": "https://shop.example.com/v1/"}],
  "paths": {
    "/orders/{id}": {
      "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}],
      "get": {"parameters": [{"name": "verbose", "in": "query", "schema": {"type": "boolean"}}], "responses": {"200": {"description": "it"}}}
    },
    "/orders/mine": {"get": {"responses": {"200": {"description": "all of mine"}}}},
    "/orders": {
      "get": {
        "parameters": [
          {"name": "limit", "in": "query", "schema": {"$ref": "#/components/schemas/Limit"}},
          {"name": "sku", "in": "query", "schema": {"type": "array", "items": {"type": "string", "minLength": 2}, "maxItems": 2}},
          {"name": "state", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string", "enum": ["open", "paid"]}}},
          {"name": "share", "in": "query", "schema": {"type": "number", "maximum": 1}},
          {"name": "seen", "in": "cookie", "schema": {"type": "integer"}}
        ],
        "responses": {"200": {"description": "some"}}
      },
      "post": {
        "parameters": [{"name": "idempotency-key", "in": "header", "required": true, "schema": {"type": "string", "minLength": 8, "maxLength": 40}}],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
        "responses": {"201": {"description": "placed"}}
      }
    }
  },
  "components": {"schemas": {
    "Limit": {"type": "integer", "minimum": 1, "maximum": 100},
    "Order": {
      "type": "object", "required": ["id", "customer", "items"], "additionalProperties": false,
      "properties": {
        "id": {"type": "string", "readOnly": true},
        "customer": {"type": "string", "minLength": 1, "pattern": "^[a-z-]+$"},
        "note": {NULLABLE_TEXT},
        "token": {"type": "string", "enum": ["a", "b"]},
        "items": {"type": "array", "minItems": 1, "maxItems": 100, "items": {
          "type": "object", "required": ["sku", "quantity"], "properties": {
            "sku": {"type": "string"}, "quantity": {"type": "integer", "format": "int32", ABOVE_ZERO}
          }
        }},
        "pays": {"oneOf": [{"type": "object", "required": ["card"], "properties": {"card": {"type": "string"}}}, {"type": "object", "required": ["iban"], "properties": {"iban": {"type": "string"}}}]}
      }
    }
  }}
}`

func documentOf(t testing.TB, version string, given rules) *Document {
	t.Helper()
	given.Document = json.RawMessage(strings.Replace(versions[version].Replace(shop), "VERSION", version, 1))
	if given.MaxBodyBytes == 0 {
		given.MaxBodyBytes = 4096
	}
	document, err := newDocument(given)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func judge(d *Document, method, path string, header http.Header, body string) *Problem {
	found, refused := d.judgeHead(Head{Method: method, Path: path, Header: header})
	if refused != nil || found == nil {
		return refused
	}
	return d.judgeBody(found, header, []byte(body), soon())
}

func headers(pairs ...string) http.Header {
	header := http.Header{}
	for index := 0; index < len(pairs); index += 2 {
		header.Add(pairs[index], pairs[index+1])
	}
	return header
}

var ordering = headers("Content-Type", "application/json", "Idempotency-Key", "key-00001")

func with(more ...string) http.Header {
	header := ordering.Clone()
	for index := 0; index < len(more); index += 2 {
		header.Del(more[index])
	}
	for index := 0; index < len(more); index += 2 {
		if more[index+1] != "" {
			header.Add(more[index], more[index+1])
		}
	}
	return header
}

func order(more string) string {
	return `{"customer":"ada","items":[{"sku":"anvil","quantity":2}]` + more + `}`
}

func TestRequests(t *testing.T) {
	plain := http.Header{}
	cases := []struct {
		what, method, path string
		header             http.Header
		body               string
		status             int
		// what is named: the place, and the words.
		in, at, says string
	}{
		{"an order", "POST", "/v1/orders", ordering, order(""), 0, "", "", ""},
		{"an order with a null that is allowed", "POST", "/v1/orders", ordering, order(`,"note":null`), 0, "", "", ""},
		{"another media type's case and charset", "POST", "/v1/orders", with("Content-Type", "Application/JSON; charset=UTF-8"), order(""), 0, "", "", ""},
		{"one alternative", "POST", "/v1/orders", ordering, order(`,"pays":{"iban":"x"}`), 0, "", "", ""},
		{"a read", "GET", "/v1/orders/0192f0c1-7a3e-4f6b-8a50-3a4f2d9c1b77?verbose=true", plain, "", 0, "", "", ""},
		{"what is written out before what is variable", "GET", "/v1/orders/mine", plain, "", 0, "", "", ""},
		{"HEAD as GET", "HEAD", "/v1/orders/mine", plain, "", 0, "", "", ""},
		{"lists and numbers", "GET", "/v1/orders?limit=7&sku=ab&sku=cd&state=open,paid&share=0.5", headers("Cookie", "seen=4; other=x"), "", 0, "", "", ""},

		{"a path that is not there", "GET", "/v1/refunds", plain, "", 404, "", "", ""},
		{"without the server's base", "GET", "/orders/mine", plain, "", 404, "", "", ""},
		{"with a slash more", "GET", "/v1/orders/", plain, "", 404, "", "", ""},
		{"a method that is not there", "DELETE", "/v1/orders", plain, "", 405, "", "", "no such method"},
		{"an id that is none", "GET", "/v1/orders/" + secret, plain, "", 400, "path", "id", "uuid"},
		{"a path that hides what it is", "GET", "/v1/orders/%6dine", plain, "", 400, "", "", "encodes only"},
		{"a slash within a segment", "GET", "/v1/orders/a%2Fb", plain, "", 400, "", "", "slashes"},
		{"dots", "GET", "/v1/orders/../mine", plain, "", 400, "", "", "dots"},
		{"no number", "GET", "/v1/orders?limit=" + secret, plain, "", 400, "query", "limit", "integer"},
		{"a number that is too large", "GET", "/v1/orders?limit=101", plain, "", 400, "query", "limit", "at most 100"},
		{"a number that fills the memory", "GET", "/v1/orders?share=1e1000000000", plain, "", 400, "query", "share", "number"},
		{"a parameter twice", "GET", "/v1/orders?limit=1&limit=101", plain, "", 400, "query", "limit", "more than once"},
		{"a parameter nobody knows", "GET", "/v1/orders?admin=1", plain, "", 400, "query", "admin", "not in the document"},
		{"a list that is too long", "GET", "/v1/orders?sku=ab&sku=cd&sku=ef", plain, "", 400, "query", "sku", "at most 2 items"},
		{"a list with a word that is not allowed", "GET", "/v1/orders?state=open," + secret, plain, "", 400, "query", "state", `one of ["open","paid"]`},
		{"a query that cannot be read", "GET", "/v1/orders?limit=%zz", plain, "", 400, "", "", "query"},
		{"a cookie that is no number", "GET", "/v1/orders", headers("Cookie", "seen="+secret), "", 400, "cookie", "seen", "integer"},
		{"a body where there is none", "GET", "/v1/orders/mine", plain, "{}", 400, "body", "", "must not be sent"},
		{"no header", "POST", "/v1/orders", with("Idempotency-Key", ""), order(""), 400, "header", "Idempotency-Key", "is needed"},
		{"a short header", "POST", "/v1/orders", with("Idempotency-Key", "key"), order(""), 400, "header", "Idempotency-Key", "at least 8"},
		{"no body", "POST", "/v1/orders", ordering, "", 400, "body", "", "is needed"},
		{"no type", "POST", "/v1/orders", with("Content-Type", ""), order(""), 415, "", "", "application/json"},
		{"another type", "POST", "/v1/orders", with("Content-Type", "text/plain"), order(""), 415, "", "", "application/json"},
		{"two types", "POST", "/v1/orders", with("Content-Type", "application/json", "Content-Type", "text/plain"), order(""), 415, "", "", ""},
		{"another charset", "POST", "/v1/orders", with("Content-Type", "application/json; charset=utf-16"), order(""), 415, "", "", ""},
		{"a compressed body", "POST", "/v1/orders", with("Content-Encoding", "gzip"), order(""), 415, "", "", "not compressed"},
		{"a long body", "POST", "/v1/orders", ordering, order(`,"note":"` + strings.Repeat("x", 4096) + `"`), 413, "", "", "4096 bytes"},
		{"a body that is said to be long", "POST", "/v1/orders", with("Content-Length", "5000"), "", 413, "", "", "4096 bytes"},
		{"no JSON", "POST", "/v1/orders", ordering, `{"customer": ` + secret, 400, "body", "", "not JSON"},
		{"more than one value", "POST", "/v1/orders", ordering, order("") + "{}", 400, "body", "", "not JSON"},
		{"a name twice", "POST", "/v1/orders", ordering, order(`,"customer":"` + secret + `"`), 400, "body", "", "twice"},
		{"no text", "POST", "/v1/orders", ordering, order(",\"note\":\"\xff\""), 400, "body", "", "UTF-8"},
		{"a number out of all range", "POST", "/v1/orders", ordering, order(`,"note":1e1000000000`), 400, "body", "", "out of range"},
		{"a body without end", "POST", "/v1/orders", ordering, strings.Repeat("[", 2000) + strings.Repeat("]", 2000), 400, "body", "", "deeper"},
		{"a missing property", "POST", "/v1/orders", ordering, `{"customer":"ada"}`, 400, "body", "#", "lacks items"},
		{"a property nobody knows", "POST", "/v1/orders", ordering, order(`,"role":"` + secret + `"`), 400, "body", "#", "does not know: role"},
		{"what is readOnly", "POST", "/v1/orders", ordering, order(`,"id":"` + secret + `"`), 400, "body", "#/id", "must not be sent"},
		{"a wrong type, deep within", "POST", "/v1/orders", ordering, `{"customer":"ada","items":[{"sku":"a","quantity":1},{"sku":"b","quantity":"` + secret + `"}]}`, 400, "body", "#/items/1/quantity", "type integer"},
		{"a bound that excludes", "POST", "/v1/orders", ordering, `{"customer":"ada","items":[{"sku":"a","quantity":0}]}`, 400, "body", "#/items/0/quantity", "more than 0"},
		{"a number beyond its format", "POST", "/v1/orders", ordering, `{"customer":"ada","items":[{"sku":"a","quantity":3000000000}]}`, 400, "body", "#/items/0/quantity", "format int32"},
		{"a pattern", "POST", "/v1/orders", ordering, `{"customer":"` + secret + `","items":[{"sku":"a","quantity":1}]}`, 400, "body", "#/customer", "pattern"},
		{"a word that is not allowed", "POST", "/v1/orders", ordering, order(`,"token":"` + secret + `"`), 400, "body", "#/token", "one of"},
		{"no alternative", "POST", "/v1/orders", ordering, order(`,"pays":{"gold":"` + secret + `"}`), 400, "body", "#/pays", "alternatives"},
		{"a null that is not allowed", "POST", "/v1/orders", ordering, order(`,"token":null`), 400, "body", "#/token", ""},
	}
	for version := range versions {
		document := documentOf(t, version, rules{})
		for _, one := range cases {
			t.Run(version+" "+one.what, func(t *testing.T) {
				refused := judge(document, one.method, one.path, one.header, one.body)
				if one.status == 0 {
					if refused != nil {
						t.Fatalf("refused: %+v", refused)
					}
					return
				}
				if refused == nil || refused.Status != one.status {
					t.Fatalf("wanted %d, got %+v", one.status, refused)
				}
				text, _ := json.Marshal(refused)
				if strings.Contains(string(text), secret) {
					t.Fatalf("a value is told: %s", text)
				}
				said := refused.Detail
				if one.in != "" {
					first := refused.Errors[0]
					if first.In != one.in || first.Name+first.Pointer != one.at {
						t.Fatalf("wanted %s %s, got %+v", one.in, one.at, refused.Errors)
					}
					said = first.Detail
				}
				if !strings.Contains(said, one.says) {
					t.Fatalf("wanted %q in %q", one.says, said)
				}
			})
		}
	}
}

func TestWhatIsSteppedDownFrom(t *testing.T) {
	open := documentOf(t, "3.1.0", rules{PassUnknownPaths: true, PassUnknownQuery: true})
	for _, path := range []string{"/elsewhere", "/v1/orders?utm_source=x"} {
		if refused := judge(open, "GET", path, http.Header{}, ""); refused != nil {
			t.Errorf("%s: %+v", path, refused)
		}
	}
	if refused := judge(open, "GET", "/v1/orders?limit=0", http.Header{}, ""); refused == nil {
		t.Error("what the document knows is judged as before")
	}
	if refused := judge(open, "PATCH", "/v1/orders", http.Header{}, "anything"); refused != nil {
		t.Errorf("a method nobody knows passes, too: %+v", refused)
	}
}

// Readers of cookies differ in what they leave out: nothing is.
func TestCookies(t *testing.T) {
	document := documentOf(t, "3.1.0", rules{})
	for value, passes := range map[string]bool{
		"seen=4": true, "a=1;seen=4 ;b": true, "a=\"x\"; seen=4; b=\\": true, "SEEN=x": true,
		`seen=9\`: false, `seen="9`: false, `seen="9"`: false, "seen=\u00e9": false, strings.Repeat("a;", 3001) + "seen=x": false,
		`seen=9999\; seen=1`: false, "seen=1; seen=1": false, "seen =x": false, "seen": false, "seen=": false,
	} {
		refused := judge(document, "GET", "/v1/orders", headers("Cookie", value), "")
		if (refused == nil) != passes || (refused != nil && refused.Errors[0].In != "cookie") {
			t.Errorf("%.20q: %+v", value, refused)
		}
	}
	page := `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"parameters":[
	  {"name":"page","in":"cookie","schema":{"type":"integer","maximum":5}},{"name":"skin","in":"cookie","schema":{"type":"string"}}],
	  "responses":{"200":{"description":"d"}}}}}}`
	document, err := newDocument(rules{MaxBodyBytes: 1, Document: json.RawMessage(page)})
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{`page=9\`, `page="9`, "page=\u00e9", strings.Repeat("a;", 3001) + "page=9", `page=9999\; page=1`, `skin="dark"`, `skin=a\`} {
		if refused := judge(document, "GET", "/a", headers("Cookie", value), ""); refused == nil || refused.Status != 400 {
			t.Errorf("%.20q passed", value)
		}
	}
	// Lines are one list.
	if refused := judge(document, "GET", "/a", headers("Cookie", "page=1", "Cookie", "page=9"), ""); refused == nil {
		t.Error("a second line passed")
	}
}

func TestWhatIsAlmostInTheDocumentIsNotUnknown(t *testing.T) {
	open := documentOf(t, "3.1.0", rules{PassUnknownPaths: true})
	for _, path := range []string{
		"/v1/orders/", "//v1/orders", "/v1//orders", "/v1/Orders", "/V1/orders", "/v1/orders;x=1", "/v1;a/orders", "/v1/orders%3Bx=1", "/v1/ORDERS/x/",
	} {
		if refused := judge(open, "GET", path, http.Header{}, ""); refused == nil || refused.Status != 404 {
			t.Errorf("%s: %+v", path, refused)
		}
	}
	for _, path := range []string{"/", "//", "/v1", "/orders", "/v1/orders/a/b", "/v1/refunds/"} {
		if refused := judge(open, "GET", path, http.Header{}, ""); refused != nil {
			t.Errorf("%s: %+v", path, refused)
		}
	}
	if refused := judge(open, "post", "/v1/orders", http.Header{}, "{}"); refused == nil || refused.Status != 405 {
		t.Errorf("another case of a method: %+v", refused)
	}
}

func TestAllowedMethods(t *testing.T) {
	refused := judge(documentOf(t, "3.0.3", rules{}), "PUT", "/v1/orders", http.Header{}, "")
	if refused == nil || refused.allow != "GET, POST" {
		t.Fatalf("%+v", refused)
	}
}

func TestManyIssues(t *testing.T) {
	items := strings.TrimSuffix(strings.Repeat(`{"sku":1,"quantity":"x"},`, 40), ",")
	refused := judge(documentOf(t, "3.1.0", rules{}), "POST", "/v1/orders", ordering, `{"customer":"ada","items":[`+items+`]}`)
	if refused == nil || len(refused.Errors) != mostIssues || refused.Errors[0].Pointer != "#/items/0/quantity" {
		t.Fatalf("%+v", refused)
	}
}
