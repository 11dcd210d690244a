package action_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// lockedScenario returns a scenario in which the workspace network is locked.
func lockedScenario(t *testing.T, by scalrsim.LockHolder, d time.Duration) scalrsim.Scenario {
	s := scenario(t, "applied")
	s.Config.Lock = scalrsim.Lock{By: by, Reason: "Database migration", For: d}
	return s
}

// TestLockErrors checks that the error contains the holder of the lock, the reason and advice.
func TestLockErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by   scalrsim.LockHolder
		says []string
	}{
		"person": {
			by:   scalrsim.LockedByPerson,
			says: []string{"is locked by ada@acme.example", `("Database migration")`, "Ask the person named"},
		},
		"finished run": {
			by: scalrsim.LockedByFinishedRun,
			says: []string{"is locked by run run-", "has finished", `"errored" since 2000-01-01T`, "Unlock the workspace",
				"force-latest-run"},
		},
	} {
		for _, noIncluded := range []bool{false, true} {
			for _, target := range []string{"workspace-id=" + scalrsim.WorkspaceID, "workspace=production/network"} {
				t.Run(name+" "+target, func(t *testing.T) {
					t.Parallel()
					s := lockedScenario(t, c.by, 0)
					s.Config.NoIncluded = noIncluded
					r := newStepTest(t, s, "workspace-id=", target, "dry-run=false")
					says := c.says
					if noIncluded {
						says = says[1:]
					}
					p := r.play().want(3, "result=refused", "error-code=workspace-locked").logContains(says...)
					p.requestCount("POST /configuration-versions", 0).requestCount("POST /runs", 0)
				})
			}
		}
	}
}

// TestLockOfRun checks that a workspace that is locked by a run is not an error: a new run waits in the queue for an
// active run, and replaces a finished one if the workspace allows it.
func TestLockOfRun(t *testing.T) {
	t.Parallel()
	newStepTest(t, lockedScenario(t, scalrsim.LockedByRun, 40*time.Second), "dry-run=false").play().
		want(0, "result=applied").logContains("which is running", "waits for it in the queue").requestCount("POST /runs", 1)

	forced := lockedScenario(t, scalrsim.LockedByFinishedRun, 0)
	forced.Config.Workspace = map[string]any{"auto-apply": true, "force-latest-run": true}
	newStepTest(t, forced, "dry-run=false").play().want(0, "result=applied").
		logContains("force-latest-run lets a new run take it over")

	for _, by := range []scalrsim.LockHolder{scalrsim.LockedByPerson, scalrsim.LockedByFinishedRun} {
		newStepTest(t, lockedScenario(t, by, 0)).play().want(0, "result=planned").logContains("::warning::Workspace")
	}
}

// TestLockOfUnreadableRun checks that the message covers both an active and a finished run if the token cannot read the
// run that holds the lock.
func TestLockOfUnreadableRun(t *testing.T) {
	t.Parallel()
	s := lockedScenario(t, scalrsim.LockedByRun, 10*time.Second)
	s.Config.NoIncluded = true
	s.Faults = []scalrsim.Fault{{Op: "GET /runs/*", Action: scalrsim.Status, Status: 404}}
	newStepTest(t, s, "dry-run=false").play().want(0, "result=applied").
		logContains("whose status the token cannot read", "If that run is active", "If it has finished").requestCount("POST /runs", 1)
}

// TestWaitForLock checks that the step waits, logs that once a minute, and sends each other request once.
func TestWaitForLock(t *testing.T) {
	t.Parallel()
	for _, by := range []scalrsim.LockHolder{scalrsim.LockedByPerson, scalrsim.LockedByFinishedRun} {
		r := newStepTest(t, lockedScenario(t, by, 3*time.Minute+30*time.Second), "dry-run=false", "wait-for-lock=15m")
		p := r.play().want(0, "result=applied").
			logContains("Waiting for up to 15m0s", "Waited 1m", "Waited 3m", "was removed after 3m").
			requestCount("POST /configuration-versions", 1).requestCount("PUT /upload/*", 1).requestCount("POST /runs", 1)
		if n := strings.Count(p.log, "Waited "); n != 3 {
			t.Errorf("%d lines about waiting, want one per minute\n%s", n, p.log)
		}
		if n := p.count("GET /workspaces/*"); n < 18 || n > 40 {
			t.Errorf("the workspace was read %d times in three minutes", n)
		}
	}
	// A run that starts when the lock is released delays the step's run in the queue.
	r := newStepTest(t, lockedScenario(t, scalrsim.LockedByPerson, 30*time.Second), "dry-run=false", "wait-for-lock=1m",
		"wait=false")
	r.play().want(0, "result=started").logContains("was removed after").requestCount("POST /runs", 1)
}

// TestSettingsAfterWaitForLock checks that the run is compared with the workspace's settings after the wait.
func TestSettingsAfterWaitForLock(t *testing.T) {
	t.Parallel()
	s := lockedScenario(t, scalrsim.LockedByPerson, time.Minute)
	s.Config.Workspace = map[string]any{"auto-apply": false}
	r := newStepTest(t, s, "dry-run=false", "wait-for-lock=10m")
	r.during = func(p *stepResult) {
		time.Sleep(30 * time.Second)
		p.server.SetAttribute(scalrsim.WorkspaceID, "auto-apply", true)
	}
	r.play().want(0, "result=applied").requestCount("POST /runs/*/actions/apply", 0)
}

// TestWaitForLockExpires checks that nothing was uploaded or created if the wait ends.
func TestWaitForLockExpires(t *testing.T) {
	t.Parallel()
	nothing := func(p *stepResult) {
		p.requestCount("POST /configuration-versions", 0).requestCount("PUT /upload/*", 0).requestCount("POST /runs", 0)
	}
	locked := lockedScenario(t, scalrsim.LockedByPerson, 0)
	p := newStepTest(t, locked, "dry-run=false", "wait-for-lock=90s").play().
		want(3, "result=refused", "error-code=workspace-locked").logContains("was not removed within 1m30s", "ada@acme.example",
		"The step waited 1m30s for it to be unlocked (`wait-for-lock`).%0AAsk the person named to unlock the workspace, or unlock it in Scalr. Dry runs")
	if p.took < 90*time.Second || p.took > 96*time.Second {
		t.Errorf("ended after %s", p.took)
	}
	nothing(p)

	p = newStepTest(t, locked, "dry-run=false", "wait-for-lock=2m", "timeout=2m").play().logContains("ada@acme.example")
	if p.code != 5 && p.outputs["error-code"] != "workspace-locked" {
		t.Errorf("exit %d, %s", p.code, p.outputs["error-code"])
	}
	nothing(p)

	r := newStepTest(t, locked, "dry-run=false", "wait-for-lock=10m")
	r.during = func(p *stepResult) { time.Sleep(95 * time.Second); p.signals <- syscall.SIGINT }
	p = r.play().want(130, "result=interrupted").logContains("nothing was uploaded and no run was created")
	nothing(p)

	// An interruption while Scalr does not respond has the same result, and no warnings about the run follow.
	stalled := lockedScenario(t, scalrsim.LockedByPerson, 0)
	stalled.Config.Workspace = map[string]any{"run-operation-timeout": 1}
	stalled.Faults = []scalrsim.Fault{{Op: "GET /workspaces/*", Nth: 3, Times: -1, Action: scalrsim.Stall}}
	r = newStepTest(t, stalled, "dry-run=false", "wait-for-lock=10m")
	r.during = func(p *stepResult) {
		p.awaitRequest("GET /workspaces/*", 3)
		time.Sleep(time.Second)
		p.signals <- syscall.SIGINT
	}
	p = r.play().want(130, "result=interrupted").
		logContains("The step ends after waiting ", "nothing was uploaded and no run was created")
	if strings.Contains(p.log, "but Scalr stops each plan") {
		t.Errorf("warns of a timeout after the interruption\n%s", p.log)
	}
	nothing(p)

	// An error that does not pass ends the wait.
	unreadable := lockedScenario(t, scalrsim.LockedByPerson, 0)
	unreadable.Faults = []scalrsim.Fault{{Op: "GET /workspaces/*", Nth: 3, Times: -1, Action: scalrsim.Status, Status: 403}}
	p = newStepTest(t, unreadable, "dry-run=false", "wait-for-lock=10m").play().want(3, "result=refused", "error-code=not-allowed")
	if p.took > time.Minute {
		t.Errorf("ended after %s", p.took)
	}
	nothing(p)

	// If Scalr is unavailable until the end of the wait, the last known state is reported.
	outage := lockedScenario(t, scalrsim.LockedByPerson, 0)
	outage.Faults = []scalrsim.Fault{{Op: "GET /workspaces/*", Nth: 3, Times: -1, Action: scalrsim.Status, Status: 503}}
	p = newStepTest(t, outage, "dry-run=false", "wait-for-lock=1m").play().want(3, "error-code=workspace-locked")
	if p.took > 80*time.Second {
		t.Errorf("ended after %s", p.took)
	}
	nothing(p)

	// The step does not wait if there are other problems.
	local := lockedScenario(t, scalrsim.LockedByPerson, 0)
	local.Config.Workspace = map[string]any{"execution-mode": "local"}
	p = newStepTest(t, local, "dry-run=false", "wait-for-lock=1m").play().want(3, "error-code=workspace-local")
	if p.took > 10*time.Second {
		t.Errorf("ended after %s", p.took)
	}

	// The mode check reports the lock without waiting.
	p = newStepTest(t, locked, "mode=check", "dry-run=false", "wait-for-lock=1m").play().
		want(3, "error-code=check-failed").
		logContains("ada@acme.example")
	if p.took > 10*time.Second {
		t.Errorf("a check took %s", p.took)
	}
}
