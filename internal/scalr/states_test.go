package scalr_test

import (
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// TestTaskStates: the meaning of Scalr's task statuses.
func TestTaskStates(t *testing.T) {
	t.Parallel()
	for status, want := range map[scalr.TaskStatus]struct{ final, started bool }{
		"":            {false, false},
		"pending":     {false, false},
		"queued":      {false, false},
		"running":     {false, true},
		"finished":    {true, true},
		"canceled":    {true, true},
		"errored":     {true, true},
		"unreachable": {true, false},
		"passed":      {true, true},
		"soft_failed": {false, true},
		"hard_failed": {true, true},
		"overridden":  {true, true},
		"something":   {false, true},
	} {
		if status.Final() != want.final || status.Started() != want.started {
			t.Errorf("%q: final %v, started %v, want %+v", status, status.Final(), status.Started(), want)
		}
	}
	for status, want := range map[scalr.TaskStatus]string{scalr.TaskRunning: "running", scalr.TaskSoftFailed: "soft_failed"} {
		if string(status) != want {
			t.Errorf("got %q, want %q", status, want)
		}
	}
}

// TestWorkspaceOfLockedEnvironment: the environment's settings that affect a workspace are read with it.
func TestWorkspaceOfLockedEnvironment(t *testing.T) {
	t.Parallel()
	client, _ := respondingWith(t, `{"data":{"type":"workspaces","id":"ws-1","attributes":{"name":"network","locked":false},"relationships":{`+
		`"environment":{"data":{"type":"environments","id":"env-1"}}}},"included":[{"type":"environments","id":"env-1","attributes":{`+
		`"name":"prod","locked":true,"lock-reason":"maintenance","cost-estimation-enabled":true},"relationships":{`+
		`"default-workspace-agent-pool":{"data":{"type":"agent-pools","id":"apool-1"}}}}]}`)
	w, err := client.Workspace(t.Context(), "ws-1")
	if err != nil || w.Locked || !w.EnvironmentLocked || w.EnvironmentLockReason != "maintenance" || w.Environment != "prod" ||
		w.CostEstimation == nil || !*w.CostEstimation || w.EnvironmentAgentPoolID != "apool-1" {
		t.Errorf("got %+v, %v", w, err)
	}
}

// TestCreationsGiveUp: a creation that is refused by a rate limit is retried for two minutes.
func TestCreationsGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{})
		r.Sim.AddFault(scalrtest.Status("POST /tags", 429, -1))
		began := time.Now()
		_, created, err := r.EnsureTag(t.Context(), "eu")
		if took := time.Since(began); err == nil || created || took < 80*time.Second || took > 121*time.Second {
			t.Errorf("created %v, %v after %s", created, err, took)
		}
	})
}
