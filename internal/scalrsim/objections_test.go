package scalrsim

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestObjections(t *testing.T) {
	t.Parallel()
	version := inWorkspace("configuration-versions", `{"auto-queue-runs":false}`, WorkspaceID)
	drop := func(name string) func(*request) { return func(r *request) { r.Header.Del(name) } }
	set := func(name, value string) func(*request) { return func(r *request) { r.Header.Set(name, value) } }
	run := func(attributes string) string { return inWorkspace("runs", attributes, WorkspaceID) }
	environment := func(relationship string) string {
		return `{"data":{"type":"environments","attributes":{"name":"a"},"relationships":{"` + relationship + `":{"data":[]}}}}`
	}
	tests := map[string]struct {
		method, path, body string
		change             func(*request)
		status             int
		want               string
	}{
		"another base path":      {"GET", "/runs", "", func(r *request) { r.URL.Path = "/api/v2/runs" }, 404, "not below /api/iacp/v3"},
		"unknown operation":      {"GET", "/plan-exports", "", nil, 404, "unknown operation"},
		"wrong method":           {"PUT", "/runs", "{}", nil, 405, "unknown operation"},
		"no user agent":          {"GET", "/tags", "", set("User-Agent", ""), 200, "User-Agent is missing"},
		"Go's user agent":        {"GET", "/tags", "", set("User-Agent", "Go-http-client/1.1"), 200, "User-Agent is missing"},
		"idempotency key":        {"POST", "/configuration-versions", version, set("Idempotency-Key", "1"), 201, "Idempotency-Key"},
		"no accept":              {"GET", "/tags", "", drop("Accept"), 200, "Accept"},
		"accept anything":        {"GET", "/tags", "", set("Accept", "*/*"), 200, "Accept does not name"},
		"cookie":                 {"GET", "/tags", "", set("Cookie", "a=b"), 200, "a cookie"},
		"no token":               {"GET", "/tags", "", drop("Authorization"), 401, "the token is unknown"},
		"foreign token":          {"GET", "/tags", "", set("Authorization", "Bearer else"), 401, "the token is unknown"},
		"plain JSON document":    {"POST", "/configuration-versions", version, set("Content-Type", "application/json"), 415, "Content-Type"},
		"JSON:API action":        {"POST", "/runs/run-1/actions/cancel", `{"comment":""}`, set("Content-Type", jsonAPI), 415, "Content-Type"},
		"invalid JSON":           {"POST", "/configuration-versions", "{", nil, 400, "not a JSON object"},
		"body on a GET":          {"GET", "/tags", "{}", nil, 200, "does not accept a body"},
		"unknown parameter":      {"GET", "/runs?sort=-created-at", "", nil, 200, "unknown query parameter sort"},
		"unknown include":        {"GET", "/runs?include=state-versions", "", nil, 200, `include "state-versions"`},
		"unknown sort":           {"GET", "/environments?sort=cost-estimation-enabled", "", nil, 200, "sort by"},
		"path in an id":          {"GET", "/runs/..%2fworkspaces", "", nil, 404, "is not an id"},
		"wrong type":             {"POST", "/runs", `{"data":{"type":"run"}}`, nil, 422, "the type is run, not runs"},
		"no workspace":           {"POST", "/runs", `{"data":{"type":"runs","attributes":{}}}`, nil, 422, "relationship workspace is missing"},
		"unknown attribute":      {"POST", "/runs", run(`{"plan-only":true}`), nil, 422, "attribute plan-only of runs cannot be written"},
		"read-only attribute":    {"POST", "/runs", run(`{"status":"applied"}`), nil, 422, "attribute status of runs cannot be written"},
		"wrong form":             {"POST", "/runs", run(`{"is-dry":"true"}`), nil, 422, "attribute is-dry"},
		"long message":           {"POST", "/runs", run(`{"message":"` + strings.Repeat("é", 513) + `"}`), nil, 422, "no more than 512"},
		"variable without a key": {"POST", "/runs", run(`{"variables":[{"category":"terraform"}]}`), nil, 422, "variable 0 has no key"},
		"variable's category":    {"POST", "/runs", run(`{"variables":[{"key":"a","category":"tf"}]}`), nil, 422, "variable 0, category"},
		"id in a creation":       {"POST", "/tags", `{"data":{"type":"tags","id":"tag-1","attributes":{"name":"a"}}}`, nil, 201, "the document's id"},
		"unknown action member":  {"POST", "/runs/run-1/actions/cancel", `{"reason":""}`, nil, 404, ""},
		"unknown relationship": {
			"POST", "/configuration-versions", strings.Replace(version, `"workspace":`, `"run":{"data":null},"workspace":`, 1),
			nil, 201, "relationship run",
		},
		"auto-queue-runs left out": {
			"POST", "/configuration-versions", strings.Replace(version, `"auto-queue-runs":false`, ``, 1),
			nil, 201, "auto-queue-runs is absent",
		},
		"cloud credentials": {
			"POST", "/environments", environment("cloud-credentials"),
			nil, 201, "relationship cloud-credentials",
		},
		"policy groups of an environment": {
			"POST", "/environments", environment("policy-groups"),
			nil, 201, "relationship policy-groups",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Scenario{})
			change := test.change
			if change == nil {
				change = func(*request) {}
			}
			r, body := send(t, s.Client(), test.method, s.URL()+BasePath+test.path, test.body, change)
			if r.StatusCode != test.status {
				t.Errorf("got %d, want %d: %s", r.StatusCode, test.status, body)
			}
			if got := strings.Join(s.Objections(), "; "); !strings.Contains(got, test.want) || (test.want == "") != (got == "") {
				t.Errorf("objections: got %q, want %q", got, test.want)
			}
		})
	}
}

func TestBlobObjections(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*request)
		status int
		want   string
	}{
		"token":        {func(r *request) { r.Header.Set("Authorization", "Bearer "+Token) }, 400, "Authorization was sent to the blob host"},
		"cookie":       {func(r *request) { r.Header.Set("Cookie", "a=b") }, 400, "Cookie was sent to the blob host"},
		"preference":   {func(r *request) { r.Header.Set("Prefer", "profile=preview") }, 400, "Prefer was sent to the blob host"},
		"content type": {func(r *request) { r.Header.Set("Content-Type", "application/gzip") }, 400, "Content-Type"},
		"chunked":      {func(r *request) { r.ContentLength = -1; r.Body = io.NopCloser(r.Body) }, 411, "no Content-Length"},
		"unsigned":     {func(r *request) { r.URL.RawQuery = "" }, 403, ""},
		"correct":      {func(*request) {}, 200, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, sockets := range []bool{false, true} {
				s, client := New(Scenario{}), (*http.Client)(nil)
				if client = s.Client(); sockets {
					client = listening(t, s)
				}
				_, body := send(t, client, "POST", s.URL()+BasePath+"/configuration-versions", `{"data":{"type":"configuration-versions",
					"attributes":{"auto-queue-runs":false},"relationships":{"workspace":{"data":{"type":"workspaces","id":"`+WorkspaceID+`"}}}}}`)
				r, body := send(t, client, "PUT", get(t, body, "data.links.upload").(string), "archive", upload, test.change)
				if r.StatusCode != test.status {
					t.Errorf("sockets %t: got %d, want %d: %s", sockets, r.StatusCode, test.status, body)
				}
				if got := strings.Join(s.Objections(), "; "); !strings.Contains(got, test.want) || (test.want == "") != (got == "") {
					t.Errorf("sockets %t: objections: got %q, want %q", sockets, got, test.want)
				}
			}
		})
	}
}

// listening serves s on loopback ports until the end of the test and returns an HTTP client.
func listening(t *testing.T, s *Server) *http.Client {
	t.Helper()
	_, stop, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
	})
	return &http.Client{Transport: transport, CheckRedirect: func(*request, []*request) error { return http.ErrUseLastResponse }}
}
