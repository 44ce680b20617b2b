package validator

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

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
	if answer := p.answer(t.Context(), one, asked); answer.GetRequestHeaders() == nil {
		t.Fatalf("%v", answer)
	}
	if answer := p.answer(t.Context(), one, bodyOf(order(""))); answer.GetRequestBody() == nil {
		t.Fatalf("%v", answer)
	}
	one = &exchange{}
	p.answer(t.Context(), one, asked)
	refused := p.answer(t.Context(), one, bodyOf(`{}`)).GetImmediateResponse()
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
	if mode := p.answer(t.Context(), one, asked).GetModeOverride(); mode.GetRequestTrailerMode().String() != "SEND" {
		t.Fatalf("trailers were not asked for: %v", mode)
	}
	if refused := p.answer(t.Context(), one, trailers).GetImmediateResponse(); refused.GetStatus().GetCode() != 400 {
		t.Fatalf("a body that is needed was not missed: %v", refused)
	}
	one = &exchange{}
	p.answer(t.Context(), one, asked)
	p.answer(t.Context(), one, bodyOf(order("")))
	if answer := p.answer(t.Context(), one, trailers); answer.GetRequestTrailers() == nil {
		t.Fatalf("%v", answer)
	}
}

func TestAWholeRequestIsJudgedByItsHead(t *testing.T) {
	p := processorOf(t, documentOf(t, "3.0.3", rules{}))
	asked := head(ofOrders, "POST", "/v1/orders", true, "content-type", "application/json", "idempotency-key", "key-00001")
	if refused := p.answer(t.Context(), &exchange{}, asked).GetImmediateResponse(); refused.GetStatus().GetCode() != 400 {
		t.Fatalf("a body that is needed was not missed: %v", refused)
	}
}

func TestWithoutADocumentNothingPasses(t *testing.T) {
	p := processorOf(t, documentOf(t, "3.0.3", rules{}))
	routes := []string{"httproute/shop/payments/rule/0/match/0/x", "shop/orders", ""}
	for _, route := range routes {
		if refused := p.answer(t.Context(), &exchange{}, head(route, "GET", "/v1/orders", true)).GetImmediateResponse(); refused.GetStatus().GetCode() != 500 {
			t.Errorf("%q: %v", route, refused)
		}
	}
	// Whatever a route is called, it is one in the metrics.
	if seen := testutil.ToFloat64(p.metrics.requests.WithLabelValues("GET", "unknown", "500")); seen != float64(len(routes)) {
		t.Errorf("%v", seen)
	}
	if answer := p.answer(t.Context(), &exchange{}, bodyOf("{}")); answer != nil {
		t.Errorf("a body without a head: %v", answer)
	}
}

// Whatever is too much is answered: an end without an answer would let requests pass where proxies may do so.
func TestWhatIsTooMuchIsAnswered(t *testing.T) {
	asked := head(ofOrders, "POST", "/v1/orders", false, "content-type", "application/json", "idempotency-key", "key-00001")
	status := func(p *processor, ctx context.Context) int32 {
		one := &exchange{}
		p.answer(ctx, one, asked)
		return int32(p.answer(ctx, one, bodyOf(order(""))).GetImmediateResponse().GetStatus().GetCode())
	}
	busy := processorOf(t, documentOf(t, "3.0.3", rules{}))
	for range cap(busy.slots) {
		busy.slots <- struct{}{}
	}
	began := time.Now()
	if got := status(busy, t.Context()); got != 503 || time.Since(began) < mostWait/2 {
		t.Errorf("no slot: %d after %v", got, time.Since(began))
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if got := status(busy, gone); got != 503 || busy.held.Load() != 0 {
		t.Errorf("who asked is gone: %d, %d bytes held", got, busy.held.Load())
	}
	full := processorOf(t, documentOf(t, "3.0.3", rules{}))
	full.held.Store(full.mostHeld)
	if got := status(full, t.Context()); got != 503 || full.held.Load() != full.mostHeld {
		t.Errorf("too many bytes: %d", got)
	}
	if got := full.answer(t.Context(), &exchange{isBeyond: true}, asked).GetImmediateResponse().GetStatus().GetCode(); got != 503 {
		t.Errorf("too many streams: %d", got)
	}
}

// What cannot be interrupted is refused in time, and keeps its slot until it ends.
func TestAnAnswerComesInTime(t *testing.T) {
	document := documentOf(t, "3.0.3", rules{})
	// Nothing is judged without a meter.
	taken := <-document.meters
	for len(document.meters) > 0 {
		<-document.meters
	}
	p := processorOf(t, document)
	one := &exchange{}
	p.answer(t.Context(), one, head(ofOrders, "POST", "/v1/orders", false, "content-type", "application/json", "idempotency-key", "key-00001"))
	began := time.Now()
	refused := p.answer(t.Context(), one, bodyOf(order(""))).GetImmediateResponse()
	if refused.GetStatus().GetCode() != 413 || time.Since(began) < mostTime/2 || len(p.slots) != 1 {
		t.Fatalf("%v after %v", refused, time.Since(began))
	}
	document.meters <- taken
	for deadline := time.Now().Add(5 * time.Second); len(p.slots) > 0 || p.held.Load() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the slot is not given back")
		}
	}
}

func TestAFailureWhileABodyIsJudgedRefuses(t *testing.T) {
	document := documentOf(t, "3.0.3", rules{})
	p := processorOf(t, document)
	one := &exchange{}
	p.answer(t.Context(), one, head(ofOrders, "POST", "/v1/orders", false, "content-type", "application/json", "idempotency-key", "key-00001"))
	for range cap(document.meters) {
		<-document.meters
		document.meters <- nil
	}
	if refused := p.answer(t.Context(), one, bodyOf(order(""))).GetImmediateResponse(); refused.GetStatus().GetCode() != 500 {
		t.Fatalf("%v", refused)
	}
}

func TestAFailureRefuses(t *testing.T) {
	// A document that was not read has no paths to look into.
	p := processorOf(t, &Document{bases: []string{""}, paths: []*pathItem{nil}})
	if refused := p.answer(t.Context(), &exchange{}, head(ofOrders, "GET", "/v1/orders", true)).GetImmediateResponse(); refused.GetStatus().GetCode() != 500 {
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
				if document.judgeBody(found, ordering, text, soon()) != nil {
					b.Fatal("refused")
				}
			}
		})
	}
}
