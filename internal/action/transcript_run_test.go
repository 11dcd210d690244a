package action_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// runStep is one step of the run action.
type runStep struct {
	scenario string
	inputs   []string
	// existing are the inputs of a second step, which acts on the run of the first one. If set, the transcript is
	// that of the second step.
	existing []string
	// interrupted is the time at which the step receives a signal; 0 for never.
	interrupted time.Duration
}

func (s runStep) title() string {
	title := s.scenario + ": " + strings.Join(s.inputs, " ")
	if s.existing != nil {
		title += ", then " + strings.Join(s.existing, " ")
	}
	if s.interrupted > 0 {
		title += fmt.Sprint(", interrupted after ", s.interrupted)
	}
	return title
}

var (
	apply = []string{"dry-run=false"}
	save  = []string{"dry-run=false", "save-plan=true"}
	start = []string{"dry-run=false", "wait=false"}
	gated = []string{"dry-run=false", "fail-on=destroy\nchanges\nwarnings\nneeds-confirmation\ncost-increase", "max-cost-increase=1"}
)

// modeSteps are steps that act on an existing run or create no run.
var modeSteps = []runStep{
	{scenario: "plan-changes", inputs: []string{"mode=check"}},
	{scenario: "locked", inputs: []string{"mode=check"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=confirm"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=confirm", "wait=false"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=confirm", "fail-on=destroy\nchanges"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=confirm", "destroy=true"}},
	{scenario: "waits-for-approval", inputs: []string{"dry-run=false", "destroy=true"}, existing: []string{"mode=confirm"}},
	{scenario: "saved-plan", inputs: save, existing: []string{"mode=confirm", "terraform-outputs=all"}},
	{scenario: "plan-changes", existing: []string{"mode=confirm"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=watch"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=watch", "workspace=staging/network"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=watch", "expected-configuration-version-id=cv-other"}},
	{scenario: "policy-soft", inputs: apply, existing: []string{"mode=override"}},
	{scenario: "policy-soft", inputs: apply, existing: []string{"mode=override", "wait=false"}},
	{scenario: "policy-soft", inputs: apply, existing: []string{"mode=override", "fail-on=changes"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=override"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=override", "wait=false"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=discard"}},
	{scenario: "plan-changes", inputs: start, existing: []string{"mode=discard"}},
	{scenario: "applied", inputs: apply, existing: []string{"mode=discard"}},
	{scenario: "plan-error", inputs: apply, existing: []string{"mode=discard"}},
	{scenario: "plan-changes", inputs: start, existing: []string{"mode=cancel"}},
	{scenario: "plan-changes", inputs: start, existing: []string{"mode=cancel", "wait=false"}},
	{scenario: "ignores-stop", inputs: start, existing: []string{"mode=cancel", "timeout=5m"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=cancel"}},
	{scenario: "applied", inputs: apply, existing: []string{"mode=cancel"}},
}

// interruptedSteps are steps that are interrupted in each phase of a run.
var interruptedSteps = []runStep{
	{scenario: "queued", inputs: apply, interrupted: 10 * time.Second},
	{scenario: "plan-changes", inputs: apply, interrupted: 4 * time.Second},
	{scenario: "plan-changes", inputs: []string{"on-cancel=leave"}, interrupted: 4 * time.Second},
	{scenario: "applied", inputs: apply, interrupted: 10 * time.Second},
	{scenario: "applied", inputs: []string{"dry-run=false", "on-cancel=stop-apply"}, interrupted: 10 * time.Second},
	{scenario: "ignores-stop", inputs: apply, interrupted: 4 * time.Second},
	{scenario: "slow-actions", inputs: apply, interrupted: 4 * time.Second},
	{scenario: "locked", inputs: []string{"dry-run=false", "wait-for-lock=1h"}, interrupted: 10 * time.Minute},
	{scenario: "waits-for-agent", inputs: []string{"timeout=20s"}},
	{scenario: "slow-actions", inputs: apply, existing: []string{"mode=confirm"}, interrupted: time.Minute},
	{scenario: "slow-actions", inputs: apply, existing: []string{"mode=discard"}, interrupted: 2 * time.Second},
}

// refusedSteps are the steps for TestRefusedRunTranscripts.
var refusedSteps = []runStep{
	{scenario: "plan-changes", inputs: []string{"mode=check"}},
	{scenario: "applied", inputs: []string{"dry-run=false", "terraform-outputs=all"}},
	{scenario: "waits-for-approval", inputs: gated},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=confirm", "workspace=production/network"}},
	{scenario: "policy-soft", inputs: apply, existing: []string{"mode=override"}},
	{scenario: "waits-for-approval", inputs: apply, existing: []string{"mode=discard"}},
	{scenario: "plan-changes", inputs: start, existing: []string{"mode=cancel"}},
	{scenario: "plan-changes", inputs: apply, interrupted: 4 * time.Second},
}

// createSteps returns a step for each scenario of the simulator.
func createSteps() (list []runStep) {
	for _, name := range slices.Sorted(maps.Keys(scalrsim.Scenarios())) {
		if len(scalrsim.Scenarios()[name].Faults) > 0 || slices.Contains([]string{"execute", "huge-log", "huge-line", "hostile-log"}, name) {
			continue // random, slow, or tested elsewhere
		}
		inputs := []string{"dry-run=false", "terraform-outputs=all", "timeout=30m"}
		if name == "saved-plan" {
			inputs = save
		}
		list = append(list, runStep{scenario: name, inputs: inputs})
	}
	for _, name := range []string{"plan-changes", "cost-increase", "waits-for-approval", "policy-soft", "confirmed-by-other", "applied", "slow-actions"} {
		list = append(list, runStep{scenario: name, inputs: gated})
	}
	return append(list, runStep{scenario: "locked-for-a-while", inputs: []string{"dry-run=false", "wait-for-lock=10m"}},
		runStep{scenario: "locked", inputs: []string{"dry-run=false", "wait-for-lock=5m"}},
		runStep{scenario: "plan-changes"}, runStep{scenario: "no-changes"}, runStep{scenario: "plan-changes", inputs: start})
}

// TestRunTranscripts compares the logs, outputs and stop requests of the run action with golden files.
func TestRunTranscripts(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]runStep{"run": createSteps(), "modes": modeSteps, "interrupted": interruptedSteps} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTranscripts(t, name)
			for _, s := range steps {
				p := s.play(t, nil)
				if !slices.Equal(s.inputs, gated) {
					p.summary = "" // one variant is enough
				}
				c.add(s.title(), p)
				c.line("took %s", p.took)
				for _, stop := range p.server.Stops() {
					c.line("stop request: %s", stop)
				}
			}
		})
	}
}

// TestRefusedRunTranscripts rejects each request of a step that creates a run or acts on one, one at a time.
func TestRefusedRunTranscripts(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusConflict} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			c := newTranscripts(t, fmt.Sprint("run-refused-", status))
			for _, s := range refusedSteps {
				c.line("=== %s", s.title())
				m := &faultTransport{status: status, once: true, writes: status == http.StatusConflict}
				m.runWithEachFault(func(m *faultTransport) *stepResult { return s.play(t, m) }, c.appendFaultResult(m))
			}
		})
	}
}

// play runs the step against a new server in virtual time.
func (s runStep) play(t *testing.T, m *faultTransport) *stepResult {
	t.Helper()
	first := newStepTest(t, scenario(t, s.scenario), s.inputs...)
	r, a := first, newResult(t)
	p := a
	if s.existing != nil {
		r, p = newStepTest(t, scenario(t, s.scenario), s.existing...), newResult(t)
	}
	r.anyFault = true
	if m != nil {
		r.anyObjection = true
		r.http = func(server *scalrsim.Server) http.RoundTripper {
			m.RoundTripper = server.Client().Transport
			return m
		}
	}
	if s.interrupted > 0 {
		r.during = func(p *stepResult) {
			time.Sleep(s.interrupted)
			p.signals <- os.Interrupt
		}
	}
	first.then(a, func() {
		if s.existing == nil {
			return
		}
		a.read()
		p.server = a.server
		r.set("run-id=" + a.outputs["run-id"])
		if r.inputs["workspace"] != "" {
			r.set("workspace-id=")
		}
		r.step(p)
	})
	p.read()
	r.check(p)
	return p
}
