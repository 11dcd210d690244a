package run

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
)

// listServer is a transport whose lists contain a run of the configuration version cv-1 from a time on. It records when it
// gets a request for the list.
type listServer struct {
	from  time.Time // the zero time means always
	lists []time.Time
	hangs bool // never responds
}

func (s *listServer) RoundTrip(q *http.Request) (*http.Response, error) {
	if s.hangs {
		<-q.Context().Done()
		return nil, q.Context().Err()
	}
	const one = `{"type":"runs","id":"run-1","attributes":{"status":"planning"},"relationships":{` +
		`"workspace":{"data":{"id":"ws-1"}},"configuration-version":{"data":{"id":"cv-1"}}}}`
	body := `{"data":` + one + `}`
	if strings.HasSuffix(q.URL.Path, "/runs") {
		if s.lists = append(s.lists, time.Now()); time.Now().Before(s.from) {
			body = `{"data":[]}`
		} else {
			body = `{"data":[` + one + `]}`
		}
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: q, Header: http.Header{}}, nil
}

// TestFindCreated checks the search for the run of an interrupted creation: it is made once, within a second, and only if
// the run may exist.
func TestFindCreated(t *testing.T) {
	t.Parallel()
	unknown := &runs.NotConfirmedError{ConfigurationID: "cv-1", Cause: errors.New("interrupted")}
	refused := errors.New("refused")
	for name, c := range map[string]struct {
		cut      error
		from     time.Duration
		hangs    bool
		found    bool
		searches int
		took     time.Duration
	}{
		"found":          {cut: unknown, found: true, searches: 1},
		"found, wrapped": {cut: fmt.Errorf("create: %w", unknown), found: true, searches: 1},
		"not yet":        {cut: unknown, from: time.Millisecond, searches: 1},
		"no response":    {cut: unknown, hangs: true, took: time.Second},
		"refused":        {cut: refused},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := &listServer{from: time.Now().Add(c.from), hangs: c.hangs}
			r, _ := commandIn(inputs.Run{})
			r.client, r.facts.workspace.ID = scalrtest.NewClient(t, server), "ws-1"
			began := time.Now()
			run, doubtful, err := r.findCreated(t.Context(), scalr.Configuration{ID: "cv-1"}, c.cut)
			if c.found && (run.ID != "run-1" || !doubtful || err != nil) || !c.found && (run.ID != "" || !errors.Is(err, c.cut)) {
				t.Errorf("%s: got the run %q, doubtful: %v, %v", name, run.ID, doubtful, err)
			}
			if took := time.Since(began); took != c.took || len(server.lists) != c.searches {
				t.Errorf("%s: %d searches in %s, want %d in %s", name, len(server.lists), took, c.searches, c.took)
			}
		})
	}
}

// TestSearchOfPostStep checks how long the post step searches for the run of a creation whose response was lost.
func TestSearchOfPostStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from     time.Duration
		found    bool
		searches int
	}{
		"at once":                 {0, true, 1},
		"at the end of the time":  {45 * time.Second, true, 4},
		"in the last search":      {60 * time.Second, true, 5},
		"after the last search":   {61 * time.Second, false, 5},
		"between the searches":    {16 * time.Second, true, 3},
		"with the second attempt": {15 * time.Second, true, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := &listServer{from: time.Now().Add(c.from)}
			r, _ := commandIn(inputs.Run{})
			r.Env.Timing = follow.Timing{StatusGrace: 15 * time.Second}
			r.client = scalrtest.NewClient(t, server)
			run, ok, err := r.findLeftover(t.Context(), state{workspace: "ws-1", configuration: "cv-1"})
			if err != nil || ok != c.found || (run.ID == "run-1") != c.found || len(server.lists) != c.searches {
				t.Errorf("%s: found %q: %v after %d searches (%v), want %v after %d", name, run.ID, ok, len(server.lists), err, c.found, c.searches)
			}
		})
	}
}
