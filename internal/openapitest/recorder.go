package openapitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Recorder is a transport that validates each exchange against a document. It is safe for concurrent use.
type Recorder struct {
	Document *Document
	Next     http.RoundTripper
	// Concerns reports whether the document describes the request; nil means that it describes every request.
	Concerns func(*http.Request) bool
	// Problem is a schema for responses with a status of 400 or above, in addition to the schemas of the
	// operation; it may be nil.
	Problem *openapi3.Schema

	mu          sync.Mutex
	differences []string
	seen        map[string]int
}

// Differences returns the differences between the exchanges and the document, without duplicates.
func (r *Recorder) Differences() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(r.differences)))
}

// Seen returns the number of exchanges of each operation, such as "GET /user".
func (r *Recorder) Seen() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.seen)
}

// RoundTrip sends the request and compares it and its response with the document.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.Concerns != nil && !r.Concerns(req) {
		return r.Next.RoundTrip(req)
	}
	var sent []byte
	if req.Body != nil {
		sent, _ = io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	res, err := r.Next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(got))
	if err == nil {
		r.compare(req, sent, res, got)
	}
	return res, nil
}

func (r *Recorder) compare(req *http.Request, sent []byte, res *http.Response, got []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	request := req.Clone(context.Background())
	request.Body = nil
	if len(sent) > 0 {
		request.Body = io.NopCloser(bytes.NewReader(sent))
	}
	route, params, err := r.Document.router.FindRoute(request)
	if err != nil {
		r.differences = append(r.differences, fmt.Sprintf("%s %s: unknown operation: %v", req.Method, req.URL.Path, err))
		return
	}
	name := route.Method + " " + route.Path
	if r.seen == nil {
		r.seen = map[string]int{}
	}
	r.seen[name]++
	for query := range req.URL.Query() {
		if !declared(route, query) {
			r.differ(name, "request", fmt.Errorf("query parameter %s is not in the document", query))
		}
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true,
		MultiError: true, RejectWhenRequestBodyNotSpecified: true, SkipSettingDefaults: true}
	input := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route, Options: options}
	r.differ(name, "request", openapi3filter.ValidateRequest(context.Background(), input))
	if len(got) > 0 && res.StatusCode >= 400 && r.Problem != nil {
		r.compareProblem(name, res, got)
	}
	if route.Operation.Responses.Status(res.StatusCode) == nil {
		// ValidateResponse accepts some redirects that the document does not list.
		r.differ(name, "response", fmt.Errorf("status %d is not in the document", res.StatusCode))
	}
	response := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: res.StatusCode, Header: res.Header, Options: options}
	response.SetBodyBytes(got)
	r.differ(name, fmt.Sprint("response ", res.StatusCode), openapi3filter.ValidateResponse(context.Background(), response))
}

func (r *Recorder) compareProblem(name string, res *http.Response, got []byte) {
	var doc any
	err := json.Unmarshal(got, &doc)
	if err == nil {
		err = r.Problem.VisitJSON(doc, openapi3.MultiErrors(), openapi3.VisitAsResponse())
	}
	r.differ(name, fmt.Sprint("response ", res.StatusCode), err)
}

func declared(route *routers.Route, query string) bool {
	known := slices.Concat(route.Operation.Parameters, route.PathItem.Parameters)
	return slices.ContainsFunc(known, func(p *openapi3.ParameterRef) bool {
		deep := p.Value.Style == openapi3.SerializationDeepObject && strings.HasPrefix(query, p.Value.Name+"[")
		return p.Value.In == openapi3.ParameterInQuery && (p.Value.Name == query || deep)
	})
}

// differ records each cause of err as a difference.
func (r *Recorder) differ(operation, part string, err error) {
	for _, cause := range causes(err) {
		r.differences = append(r.differences, operation+": "+part+": "+cause)
	}
}

// causes returns the messages of the errors that err contains, down to those of a schema.
func causes(err error) []string {
	switch e := err.(type) {
	case nil:
		return nil
	case openapi3.MultiError:
		var all []string
		for _, inner := range e {
			all = append(all, causes(inner)...)
		}
		return all
	case *openapi3filter.RequestError:
		if e.Err != nil {
			return causes(e.Err)
		}
	case *openapi3filter.ResponseError:
		if e.Err != nil {
			return causes(e.Err)
		}
	case *openapi3.SchemaError:
		return []string{"/" + strings.Join(e.JSONPointer(), "/") + ": " + e.Reason}
	}
	return []string{err.Error()}
}
