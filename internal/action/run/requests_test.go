package run

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
)

// statusServer is a transport whose responses have only a status, by the path of the request. It records the requests.
type statusServer struct {
	status   map[string]int // 204 if there is none
	run      string         // the response to GET /runs/run-1
	requests []string
}

func (s *statusServer) RoundTrip(q *http.Request) (*http.Response, error) {
	path := q.URL.Path[strings.LastIndex(q.URL.Path, "/v3")+len("/v3"):]
	s.requests = append(s.requests, q.Method+" "+path)
	status := http.StatusNoContent
	if other, ok := s.status[path]; ok {
		status = other
	}
	if q.Method == http.MethodGet && s.run != "" {
		header := http.Header{"Content-Type": {"application/vnd.api+json"}}
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(s.run)), Request: q, Header: header}, nil
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("")), Request: q, Header: http.Header{}}, nil
}

// runWithChecks returns a run in policy_override with policy checks named a, b and c.
func runWithChecks(checks []scalr.TaskStatus) (run scalr.Run, body string) {
	run = scalr.Run{ID: "run-1", Status: "policy_override"}
	var refs, included []string
	for i, status := range checks {
		id := string("abc"[i])
		run.Policies = append(run.Policies, scalr.PolicyCheck{ID: id, Status: status})
		refs = append(refs, fmt.Sprintf(`{"type":"policy-checks","id":%q}`, id))
		included = append(included, fmt.Sprintf(`{"type":"policy-checks","id":%q,"attributes":{"status":%q}}`, id, status))
	}
	return run, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"policy_override"},"relationships":{"policy-checks":{"data":[` +
		strings.Join(refs, ",") + `]}}},"included":[` + strings.Join(included, ",") + `]}`
}

// TestOverrideOfSeveralChecks checks that each policy check with a soft failure is overridden after a read of the run, that
// a conflict does not prevent the others, and that the log counts them.
func TestOverrideOfSeveralChecks(t *testing.T) {
	t.Parallel()
	soft, passed := scalr.TaskSoftFailed, scalr.TaskStatus("passed")
	const path = "/policy-checks/%s/actions/override"
	for name, c := range map[string]struct {
		checks   []scalr.TaskStatus // of the checks a, b and c
		status   map[string]int
		asked    string
		log      string
		err      error
		accepted bool
	}{
		"one":          {checks: []scalr.TaskStatus{soft}, asked: "a", log: "Overrode 1 policy check of run run-1\n", accepted: true},
		"none":         {checks: []scalr.TaskStatus{passed, passed}},
		"all":          {checks: []scalr.TaskStatus{soft, soft, soft}, asked: "abc", log: "Overrode 3 policy checks of run run-1\n", accepted: true},
		"two of three": {checks: []scalr.TaskStatus{soft, passed, soft}, asked: "ac", log: "Overrode 2 policy checks of run run-1\n", accepted: true},
		"conflict, then one": {
			checks: []scalr.TaskStatus{soft, soft}, status: map[string]int{"a": 409}, asked: "ab",
			log: "Overrode 1 policy check of run run-1\n", err: scalr.ErrConflict, accepted: true,
		},
		"only conflicts":       {checks: []scalr.TaskStatus{soft, soft}, status: map[string]int{"a": 409, "b": 409}, asked: "ab", err: scalr.ErrConflict},
		"forbidden, then none": {checks: []scalr.TaskStatus{soft, soft}, status: map[string]int{"a": 403}, asked: "a", err: scalr.ErrForbidden},
		"forbidden at the end": {
			checks: []scalr.TaskStatus{soft, soft}, status: map[string]int{"b": 403}, asked: "ab",
			log: "Overrode 1 policy check of run run-1\n", err: scalr.ErrForbidden, accepted: true,
		},
		"passed and soft failed": {checks: []scalr.TaskStatus{passed, soft}, asked: "b", log: "Overrode 1 policy check of run run-1\n", accepted: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				run, body := runWithChecks(c.checks)
				s := &statusServer{status: map[string]int{}, run: body}
				for id, status := range c.status {
					s.status[fmt.Sprintf(path, id)] = status
				}
				var want []string
				for _, id := range c.asked {
					want = append(want, "GET /runs/run-1", "POST "+fmt.Sprintf(path, string(id)))
				}
				r, log := commandIn(inputs.Run{})
				r.client = scalrtest.NewClient(t, s)
				err := r.overrideEach(t.Context(), r.finalCheck(run, nil))
				if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
					t.Errorf("the error is %v, want %v", err, c.err)
				}
				if !slices.Equal(s.requests, want) || log.String() != c.log {
					t.Errorf("requests %q and log %q, want %q and %q", s.requests, log, want, c.log)
				}
				accepted := acceptance{}
				if c.accepted {
					accepted = acceptance{"override", "policy_override"}
				}
				if r.accepted != accepted {
					t.Errorf("accepted %+v, want %+v", r.accepted, accepted)
				}
			})
		})
	}
}

// TestOverrideNeedsState checks that nothing is overridden if the run cannot be read.
func TestOverrideNeedsState(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &statusServer{status: map[string]int{"/runs/run-1": 403}}
		step, ctx, end := step.Begin(t.Context(), step.Env{Stdout: io.Discard, Version: "test"})
		defer end()
		r := newCommand(step, inputs.Run{RunID: "run-1", Mode: inputs.ModeOverride, Wait: true})
		r.client = scalrtest.NewClient(t, s)
		_, err := r.override(ctx, scalr.Run{ID: "run-1", Status: "policy_override", Policies: []scalr.PolicyCheck{{ID: "a", Status: scalr.TaskSoftFailed}}})
		if !errors.Is(err, scalr.ErrForbidden) || !slices.Equal(s.requests, []string{"GET /runs/run-1"}) {
			t.Errorf("got %v after the requests %q, want one request that is forbidden", err, s.requests)
		}
	})
}

// TestAwaitEffect checks how often and how long a rejected run is read after Scalr accepted the request to discard it.
func TestAwaitEffect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statuses string // of the reads; the last one for all further reads
		reads    int
		took     time.Duration
		want     scalr.Status
	}{
		"at once":             {"discarded", 1, 0, "discarded"},
		"applied meanwhile":   {"planned confirmed", 2, time.Second, "confirmed"},
		"after intervals":     {"planned planned planned planned planned discarded", 6, 17 * time.Second, "discarded"}, // 1, 2, 4, 5 and 5 s
		"an outdated replica": {"planning canceled", 2, time.Second, "canceled"},
		"never":               {"planned", 62, 5 * time.Minute, "planned"},
		"only outdated":       {"planning", 62, 5 * time.Minute, "planned"},
	} {
		synctest.Test(t, func(t *testing.T) {
			statuses, reads := strings.Fields(c.statuses), 0
			r, _ := commandIn(inputs.Run{})
			r.Env.Timing.StopInterval = time.Second
			r.client = scalrtest.NewClient(t, transport(func(q *http.Request) (*http.Response, error) {
				body := fmt.Sprintf(`{"data":{"type":"runs","id":"run-1","attributes":{"status":%q}}}`, statuses[min(reads, len(statuses)-1)])
				reads++
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: q, Header: http.Header{}}, nil
			}))
			began := time.Now()
			got := r.awaitEffect(t.Context(), scalr.Run{ID: "run-1", Status: "planned"})
			if took := time.Since(began); got.Status != c.want || reads != c.reads || took != c.took {
				t.Errorf("%s: %s after %d reads in %s, want %s after %d in %s", name, got.Status, reads, took, c.want, c.reads, c.took)
			}
		})
	}
}
