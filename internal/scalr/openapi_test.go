package scalr_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"gopkg.in/yaml.v3"
)

// contract is the vendor's document, strict: attributes that it does not know
// are an error although its schemas are open.
type contract struct {
	router  routers.Router
	problem *openapi3.Schema // of an error document, to which no answer of the document refers
	took    time.Duration
	err     error
}

var loadContract = sync.OnceValue(func() contract {
	began := time.Now()
	text, err := os.ReadFile(os.Getenv("SCALR_OPENAPI"))
	if err != nil {
		return contract{err: err}
	}
	var tree map[string]any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return contract{err: err}
	}
	withoutExamples(tree)
	tree["servers"] = []any{map[string]any{"url": "/api/iacp/v3"}}
	text, err = yaml.Marshal(tree)
	if err != nil {
		return contract{err: err}
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return contract{err: err}
	}
	closeSchemas(doc)
	router, err := gorillamux.NewRouter(doc)
	return contract{router, doc.Components.Schemas["ErrorDocument"].Value, time.Since(began), err}
})

// theContract skips the test where there is no document.
func theContract(t *testing.T) contract {
	t.Helper()
	if os.Getenv("SCALR_OPENAPI") == "" {
		t.Skip("SCALR_OPENAPI names no file. Get the document from a Scalr host (GET https://<account>.scalr.io/api/iacp/v3/openapi-public.yml)" +
			" or from github.com/Scalr/go-scalr at 79eb745, v2/openapi-public.yml")
	}
	c := loadContract()
	if c.err != nil {
		t.Fatal(c.err)
	}
	return c
}

// withoutExamples drops the examples of bodies: they are references to files
// that are not published.
func withoutExamples(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, body := v["schema"]; body {
			delete(v, "examples")
		}
		for _, inner := range v {
			withoutExamples(inner)
		}
	case []any:
		for _, inner := range v {
			withoutExamples(inner)
		}
	}
}

// closeSchemas forbids members that a schema does not name.
func closeSchemas(doc *openapi3.T) {
	seen := map[*openapi3.Schema]bool{}
	for _, s := range doc.Components.Schemas {
		closeSchema(s.Value, seen)
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody != nil {
				closeContent(op.RequestBody.Value.Content, seen)
			}
			for _, res := range op.Responses.Map() {
				closeContent(res.Value.Content, seen)
			}
		}
	}
}

func closeContent(c openapi3.Content, seen map[*openapi3.Schema]bool) {
	for _, media := range c {
		if media.Schema != nil {
			closeSchema(media.Schema.Value, seen)
		}
	}
}

func closeSchema(s *openapi3.Schema, seen map[*openapi3.Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	if len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		no := false
		s.AdditionalProperties.Has = &no
	}
	for _, p := range s.Properties {
		closeSchema(p.Value, seen)
	}
	for _, refs := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf, s.AllOf} {
		for _, r := range refs {
			closeSchema(r.Value, seen)
		}
	}
	if s.Items != nil {
		closeSchema(s.Items.Value, seen)
	}
}

// witness holds every exchange with the API against the document.
type witness struct {
	contract
	next http.RoundTripper

	mu         sync.Mutex
	complaints []string
	seen       map[string]int // operation to exchanges
}

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, "/api/iacp/v3/") {
		return w.next.RoundTrip(r)
	}
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	res, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(got))
	if err == nil {
		w.judge(r, sent, res, got)
	}
	return res, nil
}

func (w *witness) judge(r *http.Request, sent []byte, res *http.Response, got []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := r.Clone(context.Background())
	asked.Body = nil
	if len(sent) > 0 {
		asked.Body = io.NopCloser(bytes.NewReader(sent))
	}
	route, params, err := w.router.FindRoute(asked)
	if err != nil {
		w.complaints = append(w.complaints, fmt.Sprintf("%s %s: no such operation: %v", r.Method, r.URL.Path, err))
		return
	}
	name := route.Method + " " + route.Path
	w.seen[name]++
	for query := range r.URL.Query() {
		if !declared(route, query) {
			w.complain(name, "request", fmt.Errorf("query parameter %s is not in the document", query))
		}
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true,
		MultiError: true, RejectWhenRequestBodyNotSpecified: true, SkipSettingDefaults: true}
	input := &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route, Options: options}
	w.complain(name, "request", openapi3filter.ValidateRequest(context.Background(), input))
	if len(got) > 0 && res.StatusCode >= 400 {
		w.judgeProblem(name, res, got)
	}
	if route.Operation.Responses.Status(res.StatusCode) == nil {
		w.complain(name, "answer", fmt.Errorf("status %d is not in the document", res.StatusCode)) // the filter passes some redirects
	}
	answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: res.StatusCode, Header: res.Header, Options: options}
	answer.SetBodyBytes(got)
	w.complain(name, fmt.Sprint("answer ", res.StatusCode), openapi3filter.ValidateResponse(context.Background(), answer))
}

func (w *witness) judgeProblem(name string, res *http.Response, got []byte) {
	var doc any
	err := json.Unmarshal(got, &doc)
	if err == nil {
		err = w.problem.VisitJSON(doc, openapi3.MultiErrors(), openapi3.VisitAsResponse())
	}
	w.complain(name, fmt.Sprint("answer ", res.StatusCode), err)
}

func declared(route *routers.Route, query string) bool {
	known := slices.Concat(route.Operation.Parameters, route.PathItem.Parameters)
	return slices.ContainsFunc(known, func(p *openapi3.ParameterRef) bool {
		deep := p.Value.Style == openapi3.SerializationDeepObject && strings.HasPrefix(query, p.Value.Name+"[")
		return p.Value.In == openapi3.ParameterInQuery && (p.Value.Name == query || deep)
	})
}

// complain takes down each complaint on a line of its own.
func (w *witness) complain(operation, part string, err error) {
	for _, e := range causes(err) {
		w.complaints = append(w.complaints, operation+": "+part+": "+e)
	}
}

// causes takes an error of several apart, down to its schema.
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
