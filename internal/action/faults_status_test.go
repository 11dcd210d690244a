package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestStatusFaults (S) checks how the step handles unexpected statuses and sequences of statuses.
func TestStatusFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	odd := func(old, value string) []scalrsim.Fault {
		return []scalrsim.Fault{{
			Op:     readRun,
			Nth:    2,
			Times:  2,
			Action: scalrsim.Edit,
			Change: func(b string) string { return replaceStatus(b, old, value) },
		}}
	}
	replaced := func(kind, old, status string) scalrsim.Fault {
		return editFault(1, kind, func(attributes map[string]any) {
			if attributes["status"] == old {
				attributes["status"] = status
			}
		})
	}
	denied, failedPlan := replaced("policy-checks", "soft_failed", "hard_failed"), replaced("plans", "finished", "errored")
	playFaults(t, map[string]faultCase{
		"S01 earlier status":        {scenario: "backwards", outputs: planned},
		"S02 passes unknown status": {scenario: "passes-unknown", outputs: planned, says: []string{"quantum_checking"}},
		"S02 ends in unknown status": {
			scenario: "unknown-status",
			code:     1,
			outputs:  []string{"result=errored", "error-code=unknown-status"},
		},
		"S03 errored": {
			scenario: "plan-error",
			code:     1,
			outputs:  []string{"error-code=run-errored"},
			says:     []string{"Error:"},
		},
		"S04 canceled by another person": {
			scenario: "canceled-by-other",
			code:     1,
			outputs:  []string{"result=canceled"},
			says:     []string{"in Scalr by ", "Not during the freeze"},
		},
		"S05 discarded by another person": {
			scenario: "discarded-by-other",
			inputs:   []string{"dry-run=false"},
			code:     1,
			outputs:  []string{"result=discarded"},
			says:     []string{"in Scalr by ", "Not during the freeze"},
		},
		"S06 soft-mandatory policy failure": {
			scenario: "policy-soft",
			inputs:   []string{"dry-run=false"},
			code:     4,
			outputs:  []string{"result=needs-override", "policy-status=soft-failed"},
			says:     []string{"no_public_ip"},
			then:     func(p *stepResult) { p.stops() },
		},
		"S07 waits for confirmation": {
			scenario: "waits-for-approval",
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=needs-confirmation"},
			says:     []string{"is waiting for confirmation"},
		},
		"S08 passes planned": {
			scenario: "passes-planned",
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied"},
		},
		"S09 saved plan": {
			scenario: "saved-plan",
			inputs:   []string{"dry-run=false", "save-plan=true"},
			outputs:  []string{"result=saved"},
			says:     []string{"mode: confirm"},
		},
		"S10 queued": {
			scenario: "queued",
			alter:    func(s *scalrsim.Scenario) { s.Script.Queue = time.Hour },
			inputs:   []string{"dry-run=false", "timeout=5m"},
			code:     5,
			outputs:  []string{"result=timed-out"},
			says:     []string{"5m"},
			most:     5*time.Minute + 7*time.Second,
			then:     fewLines(40),
		},
		"S11 hooks": {
			scenario: "hooks",
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied"},
		},
		"S12 applied, then applying": {
			scenario: "applied",
			faults:   odd("applied", `"applying"`)[:0],
			alter:    reportAppliedEarly,
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied"},
		},
		"S13 missing status":   {faults: odd("", "null"), outputs: planned},
		"S13 number as status": {faults: odd("", "7"), outputs: planned},
		"S14 unreachable plan": {
			alter:   unreachablePlan,
			code:    1,
			outputs: []string{"result=errored"},
			ops:     map[string]int{planLog: 0},
			most:    time.Minute,
		},
		"S15 hard-mandatory policy failure": {
			scenario: "policy-hard",
			code:     1,
			outputs:  []string{"result=policy-failed", "policy-status=hard-failed"},
			says:     []string{"policy failed"},
		},
		"S24 hard-mandatory policy failure of a run that waits": {
			scenario: "policy-soft",
			faults:   []scalrsim.Fault{denied},
			inputs:   []string{"dry-run=false"},
			code:     1,
			outputs:  []string{"result=policy-failed", "status=discarded"},
			says:     []string{"A hard-mandatory policy failed", "The run was discarded; nothing was applied."},
			ops:      map[string]int{discardOp: 1},
		},
		"S24 hard-mandatory policy failure of a dry run that waits": {
			scenario: "policy-soft",
			faults:   []scalrsim.Fault{denied},
			code:     1,
			outputs:  []string{"result=policy-failed", "status=discarded"},
			ops:      map[string]int{discardOp: 1},
		},
		"S24 failed plan of a run that waits": {
			scenario: "waits-for-approval",
			faults:   []scalrsim.Fault{failedPlan},
			inputs:   []string{"dry-run=false"},
			code:     1,
			outputs:  []string{"result=errored", "error-code=run-errored", "status=discarded"},
			says:     []string{`but its plan is "errored"`, "The run was discarded; nothing was applied."},
			ops:      map[string]int{discardOp: 1},
		},
		"S24 failed plan of a run that would be confirmed": {
			scenario: "waits-for-approval",
			faults:   []scalrsim.Fault{failedPlan},
			inputs:   []string{"dry-run=false", "auto-apply=true", "fail-on=needs-confirmation"},
			code:     1,
			outputs:  []string{"result=errored", "error-code=run-errored", "status=discarded"},
			ops:      map[string]int{discardOp: 1, confirmOp: 0},
		},
		"S24 failed plan of a saved plan": {
			scenario: "saved-plan",
			faults:   []scalrsim.Fault{failedPlan},
			inputs:   []string{"dry-run=false", "save-plan=true"},
			code:     1,
			outputs:  []string{"result=errored", "error-code=run-errored", "status=discarded"},
			ops:      map[string]int{discardOp: 1},
		},
		"S24 failed plan without changes": {
			scenario: "waits-without-changes",
			faults:   []scalrsim.Fault{failedPlan},
			inputs:   []string{"dry-run=false"},
			code:     1,
			outputs:  []string{"result=errored", "error-code=run-errored", "status=discarded"},
			ops:      map[string]int{discardOp: 1},
		},
		"S24 the discard is not allowed": {
			scenario: "waits-for-approval",
			faults:   []scalrsim.Fault{failedPlan, statusFault(discardOp, 403, -1)},
			inputs:   []string{"dry-run=false"},
			code:     1,
			outputs:  []string{"result=errored", "error-code=run-errored", "status=planned"},
			says:     []string{"could not be discarded"},
		},
		"S16 run not found": {
			faults: []scalrsim.Fault{{Op: readRun, Times: -1, Action: scalrsim.Status, Status: 404}},
			code:   3,
			says:   []string{"may still be running", "s. Either the object"},
			least:  30 * time.Second,
			most:   time.Minute,
		},
		"S17 outage of 5 min": {
			faults:  []scalrsim.Fault{{Op: "* /**", Nth: 10, During: 5 * time.Minute, Action: scalrsim.Refuse}},
			outputs: planned,
			least:   5 * time.Minute,
			most:    7 * time.Minute,
		},
		"S17 outage of 9 min": {
			faults:  []scalrsim.Fault{{Op: "* /**", Nth: 10, During: 9 * time.Minute, Action: scalrsim.Refuse}},
			outputs: planned,
			least:   9 * time.Minute,
			most:    11 * time.Minute,
		},
		"S19 six hours": {
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For = 6 * time.Hour },
			inputs:  []string{"timeout=8h"},
			outputs: planned,
			least:   6 * time.Hour,
			then:    checkRequestRate,
		},
	})
}

func replaceStatus(body, old, value string) string {
	before, after, ok := strings.Cut(body, `"attributes":{`)
	i := strings.Index(after, `"status":"`+old)
	if !ok || i < 0 {
		return body
	}
	rest := after[i+len(`"status":"`):]
	return before + `"attributes":{` + after[:i] + `"status":` + value + rest[strings.IndexByte(rest, '"')+1:]
}

// reportAppliedEarly makes the server report `applied` once before the apply ends.
func reportAppliedEarly(s *scalrsim.Scenario) {
	s.Script.Steps = []scalrsim.Step{
		{Status: "planning", For: time.Second},
		{Status: "planned", For: time.Second},
		{Status: "applying", For: 5 * time.Second},
		{Status: "applied", For: time.Second},
		{Status: "applied"},
	}
	s.Faults = append(s.Faults,
		scalrsim.Fault{
			Op:     readRun,
			Nth:    4,
			Action: scalrsim.Edit,
			Change: func(b string) string { return replaceStatus(b, "applying", `"applied"`) },
		})
}

func unreachablePlan(s *scalrsim.Scenario) {
	s.Script.Steps = []scalrsim.Step{{
		Status: "errored",
		Error:  "The agent pool has no agent.",
		Plan:   "unreachable",
		Apply:  "unreachable",
	}}
}

func fewLines(most int) func(*stepResult) {
	return func(p *stepResult) {
		if n := strings.Count(p.log, "\n"); n > most {
			p.t.Errorf("%d lines, want %d at most\n%s", n, most, p.log)
		}
	}
}

// checkRequestRate checks that the step sends at most one request in six seconds on average, apart from the log. It
// polls more often for five minutes after the log has grown.
func checkRequestRate(p *stepResult) {
	n := 0
	for _, s := range p.record.all() {
		if s.op() != "GET /plans/"+strings.TrimPrefix(s.path, "/plans/") {
			n++
		}
	}
	if most := int(p.took / (6 * time.Second)); n > most {
		p.t.Errorf("%d requests in %s, want %d at most", n, p.took, most)
	}
}
