package action_test

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestGates checks that the gates are evaluated before the apply.
func TestGates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		scenario string
		inputs   []string
		code     int
		outputs  []string
		stops    []string
		confirms int
	}{
		{
			name:     "changes in a dry run",
			scenario: "plan-changes",
			inputs:   []string{"fail-on=changes"},
			code:     1,
			outputs:  []string{"result=rejected", "error-code=gate-hit"},
		},
		{
			name:     "no changes",
			scenario: "no-changes",
			inputs:   []string{"fail-on=changes"},
			outputs:  []string{"result=no-changes"},
		},
		{
			name:     "destroy stops an auto-apply",
			scenario: "applied",
			inputs:   []string{"dry-run=false", "fail-on=destroy"},
			code:     1,
			outputs:  []string{"result=rejected", "has-destroys=true"},
			stops:    []string{"discard 202"},
		},
		{
			name:     "passed gates are confirmed",
			scenario: "cost-increase",
			inputs:   []string{"dry-run=false", "auto-apply=true", "fail-on=cost-increase", "max-cost-increase=1000"},
			outputs:  []string{"result=applied"},
			confirms: 1,
		},
		{
			name:     "cost",
			scenario: "cost-increase",
			inputs:   []string{"dry-run=false", "auto-apply=true", "fail-on=cost-increase"},
			code:     1,
			outputs:  []string{"result=rejected"},
			stops:    []string{"discard 202"},
		},
		{
			name:     "needs confirmation",
			scenario: "waits-for-approval",
			inputs:   []string{"dry-run=false", "fail-on=needs-confirmation"},
			code:     1,
			outputs:  []string{"result=rejected"},
			stops:    []string{"discard 202"},
		},
		{
			name:     "cost increase below a cent",
			scenario: "cost-by-a-hair",
			inputs:   []string{"dry-run=false", "auto-apply=true", "fail-on=cost-increase", "max-cost-increase=42.25"},
			code:     1,
			outputs:  []string{"result=rejected", "cost-delta=42.25"},
			stops:    []string{"discard 202"},
		},
		{
			name:     "gate without auto-apply waits",
			scenario: "cost-increase",
			inputs:   []string{"dry-run=false", "fail-on=cost-increase", "max-cost-increase=1000"},
			outputs:  []string{"result=needs-confirmation"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hair := c.scenario == "cost-by-a-hair"
			s := scenario(t, strings.Replace(c.scenario, "by-a-hair", "increase", 1))
			if hair {
				cost := *s.Script.Cost
				cost.Delta = "42.254"
				s.Script.Cost = &cost
			}
			p := newStepTest(t, s, c.inputs...).play().want(c.code, c.outputs...).stops(c.stops...)
			p.requestCount("POST /runs/*/actions/apply", c.confirms)
		})
	}
}

// TestHardPolicyFailureInFinishedRun checks that a run with a failed hard-mandatory policy is not a success, even if its status
// is finished.
func TestHardPolicyFailureInFinishedRun(t *testing.T) {
	t.Parallel()
	s := scenario(t, "policy-hard")
	s.Script.Steps = []scalrsim.Step{
		{Status: "planning", For: time.Second},
		{Status: "policy_checking", For: time.Second},
		{Status: "planned_and_finished"},
	}
	newStepTest(t, s).play().want(1, "result=policy-failed", "status=planned_and_finished", "policy-status=hard-failed")
}

// TestWarningsGate checks that only Terraform's own warnings are counted.
func TestWarningsGate(t *testing.T) {
	t.Parallel()
	const closing = "\nNo changes. Your infrastructure matches the configuration.\n"
	for name, c := range map[string]struct {
		log, warnings string
		hit           bool
	}{
		"none": {log: "Warning: Permanently added 'github.com' to the list of known hosts.\n" + closing, warnings: "0"},
		"boxed": {
			log:      closing + "╷\n│ Warning: Old\n│ \n│ Use new.\n│ \n│ (and 2 more similar warnings elsewhere)\n╵\n",
			warnings: "3",
			hit:      true,
		},
		"summary of several lines": {
			log:      closing + "\nWarning: Odd\nin a second line\n\n  on main.tf line 3, in resource \"a\" \"b\":\n   3: x\n\n",
			warnings: "1",
			hit:      true,
		},
		"summary that begins with a line break": {
			log:      closing + "╷\n│ Warning: \n│ Odd\n│ \n│ Details.\n╵\n",
			warnings: "1",
			hit:      true,
		},
		"list": {
			log: closing +
				"\nWarnings:\n\n- Old\n  on main.tf line 1\n\nTo see the full warning notes, run Terraform without " +
				"-compact-warnings.\n",
			warnings: "1",
			hit:      true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "no-changes")
			s.Script.Plan.Log = c.log
			newStepTest(t, s).play().want(0, "result=no-changes", "warnings="+c.warnings)
			if c.hit {
				newStepTest(t, s, "fail-on=warnings").play().
					want(1, "result=rejected", "error-code=gate-hit", "warnings="+c.warnings)
			} else {
				newStepTest(t, s, "fail-on=warnings").play().want(0, "result=no-changes")
			}
		})
	}
}

// TestConfirmedBeforeDiscard checks the result if a gate fails and another person confirms the run before it can be
// discarded, or if it cannot be discarded.
func TestConfirmedBeforeDiscard(t *testing.T) {
	t.Parallel()
	rejected := []string{"result=rejected", "error-code=gate-hit"}
	playFaults(t, map[string]faultCase{
		"confirmed": {
			scenario: "waits-for-approval", inputs: []string{"dry-run=false", "fail-on=changes"},
			alter: func(s *scalrsim.Scenario) {
				externalAction("planned", 15*time.Second, "confirm")(s)
				s.Script.Apply.For = time.Minute
			},
			faults: []scalrsim.Fault{held("POST /runs/*/actions/discard", -1)},
			code:   1, outputs: append(rejected, "summary=rejected, but being applied: 2 to add, 1 to change, 1 to destroy"),
			says: []string{"the plan has changes. The run was confirmed before it could be discarded: https://"},
		},
		"applied": {
			scenario: "waits-for-approval", inputs: []string{"dry-run=false", "fail-on=changes"},
			alter: func(s *scalrsim.Scenario) {
				externalAction("planned", 15*time.Second, "confirm")(s)
				s.Script.Apply.For = time.Millisecond
			},
			faults: []scalrsim.Fault{held("POST /runs/*/actions/discard", -1)},
			code:   1, outputs: append(rejected, "status=applied", "summary=rejected, but applied: 2 to add, 1 to change, 1 to destroy"),
			says: []string{"the plan has changes. The run was confirmed before it could be discarded: https://"},
		},
		"forbidden": {
			scenario: "waits-for-approval", inputs: []string{"dry-run=false", "fail-on=changes"},
			faults: []scalrsim.Fault{statusFault("POST /runs/*/actions/discard", 403, -1)},
			code:   1, outputs: rejected,
			says: []string{"the plan has changes. Run run-", " could not be discarded (", "): https://"},
		},
		"nothing to apply and forbidden": {
			scenario: "waits-without-changes", inputs: []string{"dry-run=false"},
			faults:  []scalrsim.Fault{statusFault("POST /runs/*/actions/discard", 403, -1)},
			outputs: []string{"result=no-changes"},
			says:    []string{"::warning::Run run-", " has nothing to apply but blocks the workspace's queue, and could not be discarded: "},
		},
		"empty document": {
			inputs:  []string{"fail-on=destroy"},
			faults:  []scalrsim.Fault{{Op: planJSON, Times: -1, Action: scalrsim.Empty}},
			code:    1,
			outputs: append(rejected, "plan-json-file=", "additions=2", "has-destroys=true"),
			says:    []string{"destroy: the plan destroys or replaces resources"},
		},
	})
}

// TestGateInterrupted checks that the run is stopped if a signal arrives during a discard request without a response.
func TestGateInterrupted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		phase scalrsim.Phase
		code  int
		want  []string
		says  string
	}{
		"lost request":  {scalrsim.Before, 130, []string{"result=interrupted"}, "final status is discarded"},
		"lost response": {scalrsim.After, 1, []string{"result=rejected", "error-code=gate-hit"}, "was discarded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const discard = "POST /runs/*/actions/discard"
			fault := scalrsim.Fault{Op: discard, Phase: c.phase, Action: scalrsim.Stall}
			r := newStepTest(t, with(scenario(t, "waits-for-approval"), fault), "dry-run=false", "fail-on=needs-confirmation")
			var at time.Time
			r.during = func(p *stepResult) {
				for !slices.ContainsFunc(p.server.Requests(),
					func(r scalrsim.Request) bool { return strings.HasSuffix(r.Path, "/actions/discard") }) {
					time.Sleep(10 * time.Millisecond)
				}
				time.Sleep(100 * time.Millisecond)
				at = time.Now()
				p.signals <- syscall.SIGINT
			}
			p := r.play().want(c.code, c.want...).logContains(c.says)
			p.endsWithin(at, 6500*time.Millisecond)
			if status := p.server.Runs()[0].Status; status != "discarded" {
				t.Errorf("the run is left in %q", status)
			}
		})
	}
}
