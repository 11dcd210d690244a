package action_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// The invariants are checked after every step of a test, including those with faults. They use only information from
// outside the step: the state of the server, the requests, and the step's output.

// finalStatuses are the statuses that a run never leaves.
var finalStatuses = []string{"applied", "planned_and_finished", "errored", "discarded", "canceled"}

// expectedStatuses are the possible statuses of the run on the server after a successful step, by result.
var expectedStatuses = map[string][]string{
	"planned": {"planned_and_finished"},
	"no-changes": {"planned_and_finished", "discarded", "planned", "cost_estimated", "policy_checked",
		"post_plan_finished"},
	"applied":            {"applied", "post_apply_running", "post_apply_finished"},
	"saved":              {"planned_and_saved"},
	"needs-confirmation": {"planned", "cost_estimated", "policy_checked", "post_plan_finished"},
}

// exitCodes are the valid exit codes by result.
var exitCodes = map[string][]int{
	"planned":            {0},
	"no-changes":         {0},
	"applied":            {0},
	"saved":              {0},
	"needs-confirmation": {0},
	"started":            {0},
	"checked":            {0},
	"overridden":         {0},
	"done":               {0},
	"discarded":          {0, 1},
	"canceled":           {0, 1},
	"errored":            {1},
	"policy-failed":      {1},
	"rejected":           {1},
	"invalid":            {2},
	"refused":            {1, 3},
	"unreachable":        {3},
	"not-found":          {3},
	"":                   {3},
	"needs-override":     {4},
	"timed-out":          {5},
	"interrupted":        {130, 143},
}

// invariants checks all invariants.
func (r *stepTest) invariants(p *stepResult) {
	r.t.Helper()
	for name, check := range map[string]func(*stepResult) error{
		"I1 at most one live run":                  oneRun,
		"I2 success is true":                       r.success,
		"I3 no run is left alone unsaid":           r.stoppedOrReported,
		"a signal ends the step in time":           checkDuration,
		"I4 the token stays at home":               tokenScope,
		"I5 the server's Retry-After":              requestRate,
		"I6 nothing after the end":                 quietAfter,
		"I7 outputs are true":                      r.outputsMatchServer,
		"I9 the exit fits the result":              r.exitCodeMatches,
		"I10 no action on another workspace's run": r.ownWorkspace,
		"I11 a good end is of the run requested":   r.requested,
		"I12 a wrong run ends":                     wrongRunStopped,
		"I13 what goes on is what was meant":       r.continuesExpectedRun,
		"I14 what fail-on forbids does not go on":  r.gatesHold,
	} {
		if err := check(p); err != nil {
			r.t.Errorf("%s: %v\n%s", name, err, p.log)
		}
	}
}

// oneRun is invariant I1: each configuration version has at most one run that has not finished or been stopped.
func oneRun(p *stepResult) error {
	if p.duplicates {
		return nil
	}
	live := map[string][]string{}
	for _, run := range p.runs {
		if !slices.Contains(finalStatuses, run.Status) && !strings.HasPrefix(run.Status, "post_apply") && len(acceptedStops(run)) == 0 {
			live[run.Configuration] = append(live[run.Configuration], run.ID+" "+run.Status)
		}
	}
	for version, runs := range live {
		if len(runs) > 1 {
			return fmt.Errorf("configuration version %s has %d unfinished runs: %v", version, len(runs), runs)
		}
	}
	return nil
}

// acceptedStops returns the requests to stop a run that the server accepted.
func acceptedStops(run scalrsim.RunRecord) []scalrsim.RunAction {
	return slices.DeleteFunc(slices.Clone(run.Actions), func(a scalrsim.RunAction) bool {
		return a.Verb != "cancel" && a.Verb != "discard" || a.Answer >= 300
	})
}

// reportedRun returns the run that the step reports as its own.
func (p *stepResult) reportedRun() (scalrsim.RunRecord, bool) {
	for _, run := range p.runs {
		if id := p.outputs["run-id"]; id != "" && run.ID == id {
			return run, true
		}
	}
	return scalrsim.RunRecord{}, false
}

// success is invariant I2: a successful result matches the state of the run.
func (r *stepTest) success(p *stepResult) error {
	want, judged := expectedStatuses[p.outputs["result"]]
	if p.code != 0 || !judged {
		return nil
	}
	run, ok := p.reportedRun()
	switch {
	case !ok:
		return fmt.Errorf("%s, but the run %q is not on the server", p.outputs["result"], p.outputs["run-id"])
	case len(r.scenario.Script.ExternalActions) > 0 && p.outputs["result"] == "needs-confirmation":
		return nil // another person may have acted in the meantime
	case !slices.Contains(want, run.Status):
		return fmt.Errorf("%s, but the server has the run in %q", p.outputs["result"], run.Status)
	}
	return nil
}

// stoppedOrReported is invariant I3: each run of an interrupted step is stopped, or the message reports that it may
// continue.
func (r *stepTest) stoppedOrReported(p *stepResult) error {
	if p.outputs["result"] != "interrupted" && p.outputs["result"] != "timed-out" || p.duplicates || r.inputs["run-id"] != "" {
		return nil
	}
	for _, run := range p.runs {
		ours := run.ID == p.outputs["run-id"] || run.Configuration == p.outputs["configuration-version-id"]
		if !ours || slices.Contains(finalStatuses, run.Status) || len(acceptedStops(run)) > 0 {
			continue
		}
		said := strings.Contains(p.log, "go on") || strings.Contains(p.log, "goes on") ||
			strings.Contains(p.log, "still run") || strings.Contains(p.log, "may exist")
		where := p.outputs["run-url"]
		if where == "" {
			where = run.Configuration
		}
		if !said || where == "" || !strings.Contains(errorAnnotation(p.log), where) {
			return fmt.Errorf("run %s is %s, and the message does not report that it may continue, with %q", run.ID, run.Status, where)
		}
	}
	return nil
}

// maxAfterSignal is the maximum time between a signal and the end of the step: the runner sends the next signal
// after 7.5 seconds.
const maxAfterSignal = 6500 * time.Millisecond

func checkDuration(p *stepResult) error {
	signal := p.signaledAt.Load()
	if after := p.began.Add(p.took).Sub(time.Unix(0, signal)); signal > 0 && after > maxAfterSignal {
		return fmt.Errorf("it ended %s after the signal, want %s at most", after, maxAfterSignal)
	}
	return nil
}

// errorAnnotation returns the error annotation, or the whole log outside GitHub Actions.
func errorAnnotation(log string) string {
	if _, after, ok := strings.Cut(log, "::error title=Scalr"); ok {
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	return log
}

// tokenScope is invariant I4: tokens are sent only to their own service.
func tokenScope(p *stepResult) error {
	for _, s := range p.record.all() {
		given := s.header.Get("Authorization")
		toScalr := s.host == apiHost && strings.HasPrefix(s.url, "https://"+apiHost+apiBase+"/")
		if given != "" && !toScalr && !s.hub() {
			return fmt.Errorf("%s %s contained Authorization", s.method, s.host)
		}
		if strings.Contains(given, scalrsim.Token) && !toScalr {
			return fmt.Errorf("%s %s contained Scalr's token", s.method, s.host)
		}
		if s.header.Get("Cookie") != "" || s.header.Get("Referer") != "" {
			return fmt.Errorf("%s %s contained Cookie or Referer", s.method, s.host)
		}
	}
	return nil
}

func (s *sent) hub() bool {
	return strings.HasSuffix(s.host, "github.test") || s.host == "ghes.test"
}

const (
	maxFailures  = 130 // of one operation in a row: ten minutes of retries are about 90
	maxPerMinute = 40  // failed requests of one operation
	maxRetryTime = 80 * time.Second
)

// requestRate is invariant I5: requests are not sent too often. After a signal, the minimum delay is one second; at the
// deadline, a request may be repeated immediately; the search for duplicate runs is not limited.
func requestRate(p *stepResult) error {
	type streak struct {
		began   time.Time
		n       int
		minute  []time.Time
		waitFor time.Time
	}
	streaks, hurried := map[string]*streak{}, false
	for _, s := range p.record.all() {
		k := streaks[s.op()]
		if k == nil {
			k = &streak{}
			streaks[s.op()] = k
		}
		signal, late := p.signaledAt.Load(), p.limit > 0 && s.at.Sub(p.began) >= p.limit
		hurried = hurried || strings.Contains(s.path, "/actions/") || late || signal > 0 && s.at.UnixNano() >= signal ||
			s.op() == "GET /runs"
		if s.at.Before(k.waitFor) && !hurried && s.at.Sub(k.began) < maxRetryTime {
			return fmt.Errorf("%s was repeated %s before Retry-After", s.op(), k.waitFor.Sub(s.at))
		}
		if s.status != 0 && s.status < 429 {
			*k = streak{}
			continue
		}
		if k.n == 0 {
			k.began = s.at
		}
		k.n++
		k.minute = append(slices.DeleteFunc(k.minute, func(at time.Time) bool { return s.at.Sub(at) > time.Minute }), s.at)
		log := strings.HasSuffix(s.path, "/output") // polled as long as the run is active
		if k.n > maxFailures && !log || len(k.minute) > maxPerMinute {
			return fmt.Errorf("%s failed %d times in a row, %d times in a minute", s.op(), k.n, len(k.minute))
		}
		if seconds, err := strconv.Atoi(s.retryAfter); err == nil && seconds > 0 {
			k.waitFor = s.answered.Add(time.Duration(min(seconds, 120)) * time.Second)
		}
	}
	return nil
}

// quietAfter is invariant I6: the step sends no requests after its end.
func quietAfter(p *stepResult) error {
	for _, s := range p.record.all() {
		if s.at.After(p.began.Add(p.took)) {
			return fmt.Errorf("%s was requested %s after the step had ended", s.op(), s.at.Sub(p.began.Add(p.took)))
		}
	}
	return nil
}

// outputsMatchServer is invariant I7: the outputs match the state of the server.
func (r *stepTest) outputsMatchServer(p *stepResult) error {
	if p.outputs["run-id"] == "" {
		return nil
	}
	run, ok := p.reportedRun()
	if !ok {
		return fmt.Errorf("run-id is %q, which is not on the server", p.outputs["run-id"])
	}
	for name, want := range map[string]string{
		"workspace-id":             run.Workspace,
		"configuration-version-id": run.Configuration,
	} {
		if got := p.outputs[name]; got != "" && got != want {
			return fmt.Errorf("%s is %q, the server has %q", name, got, want)
		}
	}
	if url := p.outputs["run-url"]; url != "" && !strings.HasSuffix(url, "/workspaces/"+run.Workspace+"/runs/"+run.ID) {
		return fmt.Errorf("run-url is %q", url)
	}
	if status := p.outputs["status"]; !slices.ContainsFunc(run.Transitions,
		func(t scalrsim.Transition) bool { return t.Status == status }) && status != "" {
		return fmt.Errorf("status is %q, which the run never had: %v", status, run.Transitions)
	}
	if status := p.outputs["status"]; slices.Contains(finalStatuses, status) && status != run.Status &&
		!strings.HasPrefix(run.Status, "post_apply") {
		return fmt.Errorf("status is %q, the server has %q", status, run.Status)
	}
	return p.bundleMatchesUpload()
}

// bundleMatchesUpload checks that the output bundle-sha256 is the checksum of the uploaded bytes.
func (p *stepResult) bundleMatchesUpload() error {
	want := p.outputs["bundle-sha256"]
	if want == "" {
		return nil
	}
	for _, s := range p.record.all() {
		sum := sha256.Sum256(s.body.Bytes())
		if s.method == "PUT" && (hex.EncodeToString(sum[:]) == want || s.body.Len() == maxRecorded) {
			return nil
		}
	}
	return fmt.Errorf("no upload had the checksum %s", want)
}

// exitCodeMatches is invariant I9: the exit code matches the result.
func (r *stepTest) exitCodeMatches(p *stepResult) error {
	if r.name == "scalr-run-post" {
		return nil
	}
	result, reported := p.outputs["result"]
	if !reported {
		if _, elsewhere := r.env["GITHUB_OUTPUT"]; elsewhere || r.env["GITHUB_ACTIONS"] != "true" {
			return nil // the outputs file is missing or elsewhere
		}
		return fmt.Errorf("exit %d without a result", p.code)
	}
	codes, known := exitCodes[result]
	switch failed := p.code >= 1 && p.code <= 5; {
	case !known || !slices.Contains(codes, p.code):
		return fmt.Errorf("exit %d with result %q", p.code, result)
	case failed != (p.outputs["error-code"] != ""):
		return fmt.Errorf("exit %d with error-code %q", p.code, p.outputs["error-code"])
	}
	return nil
}
