package validator

import (
	"encoding/json"
	"log/slog"
	"testing"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extproc "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"google.golang.org/protobuf/types/known/structpb"
)

func processorOf(t *testing.T, document *Document) *processor {
	t.Helper()
	set := &Set{byRoute: map[string]*Document{"shop/orders": document}}
	return newProcessor(set, newMetrics(prometheus.NewRegistry()), slog.New(slog.DiscardHandler))
}

func head(route, method, path string, isWhole bool, more ...string) *extproc.ProcessingRequest {
	given := []*core.HeaderValue{{Key: ":method", RawValue: []byte(method)}, {Key: ":path", RawValue: []byte(path)}}
	for index := 0; index < len(more); index += 2 {
		given = append(given, &core.HeaderValue{Key: more[index], RawValue: []byte(more[index+1])})
	}
	attributes, _ := structpb.NewStruct(map[string]any{routeName: route})
	return &extproc.ProcessingRequest{
		Attributes: map[string]*structpb.Struct{attributesOf: attributes},
		Request: &extproc.ProcessingRequest_RequestHeaders{RequestHeaders: &extproc.HttpHeaders{
			Headers: &core.HeaderMap{Headers: given}, EndOfStream: isWhole,
		}},
	}
}

func bodyOf(text string) *extproc.ProcessingRequest {
	return &extproc.ProcessingRequest{Request: &extproc.ProcessingRequest_RequestBody{RequestBody: &extproc.HttpBody{Body: []byte(text), EndOfStream: true}}}
}

const ofOrders = "httproute/shop/orders/rule/0/match/0/shop_example_com"

func TestRequestsUnderWay(t *testing.T) {
	p := processorOf(t, documentOf(t, "3.0.3", rules{}))
	one := &exchange{}
	asked := head(ofOrders, "POST", "/v1/orders", false, "content-type", "application/json", "idempotency-key", "key-00001")
	if answer := p.answer(one, asked); answer.GetRequestHeaders() == nil {
		t.Fatalf("%v", answer)
	}
	if answer := p.answer(one, bodyOf(order(""))); answer.GetRequestBody() == nil {
		t.Fatalf("%v", answer)
	}
	one = &exchange{}
	p.answer(one, asked)
	refused := p.answer(one, bodyOf(`{}`)).GetImmediateResponse()
	if refused.GetStatus().GetCode() != 400 {
		t.Fatalf("%v", refused)
	}
	var told Problem
	if err := json.Unmarshal(refused.Body, &told); err != nil || told.Status != 400 || told.Title != "Bad Request" {
		t.Fatalf("%v %s", err, refused.Body)
	}
	for status, count := range map[string]float64{"200": 1, "400": 1} {
		if seen := testutil.ToFloat64(p.metrics.requests.WithLabelValues("POST", "shop/orders", status)); seen != count {
			t.Errorf("%s: %v", status, seen)
		}
	}
}

func TestTrailersWithoutABody(t *testing.T) {
	p := processorOf(t, documentOf(t, "3.0.3", rules{}))
	asked := head(ofOrders, "POST", "/v1/orders", false, "content-type", "application/json", "idempotency-key", "key-00001")
	trailers := &extproc.ProcessingRequest{Request: &extproc.ProcessingRequest_RequestTrailers{RequestTrailers: &extproc.HttpTrailers{}}}
	one := &exchange{}
	if mode := p.answer(one, asked).GetModeOverride(); mode.GetRequestTrailerMode().String() != "SEND" {
		t.Fatalf("trailers were not asked for: %v", mode)
	}
	if refused := p.answer(one, trailers).GetImmediateResponse(); refused.GetStatus().GetCode() != 400 {
		t.Fatalf("a body that is needed was not missed: %v", refused)
	}
	one = &exchange{}
	p.answer(one, asked)
	p.answer(one, bodyOf(order("")))
	if answer := p.answer(one, trailers); answer.GetRequestTrailers() == nil {
		t.Fatalf("%v", answer)
	}
}

func TestAWholeRequestIsJudgedByItsHead(t *testing.T) {
	p := processorOf(t, documentOf(t, "3.0.3", rules{}))
	asked := head(ofOrders, "POST", "/v1/orders", true, "content-type", "application/json", "idempotency-key", "key-00001")
	if refused := p.answer(&exchange{}, asked).GetImmediateResponse(); refused.GetStatus().GetCode() != 400 {
		t.Fatalf("a body that is needed was not missed: %v", refused)
	}
}

func TestWithoutADocumentNothingPasses(t *testing.T) {
	p := processorOf(t, documentOf(t, "3.0.3", rules{}))
	routes := []string{"httproute/shop/payments/rule/0/match/0/x", "shop/orders", ""}
	for _, route := range routes {
		if refused := p.answer(&exchange{}, head(route, "GET", "/v1/orders", true)).GetImmediateResponse(); refused.GetStatus().GetCode() != 500 {
			t.Errorf("%q: %v", route, refused)
		}
	}
	// Whatever a route is called, it is one in the metrics.
	if seen := testutil.ToFloat64(p.metrics.requests.WithLabelValues("GET", "unknown", "500")); seen != float64(len(routes)) {
		t.Errorf("%v", seen)
	}
	if answer := p.answer(&exchange{}, bodyOf("{}")); answer != nil {
		t.Errorf("a body without a head: %v", answer)
	}
}

func TestAFailureRefuses(t *testing.T) {
	// A document that was not read has no paths to look into.
	p := processorOf(t, &Document{bases: []string{""}, paths: []*pathItem{nil}})
	if refused := p.answer(&exchange{}, head(ofOrders, "GET", "/v1/orders", true)).GetImmediateResponse(); refused.GetStatus().GetCode() != 500 {
		t.Fatalf("%v", refused)
	}
}

func BenchmarkOrder(b *testing.B) {
	for version := range versions {
		text := []byte(order(""))
		document := documentOf(b, version, rules{})
		b.Run(version, func(b *testing.B) {
			for b.Loop() {
				found, _ := document.judgeHead(Head{Method: "POST", Path: "/v1/orders", Header: ordering})
				if document.judgeBody(found, ordering, text) != nil {
					b.Fatal("refused")
				}
			}
		})
	}
}
