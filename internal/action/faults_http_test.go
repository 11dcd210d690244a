package action_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestHTTPFaults (H) checks that the step handles invalid responses.
func TestHTTPFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	problem := func(text string) string { return `{"errors":[{"title":"Sorry","detail":"` + text + `"}]}` }
	many := `{"errors":[` + strings.TrimSuffix(strings.Repeat(`{"detail":"`+strings.Repeat("x", 20<<10)+`"},`, 50), ",") +
		`]}`
	redirect := func(op string, code int, target string) []scalrsim.Fault {
		return []scalrsim.Fault{{Op: op, Action: scalrsim.Redirect, Status: code, Target: target, Times: -1}}
	}
	playFaults(t, map[string]faultCase{
		"H01 truncated": {
			faults: []scalrsim.Fault{
				{Op: readRun, Nth: 2, Action: scalrsim.Truncate, Bytes: 50},
				{Op: readWorkspace, Action: scalrsim.Truncate, Bytes: 9},
			},
			outputs: planned,
		},
		"H03 web page": {
			faults:  []scalrsim.Fault{{Op: "* /**", Action: scalrsim.HTML, Times: -1}},
			code:    3,
			outputs: []string{"result=unreachable", "error-code=not-scalr"},
			says:    []string{"text/html", "Sign in to continue", "base-url"},
			ops:     map[string]int{readWorkspace: 3},
		},
		"H05 503 with Retry-After": {
			faults: []scalrsim.Fault{{
				Op:     readRun,
				Nth:    2,
				Action: scalrsim.Status,
				Status: 503,
				Header: http.Header{"Retry-After": {"3"}},
			}},
			outputs: planned,
		},
		"H09 Retry-After of a day": {
			faults: []scalrsim.Fault{{
				Op:     readRun,
				Nth:    2,
				Action: scalrsim.Status,
				Status: 429,
				Header: http.Header{"Retry-After": {"86400"}},
			}},
			outputs: planned,
			least:   2 * time.Minute,
			most:    3 * time.Minute,
		},
		"H10 permanent rate limit": {
			faults:  []scalrsim.Fault{statusFault("* /**", 429, -1)},
			code:    3,
			outputs: []string{"result=unreachable", "error-code=rate-limited"},
			says:    []string{"HTTP 429", "tried ", "max-parallel"},
			least:   100 * time.Second,
			most:    121 * time.Second,
		},
		"H11 60 s outage at start": {
			faults:  []scalrsim.Fault{outageFault("* /**", 60*time.Second)},
			outputs: planned,
			least:   60 * time.Second,
			most:    90 * time.Second,
		},
		"H11 60 s outage at upload": {
			faults:  []scalrsim.Fault{outageFault(upload, 60*time.Second)},
			outputs: planned,
			least:   60 * time.Second,
			most:    90 * time.Second,
		},
		"H11 60 s outage at configuration version": {
			faults:  []scalrsim.Fault{outageFault(createVersion, 60*time.Second), outageFault(readVersion, 60*time.Second)},
			outputs: planned,
		},
		"H11 60 s outage at polls": {
			faults:  []scalrsim.Fault{outageFault(readRun, 60*time.Second)},
			outputs: planned,
			least:   60 * time.Second,
			most:    90 * time.Second,
		},
		"H11 60 s outage of all requests": {
			faults:  []scalrsim.Fault{{Op: "* /**", Nth: 8, During: 60 * time.Second, Action: scalrsim.Status, Status: 503}},
			outputs: planned,
			least:   60 * time.Second,
		},
		"H11 60 s outage at discard": {
			scenario: "waits-for-approval",
			faults:   []scalrsim.Fault{outageFault("POST /runs/*/actions/discard", 60*time.Second)},
			inputs:   []string{"dry-run=false", "fail-on=changes"},
			code:     1,
			outputs:  []string{"result=rejected"},
			says:     []string{"The run was discarded"},
		},
		"H13 token rejected": {
			faults:  []scalrsim.Fault{statusFault("* /**", 401, -1)},
			code:    3,
			outputs: []string{"result=refused", "error-code=token-rejected"},
			says:    []string{"token", "Create a new token"},
			ops:     map[string]int{readWorkspace: 1},
		},
		"H14 token expires": {
			faults:  []scalrsim.Fault{{Op: readRun, Nth: 2, Times: -1, Action: scalrsim.Status, Status: 401}},
			code:    3,
			outputs: []string{"result=refused", "error-code=token-rejected"},
			says:    []string{"may still be running: https://"},
			least:   15 * time.Second,
		},
		"H15 forbidden": {
			faults:  []scalrsim.Fault{statusFault(createRun, 403, -1, problem("You need runs:create."))},
			code:    3,
			outputs: []string{"error-code=not-allowed"},
			says:    []string{"You need runs:create.", "role"},
			ops:     map[string]int{createRun: 1},
		},
		"H16 missing workspace": {
			inputs:  []string{"workspace-id=ws-nothere"},
			code:    3,
			outputs: []string{"error-code=workspace-not-found"},
			says:    []string{"ws-nothere", "cannot read it"},
		},
		"H17 run not found at first": {
			alter:   func(s *scalrsim.Scenario) { s.Config.ReadLag = 10 * time.Second },
			outputs: planned,
			least:   10 * time.Second,
		},
		"H18 conflict": {
			faults:  []scalrsim.Fault{statusFault(createVersion, 409, -1, problem("Locked by Ada."))},
			code:    3,
			outputs: []string{"error-code=conflict"},
			says:    []string{"Locked by Ada."},
			ops:     map[string]int{createVersion: 1},
		},
		"H19 422 with pointer": {
			faults: []scalrsim.Fault{
				statusFault(createRun, 422, -1,
					`{"errors":[{"detail":"is not an address","source":{"pointer":"/data/attributes/target-addrs"}}]}`),
			},
			inputs:  []string{"targets=terraform_data.network"},
			code:    3,
			outputs: []string{"error-code=request-refused"},
			says:    []string{"is not an address", "targets"},
			ops:     map[string]int{createRun: 1},
		},
		"H20 50 errors of 1 MiB": {
			faults:  []scalrsim.Fault{statusFault(createVersion, 422, -1, many)},
			code:    3,
			outputs: []string{"error-code=request-refused"},
			says:    []string{"and 45 more"},
			then:    shortLines,
		},
		"H22 redirect": {
			faults:  redirect(readWorkspace, 301, "https://other.scalr.test/x?signature=canary-00112233445566"),
			setUp:   knows("canary-00112233445566"),
			code:    3,
			outputs: []string{"error-code=redirected"},
			says:    []string{"https://other.scalr.test"},
			ops:     map[string]int{readWorkspace: 1},
		},
		"H23 redirected creation": {
			faults:  redirect(createRun, 302, "https://acme.scalr.test/login"),
			code:    3,
			outputs: []string{"error-code=redirected", "run-id="},
			ops:     map[string]int{createRun: 1},
		},
		"H24 307 of creation": {
			faults:  redirect(createRun, 307, "https://evil.test/"),
			code:    3,
			outputs: []string{"error-code=redirected"},
			ops:     map[string]int{createRun: 1},
		},
		"H25 redirect to http": {
			faults:  redirect(readRun, 302, "http://acme.scalr.test/"),
			code:    3,
			outputs: []string{"error-code=redirected"},
			says:    []string{"may still be running"},
		},
		"H26 redirect to other host": {
			faults:  redirect(readRun, 307, "https://evil.test/"),
			code:    3,
			outputs: []string{"error-code=redirected"},
		},
		"H27 redirect to sub-domain": {
			faults:  redirect(readRun, 302, "https://evil.acme.scalr.test/"),
			code:    3,
			outputs: []string{"error-code=redirected"},
		},
		"H33 other run": {
			faults: []scalrsim.Fault{{
				Op:     readRun,
				Nth:    2,
				Times:  2,
				Action: scalrsim.Edit,
				Change: func(b string) string { return strings.ReplaceAll(b, `"id":"run-v0`, `"id":"run-v1`) },
			}},
			outputs: planned,
		},
		"H36 byte order mark": {
			faults:  []scalrsim.Fault{{Op: "* /**", Times: -1, Action: scalrsim.Edit, Change: withBOM}},
			outputs: planned,
		},
		"H40 HTML 403 for 10 s during the apply": {
			scenario: "applied",
			setUp:    unreadableApply(scalrsim.Fault{Action: scalrsim.HTML, Status: 403, During: 10 * time.Second}),
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied", "status=applied"},
			says:     []string{"\nThe run cannot be read at the moment (Forbidden: ", " (HTTP 403)). The step keeps polling it: https://", "Apply complete!"},
			then:     oneReport,
		},
		"H40 HTML 403 for 60 s during the apply": {
			scenario: "applied",
			setUp:    unreadableApply(scalrsim.Fault{Action: scalrsim.HTML, Status: 403, During: time.Minute}),
			inputs:   []string{"dry-run=false"},
			code:     3,
			outputs:  []string{"result=refused", "error-code=not-allowed", "status=applying"},
			says:     []string{"::Read run run-", " (HTTP 403); the run may still be running: https://", " times in 3", "`*:read`"},
			then:     oneReport,
		},
		"H40 redirect for 10 s during the apply": {
			scenario: "applied",
			setUp:    unreadableApply(scalrsim.Fault{Action: scalrsim.Redirect, Target: "https://login.test/in?x=1", During: 10 * time.Second}),
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied"},
			says:     []string{"(302 Found; it leads to https://login.test). The step keeps polling it: "},
			then:     oneReport,
		},
		"H40 redirects during the apply": {
			scenario: "applied",
			setUp:    unreadableApply(scalrsim.Fault{Action: scalrsim.Redirect, Target: "https://login.test/in?x=1", Times: -1}),
			inputs:   []string{"dry-run=false"},
			code:     3,
			outputs:  []string{"result=refused", "error-code=redirected"},
			says:     []string{"; the run may still be running: https://", "; it leads to https://login.test; tried "},
			then:     oneReport,
		},
		"H40 pages during the apply": {
			scenario: "applied",
			setUp:    unreadableApply(scalrsim.Fault{Action: scalrsim.HTML, Times: -1}),
			inputs:   []string{"dry-run=false"},
			code:     3,
			outputs:  []string{"result=unreachable", "error-code=not-scalr"},
			says:     []string{"; the run may still be running: https://"},
			then:     oneReport,
		},
		"H38 204": {
			faults:  []scalrsim.Fault{{Op: readRun, Nth: 2, Action: scalrsim.Empty, Status: 204}},
			outputs: planned,
		},
	})
}

// unreadableApply returns a function that extends the apply to a minute and makes reads of the run fail from its sixth second.
func unreadableApply(f scalrsim.Fault) func(*stepTest) {
	f.Op = readRun
	return func(r *stepTest) {
		r.scenario.Script.Apply.For = time.Minute
		r.during = func(p *stepResult) {
			for len(p.server.Runs()) == 0 || p.server.Runs()[0].Status != "applying" {
				time.Sleep(100 * time.Millisecond)
			}
			time.Sleep(5 * time.Second)
			p.server.AddFault(f)
		}
	}
}

// oneReport checks that one line of the log reports the failed polls.
func oneReport(p *stepResult) {
	if n := strings.Count(p.log, "The run cannot be read at the moment ("); n != 1 {
		p.t.Errorf("%d lines report failed polls, want 1\n%s", n, p.log)
	}
}

func withBOM(body string) string {
	if strings.HasPrefix(body, "{") {
		return "\xef\xbb\xbf" + body
	}
	return body
}

// shortLines checks the length of the lines in the log.
func shortLines(p *stepResult) {
	for line := range strings.Lines(p.log) {
		if len(line) > 16<<10 {
			p.t.Errorf("a line of %d bytes", len(line))
		}
	}
}

// TestHalfOfResponsesFail (H12) checks that the step succeeds if half of all responses are 5xx. The creation of
// the run is excluded from the faults, because it is attempted at most three times.
func TestHalfOfResponsesFail(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		s := scenario(t, "plan-changes")
		for _, op := range []string{"GET /**", createVersion, upload} {
			s.Faults = append(s.Faults,
				scalrsim.Fault{Op: op, Times: -1, Chance: 0.5, Action: scalrsim.Status, Status: int(500 + seed%5)})
		}
		s.Seed = seed
		r := newStepTest(t, s)
		r.anyFault = true
		p := r.play()
		if p.code != 0 ||
			len(slices.DeleteFunc(p.runs,
				func(run scalrsim.RunRecord) bool { return run.Status != "planned_and_finished" })) != 1 {
			t.Errorf("seed %d: exit %d with %d runs\n%s", seed, p.code, len(p.runs), p.log)
		}
	}
}
