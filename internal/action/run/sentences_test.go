package run

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

const runURL = "https://acme.scalr.test/runs/run-1"

// wantTexts compares the results of a function with a table of the expected texts.
func wantTexts(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s:\n%q, want\n%q", name, got[name], want[name])
		}
	}
}

// TestStateAfterReject checks the sentence about a run that was rejected and whose discard Scalr accepted.
func TestStateAfterReject(t *testing.T) {
	t.Parallel()
	r, got := &command{facts: facts{runURL: runURL}}, map[string]string{}
	want := map[string]string{
		"discarded": " The run was discarded; nothing was applied.",
		"canceled":  " The run was canceled; nothing was applied.",
		"applied":   " The run was confirmed before it could be discarded: " + runURL,
		"applying":  " The run was confirmed before it could be discarded: " + runURL,
		"errored":   " The run ended as errored: " + runURL,
		"planned": " Scalr accepted the request to discard the run, but it is still planned and may still be applied: " +
			runURL,
	}
	for status := range want {
		got[status] = r.effectOf("discard", scalr.Run{ID: "run-1", Status: scalr.Status(status)})
	}
	wantTexts(t, got, want)
}

// TestStateAfterWrongRun checks the sentence about a run that differs from the request.
func TestStateAfterWrongRun(t *testing.T) {
	t.Parallel()
	denied := &scalr.Error{HTTPStatus: 403, Note: "no access"}
	got := map[string]string{}
	r := &command{facts: facts{runURL: runURL}}
	for name, c := range map[string]struct {
		stop runs.StopResult
		last scalr.Status
		err  error
	}{
		"failed":        {last: "planning", err: errors.New("connection reset")},
		"applied":       {last: "applied", stop: runs.StopResult{Verb: "cancel"}},
		"already final": {last: "errored", stop: runs.StopResult{AlreadyFinal: true}},
		"stopped":       {last: "canceled", stop: runs.StopResult{Verb: "cancel"}},
		"accepted":      {last: "planning", stop: runs.StopResult{Verb: "cancel"}},
	} {
		got[name] = r.stopOutcome(c.stop, scalr.Run{ID: "run-1", Status: c.last}, c.err)
	}
	wantTexts(t, got, map[string]string{
		"failed":        "It could not be stopped (Connection reset). It is still planning and may still be applied: " + runURL,
		"applied":       "It was applied before it could be stopped: " + runURL,
		"already final": "It ended as errored: " + runURL,
		"stopped":       "It was stopped and ended as canceled: " + runURL,
		"accepted":      "Scalr accepted the request to cancel it, but it is still planning and may still be applied: " + runURL,
	})
	if text := r.stopOutcome(runs.StopResult{}, scalr.Run{}, denied); !strings.Contains(text, "no access") {
		t.Errorf("the sentence is %q, want it to contain Scalr's reason", text)
	}
}

// TestStateAfterInterruption checks the sentence about the run of an interrupted step.
func TestStateAfterInterruption(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	r := &command{facts: facts{runURL: runURL}}
	for name, c := range map[string]struct {
		stop *runs.StopResult
		last scalr.Status
		err  error
	}{
		"left":      {last: "planning"},
		"failed":    {last: "planning", stop: &runs.StopResult{}, err: errors.New("connection reset")},
		"applying":  {last: "applying", stop: &runs.StopResult{ApplyContinues: true}},
		"applied":   {last: "applied", stop: &runs.StopResult{Verb: "discard"}},
		"discarded": {last: "discarded", stop: &runs.StopResult{Verb: "discard"}},
		"accepted":  {last: "planning", stop: &runs.StopResult{Verb: "cancel"}},
	} {
		got[name] = r.describeStop(follow.Ending{Run: scalr.Run{ID: "run-1", Status: c.last}, Stop: c.stop, StopErr: c.err})
	}
	wantTexts(t, got, map[string]string{
		"left":      "Run run-1 was not canceled and is still running: " + runURL,
		"failed":    "Run run-1 could not be stopped (Connection reset). It may still run: " + runURL,
		"applying":  "Run run-1 is being applied and is still running; only on-cancel: stop-apply interrupts an apply: " + runURL,
		"applied":   "Run run-1 was applied before it could be stopped: " + runURL,
		"discarded": "Run run-1 was stopped by this step; its final status is discarded.",
		"accepted":  "Scalr accepted the request to cancel run run-1, which may still be running: " + runURL,
	})
}

// TestAcceptedActionWithoutEffect checks that an accepted action is reported only if the status is still the same.
func TestAcceptedActionWithoutEffect(t *testing.T) {
	t.Parallel()
	planned := scalr.Run{ID: "run-1", Status: "planned"}
	wantTexts(t, map[string]string{
		"nothing accepted": acceptance{}.withoutEffect(planned),
		"other status":     acceptance{"confirm", "cost_estimated"}.withoutEffect(planned),
		"same status":      acceptance{"confirm", "planned"}.withoutEffect(planned),
		"no status":        acceptance{}.withoutEffect(scalr.Run{}),
	}, map[string]string{
		"nothing accepted": "",
		"other status":     "",
		"same status":      `Scalr accepted the request to confirm run run-1, but the run was still "planned". `,
		"no status":        "",
	})
}

// TestReasonForMissingPlanJSON checks the reason that the report gives for a missing plan JSON.
func TestReasonForMissingPlanJSON(t *testing.T) {
	t.Parallel()
	status := func(code int) error { return fmt.Errorf("read the plan: %w", &scalr.Error{HTTPStatus: code}) }
	const denied = "Scalr has none, or the token may not read it"
	wantTexts(t, map[string]string{
		"none":      whyNoJSON(nil),
		"forbidden": whyNoJSON(status(403)),
		"not found": whyNoJSON(status(404)),
		"redirect":  whyNoJSON(status(307)),
		"too large": whyNoJSON(status(413)),
		"other":     whyNoJSON(errors.New("connection reset")),
	}, map[string]string{
		"none":      "Scalr has none for this plan",
		"forbidden": denied,
		"not found": denied,
		"redirect":  "Scalr offers the plan only with its secrets, so it is not fetched",
		"too large": "it is too large for Scalr to serve",
		"other":     "it could not be read: Connection reset",
	})
	if text := whyNoJSON(status(503)); !strings.HasPrefix(text, "it could not be read: ") {
		t.Errorf("a response 503 is explained by %q", text)
	}
}

// TestLock checks who holds a lock, what the log says about it, and whether it refuses a run.
func TestLock(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 3, 1, 13, 5, 0, 0, time.FixedZone("CET", 3600))
	const name = `Workspace "production/network" (ws-1) is `
	for title, c := range map[string]struct {
		w       scalr.Workspace
		says    string
		refuses bool
	}{
		"unlocked": {says: name + "not locked"},
		"person": {
			w:    scalr.Workspace{Locked: true, LockedBy: "ada@acme.example", LockReason: "Migration"},
			says: name + `locked by ada@acme.example ("Migration")`, refuses: true,
		},
		"unknown holder": {w: scalr.Workspace{Locked: true}, says: name + "locked", refuses: true},
		"active run": {
			w:    scalr.Workspace{Locked: true, LockedByRun: "run-2", LockHolder: scalr.LockHolder{Status: "planning", Since: since}},
			says: name + `locked by run run-2, which is running ("planning" since 2026-03-01T12:05:00Z)`,
		},
		"active run, time unknown": {
			w:    scalr.Workspace{LockedByRun: "run-2", LockHolder: scalr.LockHolder{Status: "planning"}},
			says: name + `locked by run run-2, which is running ("planning")`,
		},
		"finished run": {
			w: scalr.Workspace{Locked: true, LockedByRun: "run-2", LockReason: "Run", LockHolder: scalr.LockHolder{Status: "errored",
				Since: since}},
			says:    name + `locked by run run-2, which has finished ("errored" since 2026-03-01T12:05:00Z) and did not release the lock ("Run")`,
			refuses: true,
		},
		"finished run, replaceable": {
			w:    scalr.Workspace{Locked: true, LockedByRun: "run-2", ForceLatestRun: true, LockHolder: scalr.LockHolder{Status: "errored"}},
			says: name + `locked by run run-2, which has finished ("errored") and did not release the lock`,
		},
		"person, force-latest-run": {
			w: scalr.Workspace{Locked: true, ForceLatestRun: true}, says: name + "locked", refuses: true,
		},
		"released by finished run": {
			w: scalr.Workspace{LockedByRun: "run-2", LockHolder: scalr.LockHolder{Status: "errored"}}, says: name + "not locked",
		},
		"unreadable run": {
			w: scalr.Workspace{Locked: true, LockedByRun: "run-2"}, says: name + "locked by run run-2, whose status the token cannot read",
		},
	} {
		c.w.ID, c.w.Name, c.w.Environment = "ws-1", "network", "production"
		if got := describeLock(c.w); got != c.says {
			t.Errorf("%s:\n%s, want\n%s", title, got, c.says)
		}
		if got := refusesRuns(c.w); got != c.refuses {
			t.Errorf("%s: refuses runs: %v, want %v", title, got, c.refuses)
		}
	}
}

// TestDifference checks how a difference between the request and the run is described.
func TestDifference(t *testing.T) {
	t.Parallel()
	wantTexts(t, map[string]string{
		"input":      difference(scalr.Difference{Member: "is-dry", Got: "false", Want: "true"}),
		"no input":   difference(scalr.Difference{Member: "configuration-version", Got: "cv-2", Want: "cv-1"}),
		"unknown":    difference(scalr.Difference{Member: "quantum", Got: "a", Want: "b"}),
		"unreported": difference(scalr.Difference{Member: "is-dry", Want: "true", Unreported: true}),
	}, map[string]string{
		"input":      "dry-run is false (requested: true)",
		"no input":   "configuration version is cv-2 (requested: cv-1)",
		"unknown":    "quantum is a (requested: b)",
		"unreported": "dry-run is not reported by Scalr (requested: true)",
	})
}
