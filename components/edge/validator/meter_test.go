package validator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

func soon() time.Time { return time.Now().Add(time.Minute) }

var plainJSON = headers("Content-Type", "application/json")

// taking is a document of one path that takes a body.
func taking(t testing.TB, schema string, more string) *Document {
	t.Helper()
	text := fmt.Sprintf(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"post":{"requestBody":{"content":
	  {"application/json":{"schema":%s}}},"responses":{"200":{"description":"d"}}}}}%s}`, schema, more)
	document, err := newDocument(rules{MaxBodyBytes: 1 << 20, Document: json.RawMessage(text)})
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// filled repeats an item up to a length, in a list.
func filled(item string, length int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", (length-2)/(len(item)+1)), ",") + "]"
}

// taken is the memory that a judgement allocates, whether it is freed or not.
func taken(judging func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	judging()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Each body is the largest of its kind. What is allocated is more than what is held at once.
func TestWhatABodyTakes(t *testing.T) {
	const most = 48 << 20
	deep := strings.Repeat("[", 40) + filled("1", 80_000) + strings.Repeat("]", 40)
	nested := `{"anyOf":[{"type":"string"},{"type":"array","items":{"$ref":"#/components/schemas/Tree"}}]}`
	for what, one := range map[string]struct {
		schema, more, body string
		status             int
	}{
		"a mebibyte of wrong items":   {`{"type":"array","items":{"type":"string"}}`, "", filled("1", 1<<20), 413},
		"as many values as there may": {`{"type":"array","items":{"type":"string"}}`, "", filled("1", 2*(mostValues-2)), 400},
		"as many, twice wrong": {`{"type":"array","items":{"type":"string"},"allOf":[{"items":{"type":"boolean"}}]}`, "",
			filled("1", mostValues-100), 400},
		"empty objects": {`{"type":"array","items":{"type":"object","required":["a","b"]}}`, "", filled("{}", 3*(mostValues-2)), 400},
		"unknown names": {`{"type":"array","items":{"type":"object","additionalProperties":false}}`, "", filled(`{"a":1}`, 8*mostValues/3-100), 400},
		"wrong, deep":   {`{"$ref":"#/components/schemas/Tree"}`, `,"components":{"schemas":{"Tree":` + nested + `}}`, deep, 413},
		"one long text": {`{"type":"string","maxLength":5,"pattern":"^(a|aa)+$"}`, "", `"` + strings.Repeat("a", 1<<20-4) + `b"`, 400},
	} {
		t.Run(what, func(t *testing.T) {
			document := taking(t, one.schema, one.more)
			var refused *Problem
			began := time.Now()
			bytes := taken(func() { refused = judge(document, "POST", "/a", plainJSON, one.body) })
			t.Logf("%d bytes: %d KiB allocated, %v", len(one.body), bytes>>10, time.Since(began))
			if refused == nil || refused.Status != one.status || len(refused.Errors) > mostIssues {
				t.Fatalf("wanted %d, got %+v", one.status, refused)
			}
			if bytes > most {
				t.Fatalf("%d bytes were allocated", bytes)
			}
		})
	}
}

func TestALongListIsRefusedBeforeItsItemsAreJudged(t *testing.T) {
	document := taking(t, `{"type":"array","maxItems":3,"items":{"type":"string"}}`, "")
	refused := judge(document, "POST", "/a", plainJSON, filled("1", 60_000))
	if refused == nil || len(refused.Errors) != 1 || refused.Errors[0].Detail != "must have at most 3 items" {
		t.Fatalf("%+v", refused)
	}
}

func TestWhatIsAllowedIsJudgedUpToTheLimit(t *testing.T) {
	document := taking(t, `{"type":"array","items":{"type":"integer","format":"int32"}}`, "")
	if refused := judge(document, "POST", "/a", plainJSON, filled("1", mostValues-2)); refused != nil {
		t.Fatalf("%+v", refused)
	}
}

// Two alternatives with one that each leads back to both: twice the work with each level.
const expression = `,"components":{"schemas":{"Expression":{"oneOf":[
  {"type":"object","required":["kind"],"properties":{"kind":{"const":"and"},"of":{"type":"array","items":{"$ref":"#/components/schemas/Expression"}}}},
  {"type":"object","required":["kind"],"properties":{"kind":{"const":"or"},"of":{"type":"array","items":{"$ref":"#/components/schemas/Expression"}}}}]}}}`

func TestWhatDoublesWithEachLevelEnds(t *testing.T) {
	document := taking(t, `{"$ref":"#/components/schemas/Expression"}`, expression)
	body := strings.Repeat(`{"kind":"and","of":[`, 45) + `{"kind":"x"}` + strings.Repeat("]}", 45)
	began := time.Now()
	refused := judge(document, "POST", "/a", plainJSON, body)
	if refused == nil || refused.Status != http.StatusRequestEntityTooLarge {
		t.Fatalf("%+v", refused)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Fatal(took)
	}
}

func TestTimeIsLimitedToo(t *testing.T) {
	document := taking(t, `{"type":"array","items":{"type":"integer"}}`, "")
	found, _ := document.judgeHead(Head{Method: "POST", Path: "/a", Header: plainJSON})
	refused := document.judgeBody(found, plainJSON, []byte(filled("1", 1_000)), time.Now().Add(-time.Second))
	if refused == nil || refused.Status != http.StatusRequestEntityTooLarge {
		t.Fatalf("%+v", refused)
	}
}

func TestALongOrderOfNothing(t *testing.T) {
	document := documentOf(t, "3.0.3", rules{MaxBodyBytes: 64 << 10})
	body := `{"customer":"ada","items":` + filled("{}", 64<<10-100) + `}`
	var refused *Problem
	if bytes := taken(func() { refused = judge(document, "POST", "/v1/orders", ordering, body) }); bytes > 32<<20 || refused == nil {
		t.Fatalf("%d bytes were allocated: %+v", bytes, refused)
	}
}
