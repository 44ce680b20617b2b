package validator

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocmode "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extproc "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	status "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
)

// What Envoy calls the attributes that it sends to a processor, and the name of a route among them, which Envoy Gateway writes as
// `httproute/<namespace>/<name>/rule/0/match/0/<host>`. Nothing of it comes from a client.
const (
	attributesOf = "envoy.filters.http.ext_proc"
	routeName    = "xds.route_name"
)

// withTrailers has Envoy send trailers, too: a request that has some and no body is told of by nothing else once its head has passed.
var withTrailers = &extprocmode.ProcessingMode{
	RequestHeaderMode:   extprocmode.ProcessingMode_SEND,
	RequestBodyMode:     extprocmode.ProcessingMode_BUFFERED,
	RequestTrailerMode:  extprocmode.ProcessingMode_SEND,
	ResponseHeaderMode:  extprocmode.ProcessingMode_SKIP,
	ResponseTrailerMode: extprocmode.ProcessingMode_SKIP,
}

// processor answers Envoy, one stream for each request.
type processor struct {
	extproc.UnimplementedExternalProcessorServer
	set     *Set
	metrics *metrics
	log     *slog.Logger
	// slots are taken while a body is read: what JSON becomes in memory is many times its length, and processors are few.
	slots chan struct{}
}

func newProcessor(set *Set, metrics *metrics, log *slog.Logger) *processor {
	return &processor{set: set, metrics: metrics, log: log, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// exchange is one request under way.
type exchange struct {
	document  *Document
	operation *operation
	header    http.Header
	route     string
	method    string
	// isJudged is whether its body has come, and was judged.
	isJudged bool
	// took is how long it took to judge so far, without what Envoy takes.
	took time.Duration
}

// Process implements Envoy's protocol.
func (p *processor) Process(stream extproc.ExternalProcessor_ProcessServer) error {
	one := &exchange{}
	for {
		asked, err := stream.Recv()
		if err != nil {
			if errors.Is(err, io.EOF) || grpcstatus.Code(err) == codes.Canceled {
				return nil
			}
			return err
		}
		answer := p.answer(one, asked)
		if answer == nil {
			return grpcstatus.Error(codes.InvalidArgument, "only heads and bodies of requests are judged here: the processing mode says other")
		}
		if err := stream.Send(answer); err != nil {
			return err
		}
	}
}

// answer says whether a request goes on; nothing to what it does not know.
func (p *processor) answer(one *exchange, asked *extproc.ProcessingRequest) (answer *extproc.ProcessingResponse) {
	began := time.Now()
	defer func() {
		// A document that brings this program to its end would bring the whole gateway to it.
		if failure := recover(); failure != nil {
			p.log.Error("a request could not be judged", "route", one.route, "stack", string(debug.Stack()))
			answer = p.refuse(one, began, problem(http.StatusInternalServerError, "the request could not be judged"))
		}
	}()
	switch asked.Request.(type) {
	case *extproc.ProcessingRequest_RequestHeaders:
		head, isWhole := headOf(asked.GetRequestHeaders())
		one.header, one.method, one.route = head.Header, head.Method, routeOf(asked)
		if one.document = p.set.byRoute[one.route]; one.document == nil {
			return p.refuse(one, began, problem(http.StatusInternalServerError, "there is no document for this route"))
		}
		var refused *Problem
		if one.operation, refused = one.document.judgeHead(head); refused == nil && isWhole && one.operation != nil {
			refused = one.document.judgeBody(one.operation, one.header, nil)
		}
		if refused != nil {
			return p.refuse(one, began, refused)
		}
		one.took = time.Since(began)
		answer = &extproc.ProcessingResponse{Response: &extproc.ProcessingResponse_RequestHeaders{RequestHeaders: &extproc.HeadersResponse{}}}
		if isWhole {
			p.metrics.judged(one, http.StatusOK, one.took)
		} else {
			answer.ModeOverride = withTrailers
		}
		return answer
	case *extproc.ProcessingRequest_RequestBody:
		if one.document == nil {
			return nil
		}
		if refused := p.judgeBody(one, asked.GetRequestBody().Body, began); refused != nil {
			return refused
		}
		return &extproc.ProcessingResponse{Response: &extproc.ProcessingResponse_RequestBody{RequestBody: &extproc.BodyResponse{}}}
	case *extproc.ProcessingRequest_RequestTrailers:
		if one.document == nil {
			return nil
		}
		if !one.isJudged {
			if refused := p.judgeBody(one, nil, began); refused != nil {
				return refused
			}
		}
		return &extproc.ProcessingResponse{Response: &extproc.ProcessingResponse_RequestTrailers{RequestTrailers: &extproc.TrailersResponse{}}}
	default:
		return nil
	}
}

// judgeBody gives the answer to a body that is refused, and nothing to one that goes on.
func (p *processor) judgeBody(one *exchange, body []byte, began time.Time) *extproc.ProcessingResponse {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	one.isJudged = true
	if one.operation != nil {
		if refused := one.document.judgeBody(one.operation, one.header, body); refused != nil {
			return p.refuse(one, began, refused)
		}
	}
	p.metrics.judged(one, http.StatusOK, one.took+time.Since(began))
	return nil
}

// headOf reads what Envoy sends; its second result is whether no body follows.
func headOf(given *extproc.HttpHeaders) (Head, bool) {
	head := Head{Header: http.Header{}}
	for _, one := range given.GetHeaders().GetHeaders() {
		value := string(one.RawValue)
		if value == "" {
			value = one.Value
		}
		switch one.Key {
		case ":method":
			head.Method = value
		case ":path":
			head.Path = value
		default:
			if !strings.HasPrefix(one.Key, ":") {
				head.Header.Add(one.Key, value)
			}
		}
	}
	return head, given.GetEndOfStream()
}

func routeOf(asked *extproc.ProcessingRequest) string {
	name := asked.GetAttributes()[attributesOf].GetFields()[routeName].GetStringValue()
	parts := strings.SplitN(name, "/", 4)
	if len(parts) < 4 || parts[0] != "httproute" {
		return ""
	}
	return parts[1] + "/" + parts[2]
}

func (p *processor) refuse(one *exchange, began time.Time, why *Problem) *extproc.ProcessingResponse {
	// What follows of the request is of no more interest.
	one.operation = nil
	p.metrics.judged(one, why.Status, one.took+time.Since(began))
	text, err := json.Marshal(why)
	if err != nil {
		text = []byte("{}")
	}
	headers := []*core.HeaderValueOption{header("content-type", "application/problem+json"), header("cache-control", "no-store")}
	if why.allow != "" {
		headers = append(headers, header("allow", why.allow))
	}
	return &extproc.ProcessingResponse{Response: &extproc.ProcessingResponse_ImmediateResponse{ImmediateResponse: &extproc.ImmediateResponse{
		Status:  &status.HttpStatus{Code: status.StatusCode(why.Status)},
		Headers: &extproc.HeaderMutation{SetHeaders: headers},
		Body:    text,
		Details: "request_validation",
	}}}
}

func header(name, value string) *core.HeaderValueOption {
	return &core.HeaderValueOption{
		Header:       &core.HeaderValue{Key: name, RawValue: []byte(value)},
		AppendAction: core.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD,
	}
}
