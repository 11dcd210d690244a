package progress_test

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
)

// TestAnswersDoNotFillTheLog: a server that names other policy checks, and another
// status, in every answer is told of at most a thousand each, and of twenty.
func TestAnswersDoNotFillTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		for answer := range 50 {
			run := scalr.Run{ID: "run-1", Status: scalr.Status(fmt.Sprintf("odd_%d", answer))}
			for check := range 100 {
				run.Policies = append(run.Policies, scalr.PolicyCheck{ID: fmt.Sprintf("p-%d-%d", answer, check), Status: "hard_failed",
					Policies: []scalr.Policy{{Name: "a", Result: "hard_failed"}, {Name: "b", Result: "hard_failed"}}})
			}
			time.Sleep(time.Second)
			s.Look(run)
		}
		for text, most := range map[string]int{"policy check": 1000, `" hard failed: `: 1000, "further failed policies are listed in Scalr": 1, "not known here": 20} {
			if n := bytes.Count(s.paper.Bytes(), []byte(text)); n != most {
				t.Errorf("%q is told %d times, want %d", text, n, most)
			}
		}
	})
}
