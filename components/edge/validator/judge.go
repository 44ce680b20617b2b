package validator

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Problem is why a request is refused, as RFC 9457 has it.
type Problem struct {
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Errors []Issue `json:"errors,omitempty"`
	// allow are the methods that the path has, where it does not have the request's.
	allow string
}

// Head is what of a request comes before its body.
type Head struct {
	Method string
	// Path is the target of the request, with its query.
	Path   string
	Header http.Header
}

func problem(status int, detail string, issues ...Issue) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: detail, Errors: issues[:min(len(issues), mostIssues)]}
}

// judgeHead judges everything but the body. Without an operation and without a problem, a request passes unjudged.
func (d *Document) judgeHead(head Head) (*operation, *Problem) {
	path, query, _ := strings.Cut(head.Path, "?")
	segments, refused := readPath(path)
	if refused != nil {
		return nil, refused
	}
	item, variables := d.find(segments)
	if item == nil {
		if !d.rules.PassUnknownPaths {
			return nil, problem(http.StatusNotFound, "the document has no such path")
		}
		if d.isNear(segments) {
			return nil, problem(http.StatusNotFound, "the document has such a path, written in another way")
		}
		return nil, nil
	}
	found := item.operations[head.Method]
	if found == nil && head.Method == http.MethodHead {
		found = item.operations[http.MethodGet]
	}
	if found == nil {
		_, isOfOtherCase := item.operations[strings.ToUpper(head.Method)]
		if d.rules.PassUnknownPaths && !isOfOtherCase {
			return nil, nil
		}
		refused := problem(http.StatusMethodNotAllowed, "the document has no such method for this path")
		refused.allow = strings.Join(sortedKeys(item.operations), ", ")
		return nil, refused
	}
	asked, err := url.ParseQuery(query)
	if err != nil {
		return nil, problem(http.StatusBadRequest, "the query cannot be read")
	}
	issues := d.judgeParameters(found, variables, asked, head.Header)
	if len(issues) > 0 {
		return nil, problem(http.StatusBadRequest, "the request is not what the document asks for", issues...)
	}
	if length, err := strconv.ParseInt(head.Header.Get("Content-Length"), 10, 64); err == nil && length > int64(d.rules.MaxBodyBytes) {
		return nil, d.tooLarge()
	}
	return found, nil
}

func (d *Document) tooLarge() *Problem {
	return problem(http.StatusRequestEntityTooLarge, fmt.Sprintf("a body has at most %d bytes", d.rules.MaxBodyBytes))
}

func (d *Document) judgeParameters(found *operation, variables map[string]string, query url.Values, header http.Header) []Issue {
	issues := []Issue{}
	for _, one := range found.parameters {
		var texts []string
		switch one.in {
		case "path":
			texts = []string{variables[one.name]}
		case "query":
			texts = query[one.name]
		case "header":
			// To whoever reads it, a header that comes twice is one with a comma (RFC 9110, 5.3).
			if lines := header[one.name]; len(lines) > 0 {
				texts = []string{strings.Join(lines, ", ")}
			}
		case "cookie":
			texts = cookiesOf(header, one.name)
			if slices.ContainsFunc(texts, isNoCookie) {
				issues = append(issues, one.issue("has letters that no cookie has"))
				continue
			}
		}
		issues = append(issues, one.judge(texts)...)
	}
	if d.rules.PassUnknownQuery {
		return issues
	}
	for _, name := range sortedKeys(query) {
		isKnown := slices.ContainsFunc(found.parameters, func(one *parameter) bool { return one.in == "query" && one.name == name })
		if !isKnown {
			issues = append(issues, Issue{In: "query", Name: short(name), Detail: "is not in the document"})
		}
	}
	return issues
}

// cookiesOf gives all values of one name, as they stand there. Go's own reader leaves out what it does not like, and services may not.
func cookiesOf(header http.Header, name string) []string {
	var values []string
	for _, line := range header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			given, value, _ := strings.Cut(pair, "=")
			if strings.TrimSpace(given) == name {
				values = append(values, strings.TrimSpace(value))
			}
		}
	}
	return values
}

// isNoCookie tells a value that readers of cookies take for different things, or leave out: quoted, escaped, or of other letters.
func isNoCookie(value string) bool {
	return strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r >= 0x7f || r == '"' || r == '\\' })
}

// readPath gives the segments of a path. One that could mean another path to a service than it does here is refused.
func readPath(path string) ([]string, *Problem) {
	segments := []string{}
	whole, isFromRoot := strings.CutPrefix(path, "/")
	for text := range strings.SplitSeq(whole, "/") {
		read, err := url.PathUnescape(text)
		if err != nil || !isFromRoot || read == "." || read == ".." || strings.ContainsFunc(read, isAmbiguous) || encodesPlain(text) {
			return nil, problem(http.StatusBadRequest, "the path is not written as it should be: it begins with a slash, has no dots for segments and no slashes within them, and encodes only what has to be")
		}
		segments = append(segments, read)
	}
	return segments, nil
}

func isAmbiguous(r rune) bool { return r == '/' || r == '\\' || r < ' ' || r == 0x7f || r == '\uFFFD' }

// encodesPlain tells whether a text has %41 for A, and the like: what is never encoded (RFC 3986, 2.3), but to get past somebody.
func encodesPlain(text string) bool {
	for index := strings.IndexByte(text, '%'); index >= 0; {
		code, err := strconv.ParseUint(text[index+1:index+3], 16, 8)
		char := byte(code)
		if err == nil && (char >= 'a' && char <= 'z' || char >= 'A' && char <= 'Z' || char >= '0' && char <= '9' || strings.IndexByte("-._~", char) >= 0) {
			return true
		}
		after := strings.IndexByte(text[index+1:], '%')
		if after < 0 {
			return false
		}
		index += 1 + after
	}
	return false
}

// isNear tells a path that many services take for one of the document: in another case, with empty segments, or with `;a=b` after one.
func (d *Document) isNear(segments []string) bool {
	plain := []string{}
	for _, text := range segments {
		if text, _, _ = strings.Cut(text, ";"); text != "" {
			plain = append(plain, text)
		}
	}
	item, _ := d.findBy(plain, func(text, own string) bool { return strings.EqualFold(text, own) })
	if item == nil && len(plain) == 0 {
		item, _ = d.find([]string{""})
	}
	return item != nil
}

// find gives what the document has for a path, with the values of its variables.
func (d *Document) find(segments []string) (*pathItem, map[string]string) {
	return d.findBy(segments, func(text, own string) bool { return text == own })
}

func (d *Document) findBy(segments []string, isSame func(text, own string) bool) (*pathItem, map[string]string) {
	for _, base := range d.bases {
		rest := segments
		if base != "" {
			before := strings.Split(strings.TrimPrefix(base, "/"), "/")
			if len(segments) < len(before) || !slices.EqualFunc(segments[:len(before)], before, isSame) {
				continue
			}
			rest = segments[len(before):]
		}
		for _, item := range d.paths {
			if variables, is := item.match(rest, isSame); is {
				return item, variables
			}
		}
	}
	return nil, nil
}

func (i *pathItem) match(segments []string, isSame func(text, own string) bool) (map[string]string, bool) {
	if len(segments) != len(i.segments) {
		return nil, false
	}
	variables := map[string]string{}
	for index, one := range i.segments {
		switch text := segments[index]; {
		case one.isVariable && text != "":
			variables[one.text] = text
		case one.isVariable || !isSame(text, one.text):
			return nil, false
		}
	}
	return variables, true
}

// judgeBody judges a whole body, empty if there is none. One that takes longer than until some time is refused.
func (d *Document) judgeBody(of *operation, header http.Header, body []byte, until time.Time) *Problem {
	if len(body) == 0 {
		if of.isBodyRequired {
			return problem(http.StatusBadRequest, "the request is not what the document asks for", Issue{In: "body", Detail: "is needed"})
		}
		return nil
	}
	if len(body) > d.rules.MaxBodyBytes {
		return d.tooLarge()
	}
	if of.bodies == nil {
		return problem(http.StatusBadRequest, "the request is not what the document asks for", Issue{In: "body", Detail: "must not be sent"})
	}
	schema, has := of.bodies[mediaOf(header)]
	if !has {
		return problem(http.StatusUnsupportedMediaType, "a body is of "+strings.Join(sortedKeys(of.bodies), " or ")+", in UTF-8 and not compressed")
	}
	value, levels, err := decode(body, mostValues)
	if errors.Is(err, errMany) {
		return problem(http.StatusRequestEntityTooLarge, "the body cannot be judged: "+err.Error())
	}
	if err != nil {
		return problem(http.StatusBadRequest, "the request is not what the document asks for", Issue{In: "body", Detail: "cannot be read: " + err.Error()})
	}
	meter := <-d.meters
	defer func() { d.meters <- meter }()
	issues, err := meter.judge(schema, value, levels, until)
	if err != nil {
		return tooSlow()
	}
	if len(issues) > 0 {
		return problem(http.StatusBadRequest, "the request is not what the document asks for", issues...)
	}
	return nil
}

// mediaOf gives the type of a body that can be read as it is; an empty text for any other.
func mediaOf(header http.Header) string {
	types := header["Content-Type"]
	if len(types) != 1 {
		return ""
	}
	for _, encoding := range header["Content-Encoding"] {
		if !strings.EqualFold(strings.TrimSpace(encoding), "identity") {
			return ""
		}
	}
	media, more, err := mime.ParseMediaType(types[0])
	if err != nil || (more["charset"] != "" && !strings.EqualFold(more["charset"], "utf-8")) {
		return ""
	}
	return media
}
