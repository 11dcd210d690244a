package progress_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
)

// TestLogIsBounded checks that a server that reports different policy checks and a different status in every
// response causes log lines for at most 1000 checks and 20 statuses.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newRecorder(t)
		for poll := range 50 {
			run := scalr.Run{ID: "run-1", Status: scalr.Status(fmt.Sprintf("odd_%d", poll))}
			for check := range 100 {
				run.Policies = append(run.Policies, scalr.PolicyCheck{
					ID:       fmt.Sprintf("p-%d-%d", poll, check),
					Status:   "hard_failed",
					Policies: []scalr.Policy{{Name: "a", Result: "hard_failed"}, {Name: "b", Result: "hard_failed"}},
				})
			}
			time.Sleep(time.Second)
			s.Polled(run)
		}
		for text, most := range map[string]int{
			"policy check":    1000,
			`" hard failed: `: 1000,
			"further failed policies are listed in Scalr": 1,
			"unknown": 20,
		} {
			if l := bytes.Count(s.output.Bytes(), []byte(text)); l != most {
				t.Errorf("%q is logged %d times, want %d", text, l, most)
			}
		}
	})
}

// TestFailedPoliciesAreBounded: after 1000 failed policies, a line says where the further ones are, if there are any.
func TestFailedPoliciesAreBounded(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]int{999: 0, 1000: 0, 1001: 1, 1002: 1} {
		synctest.Test(t, func(t *testing.T) {
			s := newRecorder(t)
			failed := slices.Repeat([]scalr.Policy{{Name: "a", Result: "hard_failed"}}, count)
			s.Polled(scalr.Run{Status: "policy_checked", Policies: []scalr.PolicyCheck{{ID: "p-1", Status: "hard_failed", Policies: failed}}})
			const line = "further failed policies are listed in Scalr: https://acme.scalr.test/run-1\n"
			if got := strings.Count(s.output.String(), line); got != want {
				t.Errorf("%d failed policies: got %d lines, want %d", count, got, want)
			}
			if got := strings.Count(s.output.String(), `"a" hard failed`); got != min(count, 1000) {
				t.Errorf("%d failed policies: got %d", count, got)
			}
		})
	}
}

// TestQueuesForAgents: in four statuses a run waits for an agent, which is looked up after ten seconds.
func TestQueuesForAgents(t *testing.T) {
	t.Parallel()
	for status, queued := range map[string]bool{
		"pending": false, "pre_plan_queued": true, "pre_plan_running": false, "plan_queued": true, "planning": false,
		"confirmed": false, "pre_apply_queued": true, "pre_apply_running": false, "apply_queued": true, "applying": false,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newRecorder(t)
			s.Agents = func() (scalr.AgentPool, bool) { s.lookups++; return scalr.AgentPool{}, false }
			s.poll(0, status)
			s.poll(10*time.Second-1, status)
			if s.lookups != 0 {
				t.Errorf("%s: looked up before ten seconds", status)
			}
			s.poll(1, status)
			if (s.lookups == 1) != queued {
				t.Errorf("%s: looked up %d times", status, s.lookups)
			}
		})
	}
}
