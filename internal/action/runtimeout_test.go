package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// A timeout that exceeds the workspace's run-operation-timeout leads to a warning before the run.
func TestTimeoutExceedsRunOperationTimeout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		minutes any // run-operation-timeout
		inputs  []string
		warns   string // "" for no warning
	}{
		"longer": {
			minutes: 30,
			warns: `timeout is 1h0m0s, but Scalr stops each plan and apply in workspace "production/network" (` +
				scalrsim.WorkspaceID + `) after 30 minutes (its run-operation-timeout). Raise`,
		},
		"same duration": {minutes: 60},
		"shorter":       {minutes: 90},
		"one second longer": {
			minutes: 90,
			inputs:  []string{"timeout=90m1s"},
			warns:   "timeout is 1h30m1s, but Scalr stops",
		},
		"default": {},
		"exceeds default": {
			inputs: []string{"timeout=2h"},
			warns:  "after 60 minutes (Scalr's default; it has no run-operation-timeout).",
		},
		"zero means default": {
			minutes: 0,
			inputs:  []string{"timeout=2h"},
			warns:   "after 60 minutes (Scalr's default",
		},
		"check":           {minutes: 30, inputs: []string{"mode=check"}, warns: "timeout is 1h0m0s, but Scalr stops"},
		"without waiting": {minutes: 30, inputs: []string{"wait=false"}},
		"invalid number":  {minutes: 1 << 50, inputs: []string{"timeout=120h"}},
		"not a number":    {minutes: "soon", inputs: []string{"timeout=2h"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "plan-changes")
			s.Config.Workspace = map[string]any{"run-operation-timeout": c.minutes}
			p := newStepTest(t, s, c.inputs...).play()
			if p.code != 0 {
				t.Errorf("exit code %d\n%s", p.code, p.log)
			}
			const any = ", but Scalr stops each plan and apply"
			switch {
			case c.warns == "" && strings.Contains(p.log, any):
				t.Errorf("warns:\n%s", p.log)
			case c.warns != "" &&
				(!strings.Contains(p.log, c.warns) || strings.Count(p.log, any) != 1 ||
					!strings.Contains(p.log, "::warning::timeout is")):
				t.Errorf("want one warning %q:\n%s", c.warns, p.log)
			}
		})
	}
}

// The step names the agent pool of a run that has been queued for ten seconds.
func TestRunWaitsForAgent(t *testing.T) {
	t.Parallel()
	const line = `plan queued, waiting for an agent of agent pool "private-network" ("runner-1" is busy, "runner-2" ` +
		`is offline)`
	waiting := func(t *testing.T, wait time.Duration) scalrsim.Scenario {
		s := scenario(t, "waits-for-agent")
		s.Script.AgentWait = wait
		return s
	}
	asked := func(p *stepResult) (n int) {
		for _, r := range p.server.Requests() {
			if strings.HasPrefix(r.Path, "/agent-pools") {
				n++
			}
		}
		return n
	}
	t.Run("long", func(t *testing.T) {
		t.Parallel()
		p := newStepTest(t, waiting(t, 4*time.Minute)).play().want(0, "result=planned").logContains(line, line+", for 1m")
		if n := asked(p); n != 1 {
			t.Errorf("agents were requested %d times, want once in five minutes", n)
		}
	})
	t.Run("short", func(t *testing.T) {
		t.Parallel()
		p := newStepTest(t, waiting(t, 8*time.Second)).play().want(0, "result=planned")
		if n := asked(p); n != 0 || strings.Contains(p.log, "agent pool") {
			t.Errorf("agents were requested %d times:\n%s", n, p.log)
		}
	})
	t.Run("forbidden", func(t *testing.T) {
		t.Parallel()
		s := waiting(t, time.Minute)
		s.Faults = []scalrsim.Fault{{Op: "GET /agent-pools/*", Action: scalrsim.Status, Status: 404}}
		p := newStepTest(t, s).play().want(0, "result=planned").logContains("plan queued")
		if strings.Contains(p.log, "agent pool") || strings.Contains(p.log, "::warning::") {
			t.Errorf("names a pool that the token cannot read:\n%s", p.log)
		}
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		s := waiting(t, time.Minute)
		s.Setup = nil
		if p := newStepTest(t, s).play().want(0, "result=planned"); strings.Contains(p.log, "agent") {
			t.Errorf("mentions agents although there are none:\n%s", p.log)
		}
	})
}
