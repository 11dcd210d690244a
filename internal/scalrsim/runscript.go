package scalrsim

import (
	"slices"
	"time"
)

// terminal reports whether Scalr's document, openapi.yml, considers a status final.
func terminal(status string) bool {
	return slices.Contains([]string{"applied", "planned_and_finished", "errored", "discarded", "canceled",
		"post_apply_running", "post_apply_finished"}, status)
}

// advanceRun advances the run to the given time. Each event occurs at its own time.
func (s *Server) advanceRun(r *run, now time.Time) {
	for {
		due, event := s.next(r)
		if event == nil || due.After(now) {
			return
		}
		event(due)
	}
}

// next returns the next event of the run that requires no request, or nil.
func (s *Server) next(r *run) (due time.Time, event func(at time.Time)) {
	due, event = s.stepEnd(r)
	for i, d := range r.externalActions {
		at := r.since.Add(s.paced(d.After))
		if d.When == r.status && (event == nil || at.Before(due)) {
			due, event = at, func(at time.Time) {
				r.externalActions = slices.Delete(slices.Clone(r.externalActions), i, i+1)
				s.performExternal(r, d, at)
			}
		}
	}
	if len(r.queued) > 0 && (event == nil || r.queued[0].due.Before(due)) {
		due, event = r.queued[0].due, func(at time.Time) { s.performQueued(r, at) }
	}
	if !r.stopAt.IsZero() && !terminal(r.status) && (event == nil || !r.stopAt.After(due)) {
		due, event = r.stopAt, func(at time.Time) { s.endRun(r, "canceled", at) }
	}
	return due, event
}

// stepEnd returns the event that ends the current step, or nil if the step does not end automatically.
func (s *Server) stepEnd(r *run) (due time.Time, event func(time.Time)) {
	step := r.steps[r.step]
	switch {
	case step.executes != "":
		if r.work == nil || !r.work.done {
			return due, nil
		}
		return r.work.at, func(at time.Time) { s.finishWork(r, at) }
	case step.Waits, r.step == len(r.steps)-1, !r.stopAt.IsZero() && r.script.CancelTakes > 0: // the run is being canceled
		return due, nil
	case r.step == 0 && r.status == "pending":
		at, ok := s.startTime(r)
		if !ok {
			return due, nil
		}
		return at, func(at time.Time) { s.nextStep(r, at) }
	}
	return r.since.Add(s.paced(step.For)), func(at time.Time) { s.nextStep(r, at) }
}

// startTime returns the time at which a pending run may start. Dry runs run in parallel. Other runs wait for each
// earlier run that is not dry, even if that run waits for a person.
func (s *Server) startTime(r *run) (at time.Time, ok bool) {
	if s.isBlocked(r) {
		r.blocked = time.Now()
		return at, false
	}
	at = later(r.created, r.blocked)
	if !r.dry {
		for _, other := range s.ahead(r) {
			if other.ended.IsZero() {
				return at, false
			}
			at = later(at, other.ended)
		}
	}
	return at.Add(s.paced(passing)), true
}

// isBlocked reports whether a lock or a missing upload prevents the run from starting.
func (s *Server) isBlocked(r *run) bool {
	v := s.version(r.version)
	if !v.bound {
		s.process(v) // does not depend on reads of the version
	}
	w := s.lookup("workspaces", r.workspace)
	if w == nil || s.lockBlocks(w) && !r.dry || v.status == "pending" && !v.bound {
		return true
	}
	e := s.lookup("environments", w.relatedID("environment"))
	return e == nil || e.attributes["locked"] == true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// ahead returns the earlier runs of the workspace that are not dry, including finished ones.
func (s *Server) ahead(r *run) []*run {
	var found []*run
	for _, other := range s.runs {
		if other == r {
			break
		}
		if other.workspace == r.workspace && !other.dry {
			found = append(found, other)
		}
	}
	return found
}

// position returns the position of the run in the queue, or 0 if it is not queued.
func (s *Server) position(r *run) int {
	if r.status != "pending" || r.dry {
		return 0
	}
	n := 0
	for _, other := range s.ahead(r) {
		if other.ended.IsZero() {
			n++
		}
	}
	return n
}

func (s *Server) nextStep(r *run, at time.Time) {
	r.step++
	s.enter(r, r.steps[r.step], at)
}

// enter starts a step.
func (s *Server) enter(r *run, step Step, at time.Time) {
	before := r.status
	r.status, r.since = step.Status, at
	if n := len(r.transitions); n == 0 || r.transitions[n-1].Status != step.Status { // a step with the same status only appends to the log
		r.transitions = append(r.transitions, Transition{Status: step.Status, By: step.By, Reason: step.Reason, At: at})
	}
	if step.Error != "" {
		r.problem = step.Error
	}
	s.updateStages(r, before, at)
	r.overrideStages(step)
	s.appendLog(r, step, at)
	if terminal(step.Status) && r.ended.IsZero() {
		r.ended = at
	}
	if step.Status == "applied" {
		s.applied(r)
	}
	if step.executes != "" {
		s.executor.start(r, step.executes)
	}
}

// endRun ends the run at the given time.
func (s *Server) endRun(r *run, status string, at time.Time) {
	r.steps = append(slices.Clone(r.steps[:r.step+1]), Step{Status: status, By: r.stopBy, Reason: r.stopWhy})
	r.stopAt = time.Time{}
	s.nextStep(r, at)
}

// performExternal performs the action of another user.
func (s *Server) performExternal(r *run, d ExternalAction, at time.Time) {
	switch d.Verb {
	case "cancel", "discard":
		r.stopBy, r.stopWhy = d.By, d.Comment
		s.endRun(r, map[string]string{"cancel": "canceled", "discard": "discarded"}[d.Verb], at)
	case "confirm", "override":
		s.proceed(r, d.By, d.Comment, at)
	}
}

// proceed continues a run that waits for a person.
func (s *Server) proceed(r *run, by, comment string, at time.Time) {
	if r.step == len(r.steps)-1 {
		r.steps = append(slices.Clone(r.steps), s.applySteps(r)...)
	}
	r.steps = slices.Clone(r.steps)
	r.steps[r.step+1].By, r.steps[r.step+1].Reason = by, comment
	s.nextStep(r, at)
}

// applied updates the workspace after an apply.
func (s *Server) applied(r *run) {
	if r.planned != nil {
		return // finishWork has set the outputs of the tool
	}
	w := s.lookup("workspaces", r.workspace)
	w.attributes["has-resources"] = !r.flag("is-destroy")
	s.outputs[r.workspace] = r.script.Outputs
	if r.flag("is-destroy") {
		s.outputs[r.workspace] = nil
	}
}
