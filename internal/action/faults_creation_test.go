package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestCreationFaults (R) checks that exactly one run exists, regardless of errors in the response. The invariants
// count the runs.
func TestCreationFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	lost := func(phase scalrsim.Phase, action scalrsim.Action) scalrsim.Fault {
		return scalrsim.Fault{Op: createRun, Phase: phase, Action: action, Status: 504}
	}
	late := func(d time.Duration) []scalrsim.Fault {
		return []scalrsim.Fault{{Op: createRun, Action: scalrsim.LateCommit, Delay: d}}
	}
	one, two := map[string]int{createRun: 1}, map[string]int{createRun: 2}
	playFaults(t, map[string]faultCase{
		"R01 reset after creation": {
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Reset)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R02 504 after creation": {
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Status)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R03 no response after creation": {
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Stall)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R04 reset before creation": {
			faults:  []scalrsim.Fault{lost(scalrsim.Before, scalrsim.Reset)},
			outputs: planned,
			ops:     two,
			then:    runs(1),
			least:   30 * time.Second,
		},
		"R05 created after 5 s":  {faults: late(5 * time.Second), outputs: planned, ops: one, then: runs(1)},
		"R05 created after 20 s": {faults: late(20 * time.Second), outputs: planned, ops: one, then: runs(1)},
		"R05 created after 40 s": {
			scenario: "ignores-stop",
			alter:    planEndsAfter(2 * time.Minute),
			faults:   late(40 * time.Second),
			outputs:  planned,
			ops:      two,
			says:     []string{"Duplicate run"},
		},
		"R06 outdated lists": {
			alter:   func(s *scalrsim.Scenario) { s.Config.ListLag = 10 * time.Second },
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Reset)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R07 lists fail": {
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Reset), statusFault("GET /runs", 500, 5)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R08 duplicate run": {
			faults:  []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}},
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For = time.Minute },
			inputs:  []string{"dry-run=false"},
			outputs: []string{"result=needs-confirmation"},
			ops:     one,
			says:    []string{"::warning::Duplicate run"},
		},
		"R08 duplicate run without waiting": {
			faults:  []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}},
			inputs:  []string{"wait=false"},
			outputs: []string{"result=started"},
			says:    []string{"Duplicate run"},
		},
		"R08 duplicate run, list unavailable once": {
			faults:  []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}, statusFault("GET /runs", 429, 1)},
			inputs:  []string{"wait=false"},
			outputs: []string{"result=started"},
			says:    []string{"Duplicate run"},
		},
		"R28 lists fail": {
			faults:  []scalrsim.Fault{statusFault("GET /runs", 503, -1)},
			outputs: planned,
			then:    warnsOfDuplicate(1),
		},
		"R28 lists fail, creation lost": {
			faults: []scalrsim.Fault{
				lost(scalrsim.After, scalrsim.Reset),
				{Op: "GET /runs", Nth: 2, Times: -1, Action: scalrsim.Stall},
			},
			inputs:  []string{"wait=false"},
			outputs: []string{"result=started"},
			most:    15 * time.Second,
			then:    warnsOfDuplicate(1),
		},
		"R28 duplicate run cannot be stopped": {
			faults:  []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}, statusFault("POST /runs/*/actions/*", 403, -1)},
			inputs:  []string{"wait=false"},
			outputs: []string{"result=started"},
			then:    warnsOfDuplicate(1),
			setUp:   func(r *stepTest) { r.duplicates = true },
		},
		"R28 both searches fail": {
			scenario: "applied",
			faults:   []scalrsim.Fault{statusFault("GET /runs", 403, -1)},
			inputs:   []string{"dry-run=false", "auto-apply=true", "fail-on=needs-confirmation"},
			outputs:  []string{"result=applied"},
			then:     warnsOfDuplicate(1),
		},
		"R28 only the first search fails": {
			scenario: "applied",
			faults:   []scalrsim.Fault{{Op: "GET /runs", Nth: 2, Action: scalrsim.Status, Status: 403}}, // the first list is for the queue
			inputs:   []string{"dry-run=false", "auto-apply=true", "fail-on=needs-confirmation"},
			outputs:  []string{"result=applied"},
			ops:      map[string]int{"GET /runs": 3},
			then:     warnsOfDuplicate(0),
		},
		"R09 missing id": {
			faults:  []scalrsim.Fault{{Op: createRun, Action: scalrsim.Garbage, Body: `{"data":{"type":"runs"}}`}},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R10 lost configuration version": {
			faults:  []scalrsim.Fault{{Op: createVersion, Phase: scalrsim.After, Action: scalrsim.Reset}},
			outputs: planned,
			ops:     map[string]int{createVersion: 2, createRun: 1},
			then:    runs(1),
		},
		"R29 refused by a firewall after the creation": {
			faults:  []scalrsim.Fault{{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Status, Status: 403, Body: "<h1>Blocked</h1>"}},
			outputs: planned,
			says:    []string{"whether it was created"},
			ops:     one,
			then:    runs(1),
		},
		"R29 refused by a firewall": {
			faults:  []scalrsim.Fault{{Op: createRun, Action: scalrsim.Status, Status: 403, Body: "<h1>Blocked</h1>"}},
			code:    3,
			outputs: []string{"error-code=not-allowed", "run-id="},
			says:    []string{"Blocked", "checking for up to 30s whether it was created\n"}, // and not "then retrying"
			ops:     one,
			then:    runs(0),
		},
		"R11 locked": {
			faults: []scalrsim.Fault{
				statusFault(createRun, 409, -1, `{"errors":[{"detail":"Workspace is locked by ada@acme.example: migration."}]}`),
			},
			code:    3,
			outputs: []string{"error-code=conflict"},
			says:    []string{"ada@acme.example: migration"},
			ops:     one,
		},
		"R12 upload not finished": {
			faults: []scalrsim.Fault{
				statusFault(createRun, 422, 1,
					`{"errors":[{"detail":"No configuration versions available.",`+
						`"source":{"pointer":"/data/relationships/configuration-version"}}]}`),
			},
			outputs: planned,
			ops:     two,
			then:    runs(1),
		},
		"R13 rate limited": {
			faults:  []scalrsim.Fault{statusFault(createRun, 429, 2)},
			outputs: planned,
			ops:     map[string]int{createRun: 3},
			then:    runs(1),
		},
		"R14 ascending list": {
			alter:   func(s *scalrsim.Scenario) { s.Config.OldestRun = true },
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Reset)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R15 never found": {
			faults:  []scalrsim.Fault{{Op: createRun, Times: -1, Action: scalrsim.Reset}},
			code:    3,
			outputs: []string{"error-code=run-unknown", "run-id="},
			says: []string{"cv-", "Check the workspace in Scalr before", "checking for up to 30s whether it was created, then retrying\n",
				"checking for up to 30s whether it was created\n", "tried 3 times in 1m30s"},
			ops: map[string]int{createRun: 3},
		},
		"R18 closed during request": {
			faults:  []scalrsim.Fault{lost(scalrsim.Before, scalrsim.EOF)},
			outputs: planned,
			then:    runs(1),
		},
	})
}

// planEndsAfter returns a function that makes the plan end by itself after d.
func planEndsAfter(d time.Duration) func(*scalrsim.Scenario) {
	return func(s *scalrsim.Scenario) { s.Script.IgnoreStop, s.Script.Plan.For = false, d }
}

// runs checks the number of runs on the server.
func runs(want int) func(*stepResult) {
	return func(p *stepResult) {
		if len(p.runs) != want {
			p.t.Errorf("%d runs, want %d: %+v", len(p.runs), want, p.runs)
		}
	}
}

// warnsOfDuplicate checks how often the log warns that a duplicate run may be active. The warning has the URL of the
// workspace.
func warnsOfDuplicate(want int) func(*stepResult) {
	return func(p *stepResult) {
		warning := "::warning::Run " + p.outputs["run-id"] + " may have an active duplicate, because the check for duplicates was not completed ("
		workspace := strings.TrimSuffix(p.outputs["run-url"], "/runs/"+p.outputs["run-id"])
		if strings.Count(p.log, warning) != want || want > 0 && !strings.Contains(p.log, "Check the runs of the workspace: "+workspace+"\n") {
			p.t.Errorf("want %d warnings of a duplicate run with %s\n%s", want, workspace, p.log)
		}
	}
}

// TestTwoJobs (R17) runs two jobs with the same workspace, commit and message. Both responses are lost, and each job
// must find its own run.
func TestTwoJobs(t *testing.T) {
	t.Parallel()
	s := with(slowly(t, "plan-changes"),
		scalrsim.Fault{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Reset, Times: 2})
	one, other := newStepTest(t, s), newStepTest(t, s)
	a, b := newResult(t), newResult(t)
	one.during = func(*stepResult) { b.server = a.server; other.step(b) }
	one.then(a, func() {})
	for _, p := range []*stepResult{a, b} {
		p.read()
		one.check(p.want(0, "result=planned"))
	}
	if a.outputs["run-id"] == b.outputs["run-id"] || len(a.server.Runs()) != 2 {
		t.Errorf("runs %q and %q of %d", a.outputs["run-id"], b.outputs["run-id"], len(a.server.Runs()))
	}
}
