package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// faultCase is a row of the catalogue in docs/faults.md for the whole step: a fault with the expected exit code,
// outputs and messages.
type faultCase struct {
	scenario string // default: plan-changes
	faults   []scalrsim.Fault
	alter    func(*scalrsim.Scenario)
	setUp    func(*stepTest)
	inputs   []string
	code     int
	outputs  []string
	says     []string
	// ops are the exact numbers of requests by operation.
	ops map[string]int
	// least and most are the limits for the duration of the step.
	least, most time.Duration
	then        func(*stepResult)
}

func playFaults(t *testing.T, cases map[string]faultCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.play(t)
		})
	}
}

func (c faultCase) play(t *testing.T) {
	if c.scenario == "" {
		c.scenario = "plan-changes"
	}
	s := with(scenario(t, c.scenario), c.faults...)
	if c.alter != nil {
		c.alter(&s)
	}
	r := newStepTest(t, s, c.inputs...)
	if c.setUp != nil {
		c.setUp(r)
	}
	p := r.play().want(c.code, c.outputs...).logContains(c.says...)
	for op, n := range c.ops {
		p.requestCount(op, n)
	}
	if p.took < c.least || c.most > 0 && p.took > c.most {
		t.Errorf("took %s, want %s to %s\n%s", p.took, c.least, c.most, p.log)
	}
	if c.then != nil {
		c.then(p)
	}
}

const (
	readWorkspace = "GET /workspaces/*"
	createVersion = "POST /configuration-versions"
	readVersion   = "GET /configuration-versions/*"
	upload        = "PUT /upload/*"
	createRun     = "POST /runs"
	readRun       = "GET /runs/*"
	planLog       = "GET /plans/*/output"
)

// statusFault returns a fault that replaces the response by a status.
func statusFault(op string, code, times int, body ...string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Action: scalrsim.Status, Status: code, Times: times, Body: strings.Join(body, "")}
}

func setEnv(name, value string) func(*stepTest) { return func(r *stepTest) { r.env[name] = value } }

// outageFault returns a fault that makes the server unavailable for d.
func outageFault(op string, d time.Duration) scalrsim.Fault {
	return scalrsim.Fault{Op: op, During: d, Action: scalrsim.Status, Status: 503}
}

func knows(secrets ...string) func(*stepTest) { return func(r *stepTest) { r.extraSecrets = secrets } }
