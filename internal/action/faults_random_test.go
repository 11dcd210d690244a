package action_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestRandomFaults (F14) runs whole steps with random faults, signals and delays, and checks the invariants. The names
// of the subtests contain the seeds. To run one seed, or more of them:
//
//	FAULT_SEED=123 go test ./internal/action -run TestRandomFaults
//	FAULT_SEEDS=20000 go test ./internal/action -run TestRandomFaults
func TestRandomFaults(t *testing.T) {
	t.Parallel()
	first, count := seeds(t)
	for seed := first; seed < first+count; seed++ {
		t.Run(fmt.Sprintf("FAULT_SEED=%d", seed), func(t *testing.T) {
			t.Parallel()
			r := randomStep(t, seed)
			p := r.play()
			if t.Failed() {
				t.Logf("replay with FAULT_SEED=%d\nscenario %s, inputs %v, faults %+v\nrequests:\n%s", seed, r.scenario.Name,
					r.inputs, r.scenario.Faults, p.exchange())
			}
		})
	}
}

// TestRandomFaultsOnRuns (F16) is TestRandomFaults for the modes that act on an existing run.
//
//	FAULT_SEED=123 go test ./internal/action -run TestRandomFaultsOnRuns
func TestRandomFaultsOnRuns(t *testing.T) {
	t.Parallel()
	first, count := seeds(t)
	for seed := first; seed < first+count; seed++ {
		t.Run(fmt.Sprintf("FAULT_SEED=%d", seed), func(t *testing.T) {
			t.Parallel()
			d := dice{rand.New(rand.NewPCG(seed, 16))}
			s := scenario(t,
				d.one("waits-for-approval", "policy-soft", "saved-plan", "applied", "cost-increase", "no-changes", "plan-error",
					"confirmed-by-other", "ignores-stop"))
			s.Seed, s.Pace = seed, []float64{0.2, 1, 5, 20}[d.IntN(4)]
			r := newStepTest(t, s)
			randomExistingRun(d, r)
			if d.maybe(30) {
				r.during = signalAt(syscall.SIGINT, d.upTo(time.Minute))
			}
			p := r.play()
			if t.Failed() {
				t.Logf("replay with FAULT_SEED=%d\nscenario %s, inputs %v, faults %+v\nrequests:\n%s", seed, r.scenario.Name,
					r.inputs, r.scenario.Faults, p.exchange())
			}
		})
	}
}

// seeds returns the range of seeds to run.
func seeds(t *testing.T) (first, count uint64) {
	t.Helper()
	first, count = 1, samples[uint64](30, 60, 5000)
	if n, err := strconv.ParseUint(os.Getenv("FAULT_SEEDS"), 10, 64); err == nil {
		count = n
	}
	if n, err := strconv.ParseUint(os.Getenv("FAULT_SEED"), 10, 64); err == nil {
		first, count = n, 1
	}
	return first, count
}

// samples returns how many samples of a large table or of random inputs to run: few, more with TESTS=all, as in
// .ci/tests, or many with SOAK=1.
func samples[N int | uint32 | uint64](few, more, many N) N {
	switch {
	case os.Getenv("SOAK") != "":
		return many
	case os.Getenv("TESTS") == "all" && !testing.Short():
		return more
	}
	return few
}

// exchange returns the requests and responses, to diagnose a failure.
func (p *stepResult) exchange() (text string) {
	for _, s := range p.record.all() {
		text += fmt.Sprintf("%9s %s -> %d after %s\n", s.at.Sub(p.began).Round(time.Millisecond), s.op(), s.status,
			s.answered.Sub(s.at))
	}
	for _, run := range p.runs {
		text += fmt.Sprintf("%+v\n", run)
	}
	return text
}

// dice makes random choices.
type dice struct{ *rand.Rand }

func (d dice) one(texts ...string) string { return texts[d.IntN(len(texts))] }

func (d dice) maybe(percent int) bool { return d.IntN(100) < percent }

func (d dice) upTo(most time.Duration) time.Duration { return time.Duration(d.Int64N(int64(most))) }

// randomStep returns a step with random faults.
func randomStep(t *testing.T, seed uint64) *stepTest {
	d := dice{rand.New(rand.NewPCG(seed, 14))}
	s := scenario(t,
		d.one("plan-changes", "no-changes", "applied", "waits-for-approval", "saved-plan", "queued", "hooks",
			"passes-planned",
			"policy-soft", "policy-hard", "policy-advisory", "plan-error", "apply-error", "backwards", "passes-unknown",
			"waits-without-changes",
			"cost-increase", "log-redirects", "log-at-end", "lagging-log", "rewritten-log", "half-lines", "hostile-log",
			"auto-apply-refused", "ignores-stop"))
	s.Seed, s.Pace = seed, []float64{0.2, 1, 1, 5, 20}[d.IntN(5)]
	if s.Name == "hooks" {
		s.Pace = 0.2 // a waiting status must be polled twice; with a smaller pace it would not last long enough
	}
	lag := func(most time.Duration) time.Duration { return time.Duration(float64(d.upTo(most)) / s.Pace) }
	s.Config.ListLag, s.Config.ReadLag = time.Duration(d.IntN(2))*lag(10*time.Second),
		time.Duration(d.IntN(2))*lag(3*time.Second)
	s.Config.OldestRun, s.Config.Null, s.Config.NoIncluded, s.Script.StrictCancel = d.maybe(30), d.maybe(30), d.maybe(20),
		d.maybe(50)
	for range d.IntN(7) {
		s.Faults = append(s.Faults, randomFault(d))
	}
	if d.maybe(15) {
		s.Script.Deviations, s.Script.DeviationsAfter = randomDeviations(d),
			time.Duration(d.IntN(2))*d.upTo(1500*time.Millisecond)
	}
	if d.maybe(15) {
		s.Faults = append(s.Faults, randomMisreport(d))
	}
	r := newStepTest(t, s, randomInputs(d)...)
	r.anyFault, r.duplicates = true, hiddenDuplicates(s)
	if d.maybe(40) {
		first, second, twice := d.upTo(40*time.Second), d.upTo(4*time.Second), d.maybe(20)
		signal := []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}[d.IntN(3)]
		r.during = func(p *stepResult) {
			signalAt(signal, first)(p)
			if twice {
				signalAt(signal, second)(p)
			}
		}
	}
	return r
}

// randomDeviations returns random differences between the request and the run that the server creates.
func randomDeviations(d dice) map[string]any {
	name := d.one("is-dry", "is-dry", "is-destroy", "auto-apply", "auto-apply", "save-plan", "refresh-only",
		"target-addrs")
	if name == "target-addrs" {
		return map[string]any{name: []any{"terraform_data.network"}}
	}
	return map[string]any{name: name != "is-dry", d.one(name, "auto-apply"): name != "is-dry"}
}

// randomMisreport returns a fault that changes a run in responses. It does not change the configuration version in
// lists, because no run could be found by it.
func randomMisreport(d dice) scalrsim.Fault {
	f := misreported(d.one(createRun, readRun, readRun), 1+d.IntN(5),
		d.one("workspace", "configuration-version", "is-dry", "auto-apply", "target-addrs"), nil)
	if d.maybe(50) {
		f.Times = 1
	}
	if d.maybe(50) {
		f.Value = map[string]any{
			"workspace":             scalrsim.EdgeWorkspaceID,
			"configuration-version": "cv-other",
			"is-dry":                d.maybe(50),
			"auto-apply":            d.maybe(50),
			"target-addrs":          []any{"terraform_data.other"},
		}[f.Member]
	}
	return f
}

// hiddenDuplicates reports whether the server creates a duplicate run, confirms the creation and omits the duplicate
// from lists. The step cannot detect that.
func hiddenDuplicates(s scalrsim.Scenario) bool {
	twice, hidden := false, s.Config.ListLag > 0
	for _, f := range s.Faults {
		twice = twice || f.Action == scalrsim.Twice && (f.Op == "POST /runs" || f.Op == "* /**")
		hidden = hidden || f.Op == "GET /runs" || f.Op == "* /**" && f.Action != scalrsim.Twice ||
			strings.HasPrefix(f.Op, "POST /runs/")
	}
	return twice && hidden
}

func randomInputs(d dice) []string {
	inputs := []string{"timeout=" + d.one("60m", "60m", "60m", "20s", "3m")}
	if d.maybe(50) {
		inputs = append(inputs, "dry-run=false", "auto-apply="+d.one("", "true", "false"))
	}
	if d.maybe(30) {
		inputs = append(inputs, "fail-on="+d.one("changes", "destroy", "needs-confirmation", "cost-increase"))
	} else if d.maybe(10) {
		inputs = append(inputs, "wait=false")
	}
	if d.maybe(30) {
		inputs = append(inputs, "on-cancel="+d.one("stop", "stop-apply", "leave"))
	}
	return inputs
}

// randomOps are the operations with random faults. The ones that only this step sends are listed twice.
var randomOps = []string{"* /**", "GET /workspaces/*", "GET /environments/*", "POST /configuration-versions",
	"PUT /upload/*", "GET /configuration-versions/*",
	"POST /runs", "POST /runs", "POST /runs", "GET /runs", "GET /runs/*", "GET /runs/*", "GET /plans/*/output",
	"GET /plans/*/sanitized-json-output",
	"GET /applies/*/output", "POST /runs/*/actions/*", "POST /runs/*/actions/discard", "POST /runs/*/actions/cancel",
	"POST /runs/*/actions/apply", "GET /workspaces/*/outputs"}

func randomFault(d dice) scalrsim.Fault {
	f := scalrsim.Fault{
		Op:    d.one(randomOps...),
		Nth:   1 + d.IntN(4),
		Phase: scalrsim.Phase(d.IntN(2)),
		Times: 1 + d.IntN(3),
	}
	switch {
	case d.maybe(10):
		f.Times = -1
	case d.maybe(20):
		f.During = d.upTo(90 * time.Second)
	case d.maybe(10):
		f.Times, f.Chance = -1, 0.5
	}
	f.Action = []scalrsim.Action{scalrsim.Status, scalrsim.Status, scalrsim.Status, scalrsim.Refuse, scalrsim.Reset,
		scalrsim.EOF, scalrsim.Stall,
		scalrsim.Delay, scalrsim.LateCommit, scalrsim.HTML, scalrsim.Redirect, scalrsim.Expired, scalrsim.Twice,
		scalrsim.Empty, scalrsim.Truncate,
		scalrsim.Break, scalrsim.Hang, scalrsim.Trickle, scalrsim.Garbage}[d.IntN(19)]
	f.Bytes, f.Delay = d.Int64N(600), d.upTo(25*time.Second)
	switch f.Action {
	case scalrsim.Status:
		if f.Op == "POST /runs" || f.Op == "* /**" {
			f.Phase = scalrsim.Before // a 429 means that the request was not executed
		}
		f.Status = []int{500, 502, 503, 504, 429, 429, 408, 425, 401, 403, 404, 409, 422}[d.IntN(13)]
		if f.Status == 429 || f.Status == 503 {
			f.Header = http.Header{"Retry-After": {d.one("0", "1", "3", "30", "86400", "-1", "soon")}}
		}
	case scalrsim.LateCommit:
		f.Status = []int{0, 502, 504}[d.IntN(3)]
	case scalrsim.HTML:
		f.Status = []int{0, 200, 502, 403}[d.IntN(4)]
	case scalrsim.Redirect:
		f.Status, f.Target = []int{301, 302, 307, 308}[d.IntN(4)],
			d.one("https://evil.test/x", "https://evil.acme.scalr.test/", "http://acme.scalr.test/", "https://[::1")
	case scalrsim.Trickle:
		f.Bytes, f.Delay = 1+d.Int64N(200), d.upTo(2*time.Second)
	case scalrsim.Garbage:
		f.Body = d.one("{}", "null", "[]", `{"data":null}`, `{"data":{"type":"runs","id":"../x"}}`, "\xff\xfe", "\x1f\x8b")
	}
	return f
}
