package progress_test

import (
	"bytes"
	"fmt"
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
