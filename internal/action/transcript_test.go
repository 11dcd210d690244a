package action_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/scalrsim"
)

// transcripts collects the logs, outputs and summaries of several steps and compares them with a golden file in
// testdata/transcripts.
type transcripts struct {
	t    *testing.T
	name string
	text strings.Builder
}

func newTranscripts(t *testing.T, name string) *transcripts {
	c := &transcripts{t: t, name: name}
	t.Cleanup(c.compare)
	return c
}

// scalrLog matches the part of the log that is copied from Scalr, which contains random words.
var scalrLog = regexp.MustCompile(`(?s)::stop-commands::(\w+)\n.*?\n::\w{26}::`)

// collapsedSection matches a collapsed section of the summary. The tests of package report cover its content.
var collapsedSection = regexp.MustCompile(`(?s)(> )*<details.*?</details>\n*`)

// add appends the exit code, the non-empty outputs, the log without the text from Scalr, and the summary without
// collapsed sections.
func (c *transcripts) add(title string, p *stepResult) {
	c.t.Helper()
	fmt.Fprintf(&c.text, "=== %s\nexit %d\n", title, p.code)
	for _, name := range slices.Sorted(maps.Keys(p.outputs)) {
		if p.outputs[name] != "" {
			fmt.Fprintf(&c.text, "output %s=%s\n", name, strings.ReplaceAll(p.outputs[name], p.dir, "DIR"))
		}
	}
	log := scalrLog.ReplaceAllString(strings.ReplaceAll(p.log, p.dir, "DIR"), "(log of Scalr)")
	fmt.Fprintf(&c.text, "--- log\n%s", log)
	if p.summary != "" {
		fmt.Fprintf(&c.text, "--- summary\n%s", collapsedSection.ReplaceAllString(p.summary, ""))
	}
	c.text.WriteString("\n")
}

func (c *transcripts) line(format string, args ...any) { fmt.Fprintf(&c.text, format+"\n", args...) }

func (c *transcripts) compare() {
	if c.t.Failed() {
		return
	}
	goldentest.Compare(c.t, filepath.Join("testdata", "transcripts", c.name+".txt"), c.text.String())
}

// faultTransport is a transport that changes the response to one request.
type faultTransport struct {
	http.RoundTripper
	nth    int
	writes bool // count only write requests
	once   bool // count repeated requests once
	// status is the HTTP status of the response. 0: the server executes the request, and the response is lost.
	// 200: the server ignores the change and returns the unchanged object.
	status  int
	pointer string // in the response

	mu      sync.Mutex
	count   int
	seen    map[string]bool
	changed string // the changed request
}

// through returns a transport that applies m to its requests; m may be nil.
func (m *faultTransport) through(to http.RoundTripper) http.RoundTripper {
	if m == nil {
		return to
	}
	m.RoundTripper = to
	return m
}

func (m *faultTransport) RoundTrip(q *http.Request) (*http.Response, error) {
	if !m.matches(q) {
		return m.RoundTripper.RoundTrip(q)
	}
	if m.status == 0 {
		if response, err := m.RoundTripper.RoundTrip(q); err == nil {
			response.Body.Close()
		}
		return nil, io.ErrUnexpectedEOF
	}
	if q.Body != nil {
		io.Copy(io.Discard, q.Body)
		q.Body.Close()
	}
	if m.status == http.StatusOK {
		q = q.Clone(q.Context())
		q.Method, q.Body, q.ContentLength = http.MethodGet, nil, 0
		return m.RoundTripper.RoundTrip(q)
	}
	body := fmt.Sprintf(`{"errors":[{"status":"%d","title":"Refused","detail":"Ask an owner.","source":{"pointer":%q}}]}`, m.status, m.pointer)
	if strings.Contains(q.URL.Host, "github") {
		body = fmt.Sprintf(`{"message":%q}`, http.StatusText(m.status))
	}
	return &http.Response{
		Status: fmt.Sprint(m.status, " ", http.StatusText(m.status)), StatusCode: m.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  http.Header{"Content-Type": {"application/vnd.api+json"}},
		Body:    io.NopCloser(strings.NewReader(body)),
		Request: q,
	}, nil
}

func (m *faultTransport) matches(q *http.Request) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.writes && q.Method == http.MethodGet || m.status == http.StatusOK && q.Method != http.MethodPatch {
		return false
	}
	op := q.Method + " " + strings.TrimPrefix(q.URL.Path, scalrsim.BasePath)
	if m.once && m.seen[op] {
		return false
	}
	m.seen[op] = true
	m.count++
	if m.count != m.nth {
		return false
	}
	m.changed = op
	return true
}

// runWithEachFault runs a step once for each request that m can change.
func (m *faultTransport) runWithEachFault(play func(*faultTransport) *stepResult, check func(*stepResult)) {
	for {
		m.nth++
		m.count, m.seen, m.changed = 0, map[string]bool{}, ""
		p := play(m)
		if m.changed == "" {
			return
		}
		check(p)
	}
}

// appendFaultResult returns a function that appends the result of a step with one changed request.
func (c *transcripts) appendFaultResult(m *faultTransport) func(*stepResult) {
	return func(p *stepResult) { c.ending(fmt.Sprint(m.status, " to ", m.changed), p) }
}

func (c *transcripts) ending(request string, p *stepResult) {
	fmt.Fprintf(&c.text, "%s: exit %d", request, p.code)
	for _, name := range []string{"result", "error-code", "created", "changed", "run-id"} {
		if p.outputs[name] != "" {
			fmt.Fprintf(&c.text, ", %s=%s", name, p.outputs[name])
		}
	}
	for line := range strings.Lines(scalrLog.ReplaceAllString(p.log, "(log of Scalr)")) {
		if strings.HasPrefix(line, "::") && !strings.HasPrefix(line, "::add-mask::") {
			line, _, _ = strings.Cut(strings.TrimSuffix(line, "\n"), "%0A") // without the advice
			fmt.Fprintf(&c.text, "\n\t%s", line)
		}
	}
	c.text.WriteString("\n")
}
