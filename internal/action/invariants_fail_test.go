package action_test

import (
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestInvariantsCanFail checks that each invariant detects a violation.
func TestInvariantsCanFail(t *testing.T) {
	t.Parallel()
	bad := func(change func(*stepResult)) *stepResult {
		p := &stepResult{
			t:      t,
			record: &record{},
			outputs: map[string]string{
				"run-id":                   "run-1",
				"result":                   "applied",
				"status":                   "applied",
				"configuration-version-id": "cv-1",
			},
			runs: []scalrsim.RunRecord{{
				ID:            "run-1",
				Status:        "applied",
				Configuration: "cv-1",
				Workspace:     "ws-1",
				Attributes:    map[string]any{"is-dry": true},
				Transitions:   []scalrsim.Transition{{Status: "applied"}},
			}},
		}
		change(p)
		return p
	}
	r := &stepTest{
		t:      t,
		name:   "scalr-run",
		env:    map[string]string{"GITHUB_ACTIONS": "true"},
		inputs: map[string]string{"workspace-id": "ws-1"},
	}
	confirms := &stepTest{
		t:      t,
		name:   "scalr-run",
		inputs: map[string]string{"mode": "confirm", "run-id": "run-1", "expected-configuration-version-id": "cv-1"},
	}
	destroys := &stepTest{
		t:      t,
		name:   "scalr-run",
		inputs: map[string]string{"fail-on": "needs-confirmation\ndestroy"},
		scenario: scalrsim.Scenario{
			Script: scalrsim.RunScript{Plan: scalrsim.Stage{Changes: []scalrsim.Change{{Address: "a.b", Action: "replace"}}}},
		},
	}
	rejected := func(p *stepResult) error {
		if p.outputs["result"] == "applied" {
			p.outputs["result"] = "rejected"
		}
		return destroys.gatesHold(p)
	}
	acts := func(verb string, change func(*scalrsim.RunRecord)) func(*stepResult) {
		return func(p *stepResult) {
			p.runs[0].Actions = []scalrsim.RunAction{{Verb: verb, Answer: 202}}
			change(&p.runs[0])
		}
	}
	request := func(host, path string, after time.Duration, status int, header ...string) func(*stepResult) {
		return func(p *stepResult) {
			p.record.sent = append(p.record.sent, &sent{
				at:         p.began.Add(after),
				answered:   p.began.Add(after),
				method:     "GET",
				host:       host,
				path:       path,
				url:        "https://" + host + apiBase + path,
				status:     status,
				header:     map[string][]string{header[0]: {header[1]}},
				retryAfter: map[bool]string{true: "60"}[status == 429],
			})
		}
	}
	for name, c := range map[string]struct {
		check  func(*stepResult) error
		change func(*stepResult)
	}{
		"I1": {
			check: oneRun,
			change: func(p *stepResult) {
				p.runs = append(p.runs, scalrsim.RunRecord{ID: "run-2", Status: "planning", Configuration: "cv-1"},
					scalrsim.RunRecord{ID: "run-3", Status: "planning", Configuration: "cv-1"})
			},
		},
		"I2":             {check: r.success, change: func(p *stepResult) { p.runs[0].Status = "errored" }},
		"I2 missing run": {check: r.success, change: func(p *stepResult) { p.runs = nil }},
		"I3": {
			check:  r.stoppedOrReported,
			change: func(p *stepResult) { p.outputs["result"], p.runs[0].Status = "interrupted", "planning" },
		},
		"in time": {
			check: checkDuration,
			change: func(p *stepResult) {
				p.began, p.took = time.Unix(1, 0), 8*time.Second
				p.signaledAt.Store(2e9)
			},
		},
		"I4 token sent to other host": {check: tokenScope, change: request("evil.test", "/", 0, 200, "Authorization", "Bearer x")},
		"I4 token sent to GitHub": {
			check:  tokenScope,
			change: request("api.github.test", "/", 0, 200, "Authorization", "Bearer "+scalrsim.Token),
		},
		"I4 token in cookie": {check: tokenScope, change: request(apiHost, "/runs", 0, 200, "Cookie", "a=b")},
		"I5 before Retry-After": {
			check: requestRate,
			change: func(p *stepResult) {
				request(apiHost, "/runs/run-1", 0, 429, "A", "b")(p)
				request(apiHost, "/runs/run-1", 59*time.Second, 200, "A", "b")(p)
			},
		},
		"I5 too many requests": {
			check: requestRate,
			change: func(p *stepResult) {
				for range maxPerMinute + 1 {
					request(apiHost, "/runs", time.Second, 503, "A", "b")(p)
				}
			},
		},
		"I6":     {check: quietAfter, change: request(apiHost, "/runs", time.Second, 200, "A", "b")},
		"I7 run": {check: r.outputsMatchServer, change: func(p *stepResult) { p.outputs["run-id"] = "run-9" }},
		"I7 version": {
			check:  r.outputsMatchServer,
			change: func(p *stepResult) { p.outputs["configuration-version-id"] = "cv-9" },
		},
		"I7 status": {check: r.outputsMatchServer, change: func(p *stepResult) { p.outputs["status"] = "errored" }},
		"I7 url": {
			check:  r.outputsMatchServer,
			change: func(p *stepResult) { p.outputs["run-url"] = "https://acme.scalr.test/runs/run-9" },
		},
		"I7 bundle":         {check: r.outputsMatchServer, change: func(p *stepResult) { p.outputs["bundle-sha256"] = "00" }},
		"I9 code":           {check: r.exitCodeMatches, change: func(p *stepResult) { p.code = 3 }},
		"I9 unknown result": {check: r.exitCodeMatches, change: func(p *stepResult) { p.outputs["result"] = "fine" }},
		"I9 missing result": {check: r.exitCodeMatches, change: func(p *stepResult) { delete(p.outputs, "result") }},
		"I10": {
			check:  r.ownWorkspace,
			change: acts("discard", func(run *scalrsim.RunRecord) { run.Workspace = "ws-2" }),
		},
		"I11": {
			check:  r.requested,
			change: func(p *stepResult) { p.runs[0].Deviations = map[string]any{"is-dry": false} },
		},
		"I11 not requested": {
			check:  r.requested,
			change: func(p *stepResult) { p.runs[0].Deviations = map[string]any{"auto-apply": true} },
		},
		"I11 requested": {check: r.requested, change: func(p *stepResult) { p.runs[0].Attributes["is-dry"] = false }},
		"I12": {
			check:  wrongRunStopped,
			change: func(p *stepResult) { p.outputs["error-code"], p.runs[0].Status = "wrong-run", "applying" },
		},
		"I13 version": {
			check:  confirms.continuesExpectedRun,
			change: acts("apply", func(run *scalrsim.RunRecord) { run.Configuration = "cv-2" }),
		},
		"I13 destroy run": {
			check:  confirms.continuesExpectedRun,
			change: acts("apply", func(run *scalrsim.RunRecord) { run.Attributes["is-destroy"] = true }),
		},
		"I13 override": {
			check:  confirms.continuesExpectedRun,
			change: acts("override", func(run *scalrsim.RunRecord) { run.Attributes["is-destroy"], run.AutoApply = true, true }),
		},
		"I14 confirms":          {check: rejected, change: acts("apply", func(*scalrsim.RunRecord) {})},
		"I14 overrides":         {check: rejected, change: acts("override", func(*scalrsim.RunRecord) {})},
		"I14 success":           {check: rejected, change: func(p *stepResult) { p.outputs["result"] = "planned" }},
		"I9 missing error code": {check: r.exitCodeMatches, change: func(p *stepResult) { p.code, p.outputs["result"] = 1, "errored" }},
	} {
		if err := c.check(bad(c.change)); err == nil {
			t.Errorf("%s: no violation was detected", name)
		}
		if err := c.check(bad(func(*stepResult) {})); err != nil {
			t.Errorf("%s: a valid step was rejected: %v", name, err)
		}
	}
}
