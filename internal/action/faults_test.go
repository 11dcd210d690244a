package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// faultCase is a row of the catalogue (docs/faults.md) at the level of the whole
// step: what goes wrong, and the exit, the outputs and the words that follow.
type faultCase struct {
	scenario string // plan-changes if empty
	faults   []scalrsim.Fault
	alter    func(*scalrsim.Scenario)
	setUp    func(*stepTest)
	inputs   []string
	code     int
	outputs  []string
	says     []string
	// ops are how often something must be asked, exactly.
	ops map[string]int
	// least and most bound how long the step takes.
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
	p := r.play().want(c.code, c.outputs...).says(c.says...)
	for op, n := range c.ops {
		p.asked(op, n)
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

// answered is a fault that replaces the response with a status.
func answered(op string, code, times int, body ...string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Action: scalrsim.Status, Status: code, Times: times, Body: strings.Join(body, "")}
}

func setEnv(name, value string) func(*stepTest) { return func(r *stepTest) { r.env[name] = value } }

// outage is a server that is down for a while.
func outage(op string, d time.Duration) scalrsim.Fault {
	return scalrsim.Fault{Op: op, During: d, Action: scalrsim.Status, Status: 503}
}

func knows(secrets ...string) func(*stepTest) { return func(r *stepTest) { r.known = secrets } }
