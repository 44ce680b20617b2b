package validator

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
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
	// streams are those under way, held the bytes of bodies that are judged or wait for it, and mostHeld the most of them.
	streams, held atomic.Int64
	mostHeld      int64
}

const (
	// Streams at once. A body that comes slowly has one all the while; each takes some 20 kB.
	mostStreams = 2_000
	// Bytes of bodies at once, or four of the longest.
	mostHeld = 16 << 20
)

func newProcessor(set *Set, metrics *metrics, log *slog.Logger) *processor {
	most := int64(max(mostHeld, 4*set.longestBody))
	return &processor{set: set, metrics: metrics, log: log, slots: make(chan struct{}, atOnce()), mostHeld: most}
}

// exchange is one request under way.
type exchange struct {
	document  *Document
	operation *operation
	header    http.Header
	route     string
	method    string
	// isBeyond is whether there are more streams than can be had.
	isBeyond bool
	// isJudged is whether its body has come, and was judged.
	isJudged bool
	// took is how long it took to judge so far, without what Envoy takes.
	took time.Duration
}

// Process implements Envoy's protocol.
func (p *processor) Process(stream extproc.ExternalProcessor_ProcessServer) error {
	one := &exchange{}
	defer p.streams.Add(-1)
	// It is answered, and not ended: an end lets requests pass where proxies may do so.
	one.isBeyond = p.streams.Add(1) > mostStreams
	for {
		asked, err := stream.Recv()
		if err != nil {
			if errors.Is(err, io.EOF) || grpcstatus.Code(err) == codes.Canceled {
				return nil
			}
			return err
		}
		answer := p.answer(stream.Context(), one, asked)
		if answer == nil {
			return grpcstatus.Error(codes.InvalidArgument, "only heads and bodies of requests are judged here: the processing mode says other")
		}
		if err := stream.Send(answer); err != nil {
			return err
		}
	}
}

// answer says whether a request goes on; nothing to what it does not know.
func (p *processor) answer(ctx context.Context, one *exchange, asked *extproc.ProcessingRequest) (answer *extproc.ProcessingResponse) {
	began := time.Now()
	defer func() {
		if failure := recover(); failure != nil {
			answer = p.refuse(one, began, p.failed(one.route))
		}
	}()
	switch asked.Request.(type) {
	case *extproc.ProcessingRequest_RequestHeaders:
		head, isWhole := headOf(asked.GetRequestHeaders())
		// A body may come late, and the rest of the head would be held as long.
		one.header, one.method, one.route = ofBody(head.Header), head.Method, routeOf(asked)
		if one.document = p.set.byRoute[one.route]; one.document == nil {
			return p.refuse(one, began, problem(http.StatusInternalServerError, "there is no document for this route"))
		}
		if one.isBeyond {
			return p.refuse(one, began, tooBusy())
		}
		var refused *Problem
		if one.operation, refused = one.document.judgeHead(head); refused == nil && isWhole && one.operation != nil {
			refused = one.document.judgeBody(one.operation, one.header, nil, began.Add(mostTime))
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
		if refused := p.judgeBody(ctx, one, asked.GetRequestBody().Body, began); refused != nil {
			return refused
		}
		return &extproc.ProcessingResponse{Response: &extproc.ProcessingResponse_RequestBody{RequestBody: &extproc.BodyResponse{}}}
	case *extproc.ProcessingRequest_RequestTrailers:
		if one.document == nil {
			return nil
		}
		if !one.isJudged {
			if refused := p.judgeBody(ctx, one, nil, began); refused != nil {
				return refused
			}
		}
		return &extproc.ProcessingResponse{Response: &extproc.ProcessingResponse_RequestTrailers{RequestTrailers: &extproc.TrailersResponse{}}}
	default:
		return nil
	}
}

// judgeBody gives the answer to a body that is refused, and nothing to one that goes on.
func (p *processor) judgeBody(ctx context.Context, one *exchange, body []byte, began time.Time) *extproc.ProcessingResponse {
	one.isJudged = true
	if one.operation != nil {
		if refused := p.inTime(ctx, one, body); refused != nil {
			return p.refuse(one, began, refused)
		}
	}
	p.metrics.judged(one, http.StatusOK, one.took+time.Since(began))
	return nil
}

// inTime judges a body once there is a slot for it, and refuses it where it takes too long to get one, or to judge: without an answer a
// proxy may let it pass. What takes too long keeps its slot until it ends.
func (p *processor) inTime(ctx context.Context, one *exchange, body []byte) *Problem {
	size := int64(len(body))
	if p.held.Add(size) > p.mostHeld {
		p.held.Add(-size)
		return tooBusy()
	}
	late := time.NewTimer(mostWait)
	defer late.Stop()
	select {
	case p.slots <- struct{}{}:
	case <-late.C:
		p.held.Add(-size)
		return tooBusy()
	case <-ctx.Done():
		p.held.Add(-size)
		return tooBusy()
	}
	late.Reset(mostTime)
	until := time.Now().Add(mostTime)
	// The exchange may be over before the judgement is.
	document, operation, header, route := one.document, one.operation, one.header, one.route
	judged := make(chan *Problem, 1)
	go func() {
		defer func() {
			<-p.slots
			p.held.Add(-size)
		}()
		defer func() {
			if failure := recover(); failure != nil {
				judged <- p.failed(route)
			}
		}()
		judged <- document.judgeBody(operation, header, body, until)
	}()
	select {
	case refused := <-judged:
		return refused
	case <-late.C:
		return tooSlow()
	case <-ctx.Done():
		return tooBusy()
	}
}

// failed tells of a failure of this program, which would bring the whole gateway to its end.
func (p *processor) failed(route string) *Problem {
	p.log.Error("a request could not be judged", "route", route, "stack", string(debug.Stack()))
	return problem(http.StatusInternalServerError, "the request could not be judged")
}

// ofBody are the headers that say what a body is.
func ofBody(header http.Header) http.Header {
	return http.Header{"Content-Type": header["Content-Type"], "Content-Encoding": header["Content-Encoding"]}
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
