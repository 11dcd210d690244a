package run

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
)

// duplicateServer is a transport for a workspace with the runs run-1 and run-2 of the configuration version cv-1. The
// first lists have the given statuses and delays.
type duplicateServer struct {
	statuses   []int
	retryAfter int   // seconds; 0 for none
	delays     []int // seconds
	lists      int
	stopped    bool
}

func (s *duplicateServer) RoundTrip(q *http.Request) (*http.Response, error) {
	status, body, header := 202, "", http.Header{}
	const run = `{"type":"runs","id":"run-%d","attributes":{"status":"pending"},"relationships":{` +
		`"workspace":{"data":{"type":"workspaces","id":"ws-1"}},"configuration-version":{"data":{"type":"configuration-versions","id":"cv-1"}}}}`
	switch {
	case q.Method == http.MethodPost:
		s.stopped = strings.HasSuffix(q.URL.Path, "/runs/run-2/actions/discard")
	case strings.HasSuffix(q.URL.Path, "/run-2"):
		status, body = 200, fmt.Sprintf(`{"data":`+run+`}`, 2)
	default:
		n := s.lists
		s.lists++
		if n < len(s.delays) {
			select {
			case <-time.After(time.Duration(s.delays[n]) * time.Second):
			case <-q.Context().Done():
				return nil, q.Context().Err()
			}
		}
		status, body = 200, fmt.Sprintf(`{"data":[`+run+`,`+run+`]}`, 1, 2)
		if n < len(s.statuses) && s.statuses[n] != 200 {
			status, body = s.statuses[n], ""
			if s.retryAfter > 0 {
				header.Set("Retry-After", strconv.Itoa(s.retryAfter))
			}
		}
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: q, Header: header}, nil
}

// TestLastSearchForDuplicates checks how often and how long the last search for duplicates is retried, and that its
// error is kept.
func TestLastSearchForDuplicates(t *testing.T) {
	t.Parallel()
	const never = 3600
	for name, c := range map[string]struct {
		doubtful, interrupted bool // the response to the creation was lost; the step was interrupted
		statuses              []int
		retryAfter            int
		delays                []int
		stopped               bool // otherwise there is an error
		lists                 int
		least, most           int // seconds
	}{
		"success":                 {stopped: true, lists: 2},
		"unavailable once":        {statuses: []int{503}, stopped: true, lists: 3, least: 1, most: 1},
		"rate limited once":       {statuses: []int{429}, stopped: true, lists: 3, least: 1, most: 1},
		"Retry-After of 2 s":      {statuses: []int{429}, retryAfter: 2, stopped: true, lists: 3, least: 2, most: 2},
		"Retry-After of 3 s":      {statuses: []int{429}, retryAfter: 3, lists: 1},
		"unavailable twice":       {statuses: []int{503, 503}, lists: 2, least: 1, most: 1},
		"no permission":           {statuses: []int{403}, lists: 1},
		"no response once":        {delays: []int{never}, stopped: true, lists: 3, least: 3, most: 3},
		"no response":             {delays: []int{never, never}, lists: 2, least: 4, most: 4},
		"found, then unavailable": {statuses: []int{200, 503}, stopped: true, lists: 3, most: 1},

		"doubtful":                     {doubtful: true, stopped: true, lists: 1},
		"doubtful, response after 5 s": {doubtful: true, delays: []int{5}, stopped: true, lists: 1, least: 5, most: 5},
		"doubtful, unavailable":        {doubtful: true, statuses: []int{503, 502, 503}, stopped: true, lists: 4, most: 4},
		"doubtful, Retry-After of 4 s": {doubtful: true, statuses: []int{429, 429}, retryAfter: 4, stopped: true, lists: 3, least: 8, most: 9},
		"doubtful, no permission":      {doubtful: true, statuses: []int{403}, lists: 1},
		"doubtful, no response":        {doubtful: true, delays: []int{never}, lists: 1, least: 10, most: 10},

		"interrupted":              {interrupted: true, stopped: true, lists: 2},
		"interrupted, unavailable": {interrupted: true, statuses: []int{503}, lists: 1},
		"interrupted, no response": {interrupted: true, delays: []int{never}, lists: 1, least: 2, most: 2},
		"interrupted, doubtful":    {interrupted: true, doubtful: true, delays: []int{never}, lists: 1, least: 2, most: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				signals := make(chan os.Signal, 1)
				s, _, end := step.Begin(context.Background(), step.Env{Stdout: &log, Version: "test", Signals: signals})
				if c.interrupted {
					signals <- os.Interrupt
					synctest.Wait()
				}
				r := newCommand(s, inputs.Run{})
				server := &duplicateServer{statuses: c.statuses, retryAfter: c.retryAfter, delays: c.delays}
				r.client = scalrtest.NewClient(t, server)
				r.created = true
				r.requested = scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1"}
				r.facts.run.ID = "run-1"
				began := time.Now()
				r.cancelLastDuplicates(c.doubtful)
				took := time.Since(began)
				end()
				if server.stopped != c.stopped || (r.duplicatesErr == nil) != c.stopped || server.lists != c.lists {
					t.Errorf("stopped: %v, with the error %v after %d lists; want stopped: %v after %d", server.stopped, r.duplicatesErr,
						server.lists, c.stopped, c.lists)
				}
				if took < time.Duration(c.least)*time.Second || took > time.Duration(c.most)*time.Second {
					t.Errorf("took %s, want %d to %d s", took, c.least, c.most)
				}
				const warning = "warning: Duplicate run run-2 of the same configuration version was stopped.\n"
				if strings.Contains(log.String(), warning) != c.stopped {
					t.Errorf("logged %q", log.String())
				}
			})
		})
	}
}
