package action_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// TestLogFaults (L) checks that the log of a run never decides the result, executes workflow commands or leaks
// secrets.
func TestLogFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	logged := func(text string) func(*scalrsim.Scenario) {
		return func(s *scalrsim.Scenario) { s.Script.Plan.Log = text }
	}
	hostile := strings.Join(runnertest.Hostile(), "\n") + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
	var leaky strings.Builder
	for _, secret := range []string{scalrsim.Token, canaryRuntime} {
		for _, form := range spellings(secret) {
			fmt.Fprintf(&leaky, "here it is: %s and more\n%s\n", form, form)
		}
	}
	for _, secret := range []string{canaryVariable, canaryShell, canaryProxy} {
		for _, form := range encodings(secret) {
			fmt.Fprintf(&leaky, "here it is: %s and more\n%s\n", form, form)
		}
	}
	end := []string{"Plan:", "2 to add"}
	playFaults(t, map[string]faultCase{
		"L01 204 for a minute": {
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For, s.Logs.Mode = time.Minute, scalrsim.LogAtEnd },
			outputs: planned,
			says:    end,
			then:    fewLines(50),
		},
		"L02 404": {
			faults:  []scalrsim.Fault{statusFault(planLog, 404, -1)},
			outputs: planned,
			says:    []string{"log"},
		},
		"L03 expired link": {
			scenario: "log-redirects",
			faults:   []scalrsim.Fault{{Op: "GET /logs/*", Action: scalrsim.Expired}},
			outputs:  planned,
			says:     end,
		},
		"L04 permanent 5xx": {
			faults:  []scalrsim.Fault{statusFault(planLog, 503, -1)},
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For = 5 * time.Minute },
			outputs: planned,
			then:    warnings(1),
		},
		"L04 permanent 5xx with Retry-After": {
			faults: []scalrsim.Fault{{
				Op:     planLog,
				Times:  -1,
				Action: scalrsim.Status,
				Status: 503,
				Header: http.Header{"Retry-After": {"30"}},
			}},
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For = 5 * time.Minute },
			outputs: planned,
		},
		"L09 secrets in long line": {
			alter:   logged(strings.Repeat(canaryShell+"  ", 36_000) + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n"),
			outputs: planned,
		},
		"L05 truncated": {
			faults:  []scalrsim.Fault{{Op: planLog, Times: 2, Action: scalrsim.Break, Bytes: 300}},
			outputs: planned,
			says:    end,
			then:    logOnce,
		},
		"L06 split character": {
			scenario: "half-lines",
			alter:    logged(strings.Repeat("héllö wörld ✓ 日本語\n", 50)),
			outputs:  planned,
			then:     containsNone("\ufffd"),
		},
		"L07 NUL and invalid UTF-8":          {scenario: "hostile-log", outputs: planned, then: containsNone("\x00", "\xff")},
		"L10 escape sequences":               {scenario: "hostile-log", outputs: planned, then: containsNone("\x1b]", "\x1b[2J", "\u202e")},
		"L11 rewritten":                      {scenario: "rewritten-log", outputs: planned, says: end},
		"L12 delayed end":                    {scenario: "lagging-log", outputs: planned, says: end},
		"L13 commands in log":                {alter: logged(hostile), outputs: planned, then: onlyActionCommands},
		"L13 commands in responses of Scalr": {scenario: "hostile-log", outputs: planned, then: onlyActionCommands},
		"L14 secrets in log":                 {alter: logged(leaky.String()), outputs: planned},
		"L15 stalled log": {
			faults:  []scalrsim.Fault{{Op: planLog, Times: -1, Action: scalrsim.Hang, Bytes: 100}},
			outputs: planned,
			most:    2 * time.Minute,
		},
		"L16 gzip": {
			faults:  []scalrsim.Fault{{Op: planLog, Times: -1, Action: scalrsim.Edit, Change: gzipped}},
			outputs: planned,
			says:    end,
		},
		"L18 carriage returns": {
			alter:   logged("one\r\ntwo\rthree 10%\rthree 100%\nPlan: 1 to add, 0 to change, 0 to destroy.\n"),
			outputs: planned,
			says:    []string{"one\ntwo\nthree 10%\nthree 100%\n"},
			then:    containsNone("\r"),
		},
		"L19 guessed stop token": {
			alter:   logged("::stop-commands::x\n::x::\n::::\n::pause-logging::\n::error::x\n"),
			outputs: planned,
			then:    fenceHas128Bits,
		},
	})
}

// containsNone checks that none of the texts are in the log, the outputs or the reports.
func containsNone(texts ...string) func(*stepResult) {
	return func(p *stepResult) {
		for _, text := range texts {
			if strings.Contains(p.log, text) || strings.Contains(p.summary, text) {
				p.t.Errorf("%q was printed", text)
			}
		}
	}
}

func warnings(most int) func(*stepResult) {
	return func(p *stepResult) {
		if n := strings.Count(p.log, "::warning"); n > most {
			p.t.Errorf("%d warnings, want %d at most\n%s", n, most, p.log)
		}
	}
}

// logOnce checks that no line of the plan is repeated.
func logOnce(p *stepResult) {
	if n := strings.Count(p.log, "terraform_data.route will be updated"); n != 1 {
		p.t.Errorf("a line of the log was shown %d times\n%s", n, p.log)
	}
}

// onlyActionCommands parses the log like the runner and checks that it contains only commands of the action.
func onlyActionCommands(p *stepResult) {
	step := runnertest.Read(p.log)
	for _, c := range step.Commands {
		if !slices.Contains([]string{"add-mask", "group", "endgroup"}, c.Name) {
			p.t.Errorf("the runner executed %+v", c)
		}
	}
	if len(step.Problems) > 0 || step.Stopped || step.Fences == 0 {
		p.t.Errorf("problems %v, stopped %v, %d fences", step.Problems, step.Stopped, step.Fences)
	}
}

// fenceHas128Bits checks that the token of the fence has 128 bits.
func fenceHas128Bits(p *stepResult) {
	onlyActionCommands(p)
	_, after, _ := strings.Cut(p.log, "::stop-commands::")
	token, _, _ := strings.Cut(after, "\n")
	if len(token) < 26 {
		p.t.Errorf("the fence's token is %q", token)
	}
}

// gzipped returns a log with gzip encoding that was not requested.
func gzipped(body string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, body) // cannot fail
	_ = z.Close()
	return b.String()
}
