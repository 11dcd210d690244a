package progress_test

import (
	"errors"
	"fmt"
	"time"

	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/scalr"
)

func dryRun(s *recorder) {
	s.Enter(progress.Bundle)
	s.Infof("Packed 3 files")
	time.Sleep(1200 * time.Millisecond)
	s.Close()
	s.poll(0, "pending")
	s.poll(time.Second, "planning")
	s.poll(time.Second, "planning")
	s.log(scalr.PlanPhase, "Initializing...\nRefre")
	s.poll(time.Second, "planning")
	s.log(scalr.PlanPhase, "shing...\nPlan: 1 to add\n")
	s.poll(2*time.Second, "planned_and_finished")
	s.Close()
	if got := fmt.Sprint(s.Stages()); got != "[{Bundle 1.2s} {Queue 1s} {Plan 4s}]" {
		s.t.Errorf("stages: %s", got)
	}
	if got := s.copy.String(); got != "Initializing...\nRefreshing...\nPlan: 1 to add\n" {
		s.t.Errorf("the copy has %q", got)
	}
}

func apply(s *recorder) {
	for _, status := range []string{"pending", "plan_queued", "planning", "planned", "cost_estimating", "cost_estimated",
		"policy_checking", "policy_checked", "confirmed", "apply_queued", "applying", "applied"} {
		s.poll(2*time.Second, status)
		switch status {
		case "planning":
			s.log(scalr.PlanPhase, "Plan: 1 to add\n")
		case "applying":
			s.log(scalr.ApplyPhase, "Apply complete!\n")
		}
	}
	s.Close()
}

func confirmedLater(s *recorder) {
	s.poll(0, "planning")
	s.log(scalr.PlanPhase, "Plan: 1 to add\n")
	s.poll(time.Second, "planned")
	s.poll(time.Second, "planned")
	s.Close()
	s.Infof("Confirmed run run-1")
	s.poll(time.Second, "planned")
	s.poll(time.Second, "confirmed")
	s.poll(time.Second, "applying")
	s.log(scalr.ApplyPhase, "Apply complete!\n")
	s.poll(time.Second, "applied")
	s.Close()
	if got := fmt.Sprint(s.Stages()); got != "[{Plan 3s} {Apply 2s}]" {
		s.t.Errorf("stages: %s", got)
	}
}

func queued(s *recorder) {
	blocking := scalr.Run{ID: "run-0", Status: "planning"}
	s.BlockingRun = func() (scalr.Run, bool) { s.lookups++; return blocking, true }
	yes := true
	waits := func(after time.Duration, place int) {
		time.Sleep(after)
		s.Polled(scalr.Run{ID: "run-1", Status: "pending", Position: &place})
	}
	waits(0, 0) // not in a queue yet
	waits(time.Second, 2)
	waits(time.Second, 2)
	waits(2*time.Second, 1)
	blocking.Status, blocking.Plan = "planned", &scalr.Plan{Status: "finished", HasChanges: &yes}
	for range 60 {
		waits(10*time.Second, 1)
	}
	s.poll(time.Second, "planning")
	s.Close()
	if s.lookups != 5 {
		s.t.Errorf("looked up the blocking run %d times, want 5: for each position, and every five minutes", s.lookups)
	}
}

func agents(s *recorder) {
	pool, known := scalr.AgentPool{Name: "private"}, true
	s.Agents = func() (scalr.AgentPool, bool) { s.lookups++; return pool, known }
	waits := func(status string, times int) {
		for range times {
			s.poll(5*time.Second, status)
		}
	}
	waits("plan_queued", 14) // the pool has no agents
	pool.Agents = []scalr.Agent{{Name: "runner-1", Status: "busy"}, {Name: "runner-2"}}
	waits("plan_queued", 60)
	waits("planning", 1)
	for range 4 {
		pool.Agents = append(pool.Agents, scalr.Agent{Name: "more", Status: "offline"})
	}
	waits("apply_queued", 4)
	pool, known = scalr.AgentPool{}, false
	waits("apply_queued", 60)
	s.poll(time.Second, "applying")
	s.Close()
	if s.lookups != 4 {
		s.t.Errorf("looked up the agents %d times, want 4: every five minutes, and for each queue", s.lookups)
	}
}

func hooks(s *recorder) {
	for _, status := range []string{
		"pending", "pre_plan_queued", "pre_plan_running", "pre_plan_finished", "plan_queued",
		"planning", "planned",
		"post_plan_running", "post_plan_finished", "cost_estimating",
		"cost_estimated", "confirmed", "pre_apply_queued", "pre_apply_running",

		"pre_apply_finished", "apply_queued", "applying", "post_apply_running",
		"post_apply_finished", "applied",
	} {
		s.poll(time.Second, status)
	}
	s.Close()
}

// earlierStatus plays a run that is queued again after the Logger was closed. The queue counts as part of the
// stage that the run had reached.
func earlierStatus(s *recorder) {
	s.poll(0, "pre_plan_running")
	s.Close()
	s.Infof("Confirmed run run-1")
	s.poll(time.Second, "plan_queued")
	s.poll(time.Second, "planning")
	s.Close()
	s.poll(time.Second, "quantum_checking")
	s.poll(time.Second, "errored")
	s.Close()
}

func betweenPolls(s *recorder) {
	s.poll(0, "pending")
	s.poll(time.Second, "pending")
	time.Sleep(1500 * time.Millisecond)
	s.log(scalr.PlanPhase, "Plan: 1 to add\n")
	s.poll(0, "confirmed")
	s.poll(2*time.Second, "applying")
	time.Sleep(2 * time.Second)
	s.log(scalr.ApplyPhase, "Apply complete!\n")
	s.poll(0, "applied")
	s.Close()
}

func lateLog(s *recorder) {
	s.poll(0, "planning")
	s.log(scalr.PlanPhase, "first\nha")
	s.poll(time.Second, "cost_estimating")
	s.log(scalr.PlanPhase, "lf\nlast half")
	s.poll(time.Second, "cost_estimating")
	s.poll(time.Second, "cost_estimated")
	s.poll(time.Second, "policy_checking")
	s.Log(scalr.PlanPhase).Close()
	s.poll(time.Second, "applying")
	s.log(scalr.ApplyPhase, "Apply complete")
	s.poll(time.Second, "applied")
	s.Close()
}

func rewritten(s *recorder) {
	s.poll(0, "planning")
	s.log(scalr.PlanPhase, "first\nha")
	s.Restarted(scalr.PlanPhase)
	s.log(scalr.PlanPhase, "other\n")
	s.poll(time.Second, "errored")
	s.Close()
	if got := s.copy.String(); got != "other\n" {
		s.t.Errorf("the copy has %q", got)
	}
}

func unknownStatus(s *recorder) {
	s.poll(0, "planning")
	for range 3 {
		s.poll(time.Second, "quantum_checking")
	}
	s.poll(time.Second, "policy_checking")
	for range 3 {
		s.poll(time.Second, "quantum_checking")
	}
	s.poll(time.Second, "planned_and_finished")
	s.Close()
}

func heartbeats(s *recorder) {
	for range 20 {
		s.poll(10*time.Second, "planning")
	}
	for range 20 { // no heartbeat while a log grows
		s.poll(10*time.Second, "planning")
		s.log(scalr.PlanPhase, "moving\n")
	}
	for range 370 {
		s.poll(10*time.Second, "planning")
	}
	s.Close()
}

func logTrouble(s *recorder) {
	s.poll(0, "planning")
	s.LogTrouble(scalr.PlanPhase, errors.New("read the plan log: storage answered 503"))
	s.LogTrouble(scalr.ApplyPhase, &scalr.Error{Op: scalr.Op{Operation: scalr.OpReadRun}, HTTPStatus: 503}) // printed without the operation
	s.poll(time.Second, "planned_and_finished")
	s.Close()
}

func pollTrouble(s *recorder) {
	refused := &scalr.Error{Op: scalr.Op{Operation: scalr.OpReadRun}, HTTPStatus: 403, Note: "Forbidden: Blocked"}
	moved := &scalr.Error{HTTPStatus: 302, Location: "https://login.test"}
	s.poll(0, "applying")
	s.PollTrouble(refused)
	for range 8 { // two servers take turns, and one of them refuses each poll
		s.poll(10*time.Second, "applying")
		s.PollTrouble(moved)
	}
	s.poll(time.Minute, "applying")
	s.PollTrouble(errors.New("no response"))
	s.poll(time.Second, "applied")
	s.Close()
}

func noLog(s *recorder) {
	s.poll(0, "planning")
	s.poll(350*time.Millisecond, "canceled")
	s.Close()
}

func alreadyFinished(s *recorder) {
	s.log(scalr.PlanPhase, "Plan: 1 to add\n")
	s.log(scalr.ApplyPhase, "Apply complete!\n")
	s.poll(0, "applied")
	s.Close()
	if len(s.Stages()) != 0 {
		s.t.Errorf("stages: %v, want none: their durations were not observed", s.Stages())
	}
}

func retries(s *recorder) {
	s.poll(0, "planning")
	down := errors.New("read run run-1: Scalr answered 503")
	for i := range 40 {
		time.Sleep(10 * time.Second)
		s.Retrying(scalr.Retry{
			Op:      scalr.Op{Operation: scalr.OpReadRun, Object: "run-1"},
			Attempt: i,
			Wait:    10 * time.Second,
			Err:     down,
		})
		if i == 20 {
			s.Retrying(scalr.Retry{
				Op:      scalr.Op{Operation: scalr.OpReadRun, Object: "run-1"},
				Attempt: i,
				Wait:    1234 * time.Millisecond,
				Err:     errors.New("read run run-1: connection refused"),
			})
		}
	}
	s.Close()
}

// passedStages plays a run whose remaining stages have all finished at the next poll.
func passedStages(s *recorder) {
	run := scalr.Run{
		Status:   "applying",
		Cost:     &scalr.CostEstimate{ID: "ce-1", Status: "finished", Prior: "1", Proposed: "2", Delta: "1"},
		Policies: []scalr.PolicyCheck{{ID: "polc-1", Status: "passed", Passed: 3}},
	}
	s.poll(0, "pending")
	time.Sleep(10 * time.Second)
	s.log(scalr.PlanPhase, "Plan: 1 to add\n")
	s.Polled(run)
	time.Sleep(time.Second)
	s.log(scalr.ApplyPhase, "Error: no\n")
	run.Status = "errored"
	s.Polled(run)
	s.Close()
}

// resultsAtEnd plays a run that is final at the second poll, which reports the cost and the policies for the first time.
func resultsAtEnd(s *recorder) {
	s.poll(0, "planning")
	time.Sleep(10 * time.Second)
	s.Polled(scalr.Run{
		Status:   "planned_and_finished",
		Cost:     &scalr.CostEstimate{ID: "ce-1", Status: "finished", Prior: "1", Proposed: "2", Delta: "1"},
		Policies: []scalr.PolicyCheck{{ID: "polc-1", Status: "passed", Passed: 3}},
	})
	s.Close()
	if got := fmt.Sprint(s.Stages()); got != "[{Plan 0s}]" { // until the last poll that reported the stage
		s.t.Errorf("stages: %s", got)
	}
}

// incompleteLines plays logs whose last line is complete, incomplete, or ends with a carriage return, each followed by
// a status. Only the incomplete line is printed after that, in a group of its own.
func incompleteLines(s *recorder) {
	for _, step := range []struct{ last, status string }{
		{"complete\n", "confirmed"},
		{"incomplete", "apply_queued"},
		{"50 %\r", "applying"},
	} {
		s.log(scalr.PlanPhase, step.last)
		s.poll(time.Second, step.status)
		s.Log(scalr.PlanPhase).Close()
	}
	s.Close()
}

// singleBytes plays a log that arrives byte by byte, with empty reads in between, which open no group.
func singleBytes(s *recorder) {
	s.poll(0, "pending")
	s.log(scalr.PlanPhase, "")
	s.poll(time.Second, "planning")
	for _, c := range "Plan: 1 to add\nx" {
		s.log(scalr.PlanPhase, string(c))
		s.log(scalr.PlanPhase, "")
	}
	s.Close()
	if got := s.copy.String(); got != "Plan: 1 to add\nx" {
		s.t.Errorf("the copy has %q", got)
	}
}

// blocked plays a run that waits for runs of known and unknown users, of which one waits for a person.
func blocked(s *recorder) {
	blocking, known := scalr.Run{ID: "run-0", Status: "apply_queued", CreatedBy: "jane@acme.io"}, true
	s.BlockingRun = func() (scalr.Run, bool) { return blocking, known }
	waits := func(place int, dry bool) {
		time.Sleep(time.Second)
		s.Polled(scalr.Run{ID: "run-1", Status: "pending", Position: &place, Dry: dry})
	}
	waits(4, true)
	waits(3, false)
	blocking.CreatedBy, blocking.Plan, blocking.Status = "", &scalr.Plan{Status: "finished", HasChanges: new(true)}, "planned"
	waits(2, false)
	blocking.CreatedBy = "joe@acme.io"
	waits(1, false)
	known = false
	waits(5, false)
	s.Close()
}

// failedBefore plays a run that had failed before the first poll: its status belongs to no stage.
func failedBefore(s *recorder) {
	s.log(scalr.PlanPhase, "Error: no\n")
	s.poll(time.Second, "errored")
	s.Close()
}

// inferredTwice plays a run whose stages both begin with their logs. A poll in between makes their durations known.
func inferredTwice(s *recorder) {
	s.poll(0, "pending")
	time.Sleep(time.Second)
	s.log(scalr.PlanPhase, "Plan: 1 to add\n")
	s.poll(time.Second, "planning")
	s.poll(time.Second, "planning")
	time.Sleep(time.Second)
	s.log(scalr.ApplyPhase, "Apply complete!\n")
	s.poll(time.Second, "applied")
	s.Close()
	if got := fmt.Sprint(s.Stages()); got != "[{Queue 0s} {Plan 3s} {Apply 2s}]" {
		s.t.Errorf("stages: %s", got)
	}
}
