package runs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// createFault is a fault during the creation of a run, and the expected result.
type createFault struct {
	faults []scalrsim.Fault
	world  scalrsim.Config
	setup  func(*scalrtest.Harness)

	posts       int // requests to create a run; 0: not counted
	live        int // active runs after duplicates were canceled; 0 means 1
	swept       int
	sure        bool  // no response was lost, so there are no duplicates
	is          error // expected error
	unknown     bool  // the error is a NotConfirmedError
	least, most time.Duration
	says        string
}

func lose(phase scalrsim.Phase) scalrsim.Fault {
	return scalrsim.Fault{Op: createRun, Phase: phase, Action: scalrsim.Reset}
}

func lateBy(d time.Duration) scalrsim.Fault {
	return scalrsim.Fault{Op: createRun, Action: scalrsim.LateCommit, Delay: d}
}

func createFaults() map[string]createFault {
	const lists = "GET /runs"
	after := scalrsim.After
	faults := map[string]createFault{
		"no fault":               {posts: 1, sure: true, most: time.Second},
		"R01 reset after commit": {faults: []scalrsim.Fault{lose(after)}, posts: 1, most: 5 * time.Second},
		"R02 504 after commit": {
			faults: []scalrsim.Fault{{Op: createRun, Phase: after, Action: scalrsim.Status, Status: 504}}, posts: 1,
			most: 5 * time.Second,
		},
		"R03 no response after commit": {
			faults: []scalrsim.Fault{{Op: createRun, Phase: after, Action: scalrsim.Stall}}, posts: 1,
			least: 30 * time.Second, most: 35 * time.Second,
		},
		"R04 reset before commit": {faults: []scalrsim.Fault{lose(scalrsim.Before)}, posts: 2, least: 30 * time.Second, most: 35 * time.Second},
		"R04 503 before commit": {
			faults: []scalrsim.Fault{scalrtest.Status(createRun, 503, 1)}, posts: 2, least: 60 * time.Second,
			most: 65 * time.Second,
		},
		"R05 commit after 5 s":  {faults: []scalrsim.Fault{lateBy(5 * time.Second)}, posts: 1, most: 10 * time.Second},
		"R05 commit after 20 s": {faults: []scalrsim.Fault{lateBy(20 * time.Second)}, posts: 1, most: 30 * time.Second},
		"R05 commit after 50 s": {faults: []scalrsim.Fault{lateBy(50 * time.Second)}, posts: 2, swept: 1},
		"R05 commit after 20 s, lists delayed 10 s": {
			faults: []scalrsim.Fault{lateBy(20 * time.Second)}, world: scalrsim.Config{ListLag: 10 * time.Second},
			posts: 1, most: 40 * time.Second,
		},
		"R06 lists delayed 10 s": {
			faults: []scalrsim.Fault{lose(after)}, world: scalrsim.Config{ListLag: 10 * time.Second}, posts: 1,
			least: 10 * time.Second, most: 20 * time.Second,
		},
		"R06 delayed list response": {
			faults: []scalrsim.Fault{lateBy(26 * time.Second), {Op: lists, Nth: 5, Phase: after, Action: scalrsim.Delay, Delay: 20 * time.Second}},
			posts:  1, least: 35 * time.Second, most: 40 * time.Second,
		},
		"R07 list fails five times": {faults: []scalrsim.Fault{lose(after), scalrtest.Status(lists, 500, 5)}, posts: 1, most: 30 * time.Second},
		"R07 list fails permanently": {
			faults: []scalrsim.Fault{lose(after), scalrtest.Status(lists, 500, -1)}, posts: 1, unknown: true,
			is: scalr.ErrUnavailable, live: 1, says: "500",
		},
		"R08 duplicate run":     {faults: []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}}, posts: 1, sure: true, swept: 1},
		"R09 201 without an id": {faults: []scalrsim.Fault{scalrtest.WithID(createRun, "")}, posts: 1, most: 5 * time.Second},
		"R09 201 with truncated JSON": {
			faults: []scalrsim.Fault{{Op: createRun, Action: scalrsim.Truncate, Bytes: 30}}, posts: 1,
			most: 5 * time.Second,
		},
		"R09 201 with web page": {faults: []scalrsim.Fault{scalrtest.Garbage(createRun, "text/html", "<h1>Hi</h1>", 1)}, posts: 1, most: 5 * time.Second},
		"R09 201 without body":  {faults: []scalrsim.Fault{{Op: createRun, Action: scalrsim.Empty}}, posts: 1, most: 5 * time.Second},
		"R11 409": {
			faults: []scalrsim.Fault{scalrtest.Problem(createRun, 409, `{"errors":[{"detail":"locked by ada"}]}`)}, posts: 1,
			is: scalr.ErrConflict, live: -1, sure: true, says: "locked by ada",
		},
		"R29 403 of a firewall after commit": {
			faults: []scalrsim.Fault{{Op: createRun, Phase: after, Action: scalrsim.Status, Status: 403, Body: "<h1>Blocked</h1>"}},
			posts:  1, most: 5 * time.Second,
		},
		"R29 403 of a firewall after commit, lists delayed 10 s": {
			faults: []scalrsim.Fault{{Op: createRun, Phase: after, Action: scalrsim.Status, Status: 403, Body: "<h1>Blocked</h1>"}},
			world:  scalrsim.Config{ListLag: 10 * time.Second}, posts: 1, least: 10 * time.Second, most: 20 * time.Second,
		},
		"R29 403 of a firewall": {
			faults: []scalrsim.Fault{{Op: createRun, Action: scalrsim.Status, Status: 403, Body: "<h1>Blocked</h1>"}}, posts: 1,
			is: scalr.ErrForbidden, live: -1, sure: true, least: 30 * time.Second, most: 35 * time.Second, says: "Blocked",
		},
		"R29 403 of Scalr": {
			faults: []scalrsim.Fault{scalrtest.Problem(createRun, 403, `{"errors":[{"detail":"missing runs:create"}]}`)}, posts: 1,
			is: scalr.ErrForbidden, live: -1, sure: true, most: time.Second, says: "missing runs:create",
		},
		"R12 422, not uploaded yet": {
			faults: []scalrsim.Fault{notUploaded(422, 1)}, posts: 2, sure: true, least: 2 * time.Second,
			most: 3 * time.Second,
		},
		"R12 422, never uploaded": {
			faults: []scalrsim.Fault{notUploaded(422, -1)}, posts: 2, is: scalr.ErrInvalid, live: -1, sure: true,
			says: "No configuration versions available",
		},
		"R12 404 of outdated replica": {faults: []scalrsim.Fault{notUploaded(404, 1)}, posts: 2, sure: true, most: 3 * time.Second},
		"R13 429": {
			faults: []scalrsim.Fault{scalrtest.Status(createRun, 429, 2, "Retry-After", "2")}, posts: 3, sure: true,
			least: 4 * time.Second, most: 6 * time.Second,
		},
		"R13 permanent 429": {
			faults: []scalrsim.Fault{scalrtest.Status(createRun, 429, -1)}, is: scalr.ErrRateLimited, live: -1, sure: true,
			most: 121 * time.Second,
		},
		"R13 no connection, five times": {faults: []scalrsim.Fault{{Op: createRun, Times: 5, Action: scalrsim.Refuse}}, posts: 6, sure: true},
		"R14 ascending list, 3 pages": {
			faults: []scalrsim.Fault{{Op: createRun, Nth: 251, Phase: after, Action: scalrsim.Reset}},
			world:  scalrsim.Config{OldestRun: true}, setup: crowd, posts: 251, most: 5 * time.Second,
		},
		"R14 descending list, 3 pages": {
			faults: []scalrsim.Fault{{Op: createRun, Nth: 251, Phase: after, Action: scalrsim.Reset}}, setup: crowd,
			posts: 251, most: 5 * time.Second,
		},
		"R15 lost three times": {
			faults: []scalrsim.Fault{{Op: createRun, Times: -1, Action: scalrsim.Reset}}, posts: 3, unknown: true,
			is: scalr.ErrUnavailable, live: -1, least: 90 * time.Second, most: 100 * time.Second,
			says: "configuration version cv-",
		},
		"R18 closed during POST": {faults: []scalrsim.Fault{{Op: createRun, Action: scalrsim.EOF}}, posts: 2},
		"H11 60 s of 503": {
			faults: []scalrsim.Fault{{Op: everything, During: time.Minute, Action: scalrsim.Status, Status: 503}},
			posts:  2, most: 90 * time.Second,
		},
	}
	for _, status := range []int{400, 404, 409, 422} {
		faults[fmt.Sprintf("R29 %d of a firewall after commit", status)] = createFault{
			faults: []scalrsim.Fault{{Op: createRun, Phase: after, Action: scalrsim.Status, Status: status, Body: "<h1>Blocked</h1>"}},
			posts:  1, most: 5 * time.Second,
		}
	}
	return faults
}

func notUploaded(code, times int) scalrsim.Fault {
	return scalrsim.Fault{Op: createRun, Times: times, Action: scalrsim.Status, Status: code, Body: `{"errors":[{"title":"Invalid Relationship",
		"detail":"No configuration versions available to create the run from.","source":{"pointer":"/data/relationships/configuration-version"}}]}`}
}

// sameRequest returns a request that differs from those of other jobs only in the configuration version.
func sameRequest(configurationID string) scalr.RunRequest {
	return scalr.RunRequest{WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: configurationID, Dry: true, Message: "same"}
}

// crowd creates 250 other runs with the same message in the workspace.
func crowd(r *scalrtest.Harness) {
	v, err := r.UploadConfiguration(r.T.Context(), true)
	if err != nil {
		r.T.Fatal(err)
	}
	for range 250 {
		if _, _, err := runs.Create(r.T.Context(), r.Client, sameRequest(v.ID)); err != nil {
			r.T.Fatal(err)
		}
	}
}

func TestCreateFaults(t *testing.T) {
	t.Parallel()
	for name, c := range createFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { c.play(t) })
		})
	}
}

func (c createFault) play(t *testing.T) {
	r := scalrtest.New(t, scalrsim.Scenario{Config: c.world, Script: scalrtest.LongPlan()})
	if c.setup != nil {
		c.setup(r)
	}
	v, err := r.UploadConfiguration(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.faults {
		if f.Nth > 0 && c.setup != nil {
			f.Nth = 0 // the setup's requests were sent before the fault
		}
		r.Sim.AddFault(f)
	}
	began := time.Now()
	run, doubtful, err := runs.Create(t.Context(), r.Client, sameRequest(v.ID))
	took := time.Since(began)
	c.judge(t, r, run, doubtful, err)
	if c.least > 0 && took < c.least || c.most > 0 && took > c.most {
		t.Errorf("it took %s, want %s to %s", took, c.least, c.most)
	}
	if got := len(r.Received(createRun)); c.posts > 0 && got != c.posts {
		t.Errorf("got %d requests to create, want %d", got, c.posts)
	}
	if len(r.Received("GET /runs")) > 40 {
		t.Errorf("%d look-ups, want at most 40", len(r.Received("GET /runs")))
	}
	c.sweep(t, r, run, v.ID, err)
}

func (c createFault) judge(t *testing.T, r *scalrtest.Harness, run scalr.Run, doubtful bool, err error) {
	t.Helper()
	if doubtful == c.sure {
		t.Errorf("doubtful: got %v, want %v", doubtful, !c.sure)
	}
	if c.is == nil {
		if err != nil || run.ID == "" || run.ConfigurationID == "" || run.WorkspaceID == "" {
			t.Errorf("got run %+v and %v, want a run with its workspace and configuration version", run, err)
		}
		return
	}
	var unknown *runs.NotConfirmedError
	if !errors.Is(err, c.is) || errors.As(err, &unknown) != c.unknown || !strings.Contains(err.Error(), c.says) {
		t.Fatalf("got %v", err)
	}
	r.WantNoLeak(err)
}

// sweep cancels duplicates as the action does after a lost response, and returns their number.
func (c createFault) sweep(t *testing.T, r *scalrtest.Harness, run scalr.Run, version string, err error) {
	t.Helper()
	swept := 0
	if err == nil {
		for range 12 {
			time.Sleep(10 * time.Second)
			ids, err := runs.CancelDuplicates(t.Context(), r.Client, run, "twice")
			if err != nil {
				t.Error(err)
			}
			swept += len(ids)
		}
	}
	if swept != c.swept {
		t.Errorf("got %d runs swept, want %d", swept, c.swept)
	}
	live := 0
	for _, record := range r.Sim.Runs() {
		if record.Configuration == version && record.Status != "canceled" && record.Status != "discarded" {
			live++
			if err == nil && record.ID != run.ID {
				t.Errorf("run %s is unfinished, want only the run of the step", record.ID)
			}
		}
	}
	if want := max(c.live, 0) + b2i(c.live == 0); live != want {
		t.Errorf("%d unfinished runs, want %d", live, want)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// R17, T20: two jobs with the same workspace, commit and message both lose their responses.
func TestCreateReturnsOwnRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan(), Config: scalrsim.Config{ListLag: 5 * time.Second},
			Faults: []scalrsim.Fault{{Op: createRun, Times: 2, Phase: scalrsim.After, Action: scalrsim.Reset}}})
		var wg sync.WaitGroup
		created := make([]scalr.Run, 2)
		versions := make([]scalr.Configuration, 2)
		for i := range created {
			wg.Go(func() {
				var err error
				if versions[i], err = r.UploadConfiguration(t.Context(), true); err == nil {
					created[i], _, err = runs.Create(t.Context(), r.Client, sameRequest(versions[i].ID))
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, record := range r.Sim.Runs() {
			for i := range created {
				if (record.ID == created[i].ID) != (record.Configuration == versions[i].ID) {
					t.Errorf("job %d has run %s; run %s is of %s, the job's is of %s", i, created[i].ID, record.ID, record.Configuration, versions[i].ID)
				}
			}
		}
		if got := len(r.Sim.Runs()); got != 2 {
			t.Errorf("got %d runs, want 2", got)
		}
	})
}

// X04, X05: a creation stops when its context ends, and the error reports that the run may exist.
func TestCreateEndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan(),
			Faults: []scalrsim.Fault{{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Stall}}})
		v, err := r.UploadConfiguration(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		began := time.Now()
		_, doubtful, err := runs.Create(ctx, r.Client, scalr.RunRequest{WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: v.ID, Dry: true})
		var unknown *runs.NotConfirmedError
		if !errors.As(err, &unknown) || !errors.Is(err, context.DeadlineExceeded) || unknown.ConfigurationID != v.ID || !doubtful {
			t.Errorf("got %v, doubtful %v", err, doubtful)
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("it took %s, want 2 s", took)
		}
		if run, ok, err := runs.FindByConfiguration(t.Context(), r.Client, scalrsim.WorkspaceID, v.ID); err != nil || !ok || run.ConfigurationID != v.ID {
			t.Errorf("afterwards: got %+v, %v, %v", run, ok, err)
		}
	})
}

// A canceled context ends the wait for a lagging replica; no nonexistent run is reported.
func TestCreateInterruptedWithOutdatedReplica(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Faults: []scalrsim.Fault{notUploaded(422, 1)}})
		v, err := r.UploadConfiguration(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		run, doubtful, err := runs.Create(ctx, r.Client, sameRequest(v.ID))
		if !errors.Is(err, context.DeadlineExceeded) || doubtful || run.ID != "" || len(r.Sim.Runs()) > 0 {
			t.Errorf("got run %q, doubtful %v, %v and %d runs", run.ID, doubtful, err, len(r.Sim.Runs()))
		}
	})
}
