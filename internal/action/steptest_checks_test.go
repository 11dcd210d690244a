package action_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"scalr-run-action/internal/scalrsim"
)

// check checks what must be true after every step: all requests were valid, all faults occurred, the token was not
// printed, no files are left behind, and one annotation describes the error.
func (r *stepTest) check(p *stepResult) {
	r.t.Helper()
	if objections := p.server.Objections(); len(objections) > 0 && !r.anyObjection {
		r.t.Errorf("invalid requests to Scalr: %s", strings.Join(objections, "; "))
	}
	for _, f := range p.server.UnusedFaults() {
		if r.anyFault {
			break
		}
		r.t.Errorf("this fault was never used: %+v", f)
	}
	for where, text := range map[string]string{
		"summary": p.summary,
		"outputs": fmt.Sprint(p.outputs),
		"state":   fmt.Sprint(p.state),
		"log":     strings.ReplaceAll(p.log, "::add-mask::"+scalrsim.Token, ""),
	} {
		if strings.Contains(text, scalrsim.Token) {
			r.t.Errorf("the token is in the %s", where)
		}
	}
	p.checkFormats()
	p.checkLeftovers()
	r.invariants(p)
	r.leaks(p)
	errors := strings.Count(p.log, "::error title=Scalr")
	if want := map[bool]int{true: 0, false: 1}[p.code == 0]; errors != want && r.env["GITHUB_ACTIONS"] == "true" &&
		r.stdout == nil {
		r.t.Errorf("exit %d with %d headline errors, want %d\n%s", p.code, errors, want, p.log)
	}
}

// checkFormats checks that no text was formatted with more arguments than its format has.
func (p *stepResult) checkFormats() {
	p.t.Helper()
	for where, text := range map[string]string{"log": p.log, "summary": p.summary, "outputs": fmt.Sprint(p.outputs)} {
		if strings.Contains(text, "%!(EXTRA") {
			p.t.Errorf("the %s contains a text with a wrong format\n%s", where, text)
		}
	}
}

// checkLeftovers checks that the only files left in RUNNER_TEMP are those that outputs name.
func (p *stepResult) checkLeftovers() {
	p.t.Helper()
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		ours := name == "output" || name == "state" || name == "summary.md" || name == "event.json"
		_, reported := p.outputs["plan-log-file"]
		if shared, _ := filepath.Match("scalr-run-*", name); shared && !reported {
			continue // the outputs file is elsewhere
		}
		if !ours && name != p.outputs["plan-log-file"] && name != p.outputs["plan-json-file"] &&
			name != p.outputs["terraform-outputs-file"] {
			p.t.Errorf("file %s is left in RUNNER_TEMP", name)
		}
	}
}

// want checks the exit code and the outputs, given as name=value.
func (p *stepResult) want(code int, outputs ...string) *stepResult {
	p.t.Helper()
	if p.code != code {
		p.t.Errorf("exit %d, want %d\n%s", p.code, code, p.log)
	}
	for _, o := range outputs {
		name, value, _ := strings.Cut(o, "=")
		if got := p.outputs[name]; got != value {
			p.t.Errorf("output %s is %q, want %q\n%s", name, got, value, p.log)
		}
	}
	return p
}

// logContains checks that the log contains each text.
func (p *stepResult) logContains(texts ...string) *stepResult {
	p.t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.log, text) {
			p.t.Errorf("the log does not contain %q\n%s", text, p.log)
		}
	}
	return p
}

// count returns the number of requests to an operation. In the path, * matches one element.
func (p *stepResult) count(op string) int {
	n := 0
	for _, r := range p.server.Requests() {
		if matches(op, r.Method+" "+r.Path) {
			n++
		}
	}
	return n
}

func matches(pattern, op string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(op, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != "*" && a[i] != b[i] {
			return false
		}
	}
	return true
}

// requestCount checks the number of requests to an operation.
func (p *stepResult) requestCount(op string, want int) *stepResult {
	p.t.Helper()
	if got := p.count(op); got != want {
		p.t.Errorf("%s was requested %d times, want %d", op, got, want)
	}
	return p
}

// stops checks the requests to stop runs, without ids.
func (p *stepResult) stops(want ...string) *stepResult {
	p.t.Helper()
	var got []string
	for _, s := range p.server.Stops() {
		verb, rest, _ := strings.Cut(s, " ")
		_, status, _ := strings.Cut(rest, ": ")
		got = append(got, verb+" "+status)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		p.t.Errorf("stop requests: %v, want %v\n%s", got, want, p.log)
	}
	return p
}
