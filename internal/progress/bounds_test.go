package progress_test

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
)

// TestLogIsBounded: if a server reports different policy checks, and a different status, in every response, at most a
// thousand checks and twenty statuses are logged.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		for answer := range 50 {
			run := scalr.Run{ID: "run-1", Status: scalr.Status(fmt.Sprintf("odd_%d", answer))}
			for check := range 100 {
				run.Policies = append(run.Policies, scalr.PolicyCheck{
					ID:       fmt.Sprintf("p-%d-%d", answer, check),
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
