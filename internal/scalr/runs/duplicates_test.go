package runs_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// A run whose configuration version is not reported is not canceled.
func TestCancelDuplicatesNeedsWorkspaceAndConfiguration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan()})
		others := r.MustStartRun(true)
		r.Sim.AddFault(scalrtest.Edit("GET /runs", 1, `"configuration-version"`, `"was-once"`))
		for _, keep := range []scalr.Run{
			{ID: "run-x", WorkspaceID: scalrsim.WorkspaceID}, {ID: "run-x", ConfigurationID: "cv-x"},
			{ID: "run-x", WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: "cv-x"},
		} {
			if swept, _ := runs.CancelDuplicates(t.Context(), r.Client, keep, ""); len(swept) > 0 {
				t.Errorf("keeping %+v: %q were swept", keep, swept)
			}
		}
		if got := r.Sim.Stops(); len(got) > 0 {
			t.Errorf("run %s: %q", others.ID, got)
		}
	})
}

func TestCancelDuplicatesReportsApply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Faults: []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}},
			Script: scalrsim.RunScript{Steps: []scalrsim.Step{{Status: "applying", For: time.Hour}}}})
		run := r.MustStartRun(true)
		time.Sleep(time.Minute)
		swept, err := runs.CancelDuplicates(t.Context(), r.Client, run, "")
		if len(swept) > 0 || err == nil || !strings.Contains(err.Error(), "is being applied") || len(r.Sim.Stops()) > 0 {
			t.Errorf("got %q, %v and %q", swept, err, r.Sim.Stops())
		}
	})
}

// A duplicate that finishes before it is stopped is not reported as stopped.
func TestCancelDuplicatesReportsOnlyStoppedRuns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   scalrsim.Fault
		stopped int
		problem string
	}{
		"in progress":                 {scalrtest.Edit(readRun, 1, "nothing", ""), 1, ""},
		"finished after the list":     {scalrtest.Edit(readRun, 1, `"status":"planning"`, `"status":"errored"`), 0, ""},
		"other configuration version": {scalrtest.Edit(readRun, 1, `"id":"cv-`, `"id":"cv-other-`), 0, "is not of configuration version"},
		"other workspace":             {scalrtest.Edit(readRun, 1, `"id":"ws-`, `"id":"ws-other-`), 0, "is not of configuration version"},
		"stop forbidden":              {scalrtest.Status("POST /runs/*/actions/*", 403, 1), 0, "403"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Faults: []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}}, Script: scalrtest.LongPlan()})
			run := r.MustStartRun(true)
			time.Sleep(time.Minute)
			r.Sim.AddFault(c.fault)
			stopped, err := runs.CancelDuplicates(t.Context(), r.Client, run, "twice")
			if len(stopped) != c.stopped || (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%s: got %q and %v; want %d stopped and %q", name, stopped, err, c.stopped, c.problem)
			}
		})
	}
}

func TestHasDuplicate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		twice, known, ended bool
		want                bool
	}{
		"duplicate run":                       {twice: true, known: true, want: true},
		"no duplicate run":                    {known: true},
		"finished duplicate run":              {twice: true, known: true, ended: true},
		"runs without configuration versions": {twice: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan()})
			if c.twice {
				r.Sim.AddFault(scalrsim.Fault{Op: createRun, Action: scalrsim.Twice})
			}
			run := r.MustStartRun(true)
			time.Sleep(time.Minute)
			var edits []string
			if !c.known {
				run.ConfigurationID, edits = "", append(edits, `"configuration-version"`, `"was-once"`)
			}
			if c.ended {
				edits = append(edits, `"status":"planning"`, `"status":"errored"`)
			}
			if edits != nil {
				r.Sim.AddFault(scalrtest.Edit("GET /runs", 1, edits...))
			}
			if got, err := runs.HasDuplicate(t.Context(), r.Client, run); got != c.want || err != nil || len(r.Received("GET /runs")) != 1 {
				t.Errorf("%s: got %v and %v after %d lists, want %v", name, got, err, len(r.Received("GET /runs")), c.want)
			}
		})
	}
}

// TestHasDuplicateReportsError: a list that could not be read is an error after one attempt, not an answer.
func TestHasDuplicateReportsError(t *testing.T) {
	t.Parallel()
	for _, status := range []int{403, 429, 503} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Faults: []scalrsim.Fault{scalrtest.Status("GET /runs", status, -1)}, Script: scalrtest.LongPlan()})
			run := r.MustStartRun(true)
			has, err := runs.HasDuplicate(t.Context(), r.Client, run)
			if e := (*scalr.Error)(nil); has || !errors.As(err, &e) || e.HTTPStatus != status || len(r.Received("GET /runs")) != 1 {
				t.Errorf("%d: got %v and %v after %d lists, want an error after one", status, has, err, len(r.Received("GET /runs")))
			}
		})
	}
}

// endless returns an endless list in pages of 100 runs; the run with the given number belongs to configuration version
// cv-1.
type endless struct{ duplicate, pages int }

func (e *endless) RoundTrip(r *http.Request) (*http.Response, error) {
	var list []string
	for range 100 {
		n := e.pages*100 + len(list) + 1
		version := map[bool]string{true: "cv-1", false: "cv-2"}[n == e.duplicate]
		list = append(list, fmt.Sprintf(`{"type":"runs","id":"run-%d","attributes":{"status":"planning"},`+
			`"relationships":{"configuration-version":{"data":{"type":"configuration-versions","id":%q}}}}`, n, version))
	}
	e.pages++
	body := `{"meta":{"pagination":{"next-page":1000}},"data":[` + strings.Join(list, ",") + `]}`
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/vnd.api+json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestHasDuplicateReadsOnePage: only the newest 100 runs are searched, so that one request is sufficient.
func TestHasDuplicateReadsOnePage(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]bool{1: true, 100: true, 101: false} {
		list := &endless{duplicate: number}
		c, err := scalr.New(scalr.Config{BaseURL: &url.URL{Scheme: "https", Host: "acme.scalr.io"}, Token: secret.New(scalrsim.Token),
			UserAgent: "test", HTTP: &http.Client{Transport: list}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := runs.HasDuplicate(t.Context(), c, scalr.Run{ID: "run-x", WorkspaceID: "ws-1", ConfigurationID: "cv-1"})
		if got != want || err != nil || list.pages != 1 {
			t.Errorf("run %d: got %v and %v after %d pages, want %v after one", number, got, err, list.pages, want)
		}
	}
}
