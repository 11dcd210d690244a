package scalrsim

import (
	"slices"
	"time"
)

// terminal statuses are those that a run never leaves (openapi.yml, Run).
func terminal(status string) bool {
	return slices.Contains([]string{"applied", "planned_and_finished", "errored", "discarded", "canceled",
		"post_apply_running", "post_apply_finished"}, status)
}

// play brings the run up to a moment: event after event, each at its own time.
func (s *Server) play(r *run, now time.Time) {
	for {
		due, happen := s.next(r)
		if happen == nil || due.After(now) {
			return
		}
		happen(due)
	}
}

// next is what happens to the run next, if nobody sends a request.
func (s *Server) next(r *run) (due time.Time, happen func(at time.Time)) {
	due, happen = s.stepEnd(r)
	for i, d := range r.deeds {
		at := r.since.Add(s.paced(d.After))
		if d.When == r.status && (happen == nil || at.Before(due)) {
			due, happen = at, func(at time.Time) {
				r.deeds = slices.Delete(slices.Clone(r.deeds), i, i+1)
				s.deed(r, d, at)
			}
		}
	}
	if len(r.queued) > 0 && (happen == nil || r.queued[0].due.Before(due)) {
		due, happen = r.queued[0].due, func(at time.Time) { s.carryOut(r, at) }
	}
	if !r.stopAt.IsZero() && !terminal(r.status) && (happen == nil || !r.stopAt.After(due)) {
		due, happen = r.stopAt, func(at time.Time) { s.halt(r, "canceled", at) }
	}
	return due, happen
}

// stepEnd is when the current step is over by itself.
func (s *Server) stepEnd(r *run) (due time.Time, happen func(time.Time)) {
	step := r.script[r.step]
	switch {
	case step.executes != "":
		if r.work == nil || !r.work.done {
			return due, nil
		}
		return r.work.at, func(at time.Time) { s.worked(r, at) }
	case step.Rest, r.step == len(r.script)-1, !r.stopAt.IsZero() && r.life.CancelTakes > 0: // the tool is winding up
		return due, nil
	case r.step == 0 && r.status == "pending":
		at, ok := s.turn(r)
		if !ok {
			return due, nil
		}
		return at, func(at time.Time) { s.forward(r, at) }
	}
	return r.since.Add(s.paced(step.For)), func(at time.Time) { s.forward(r, at) }
}

// turn says when a pending run may begin. Dry runs run in parallel; the others
// wait for every earlier one that is not dry, also while it awaits a person.
func (s *Server) turn(r *run) (at time.Time, ok bool) {
	if s.kept(r) {
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

// kept says that a lock or an upload that is still to come keeps the run.
func (s *Server) kept(r *run) bool {
	v := s.version(r.version)
	if !v.bound {
		s.process(v) // nobody need look
	}
	w := s.lookup("workspaces", r.workspace)
	if w == nil || s.holds(w) && !r.dry || v.status == "pending" && !v.bound {
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

// ahead are the runs for which the run has to wait, ended ones too.
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

// position is the run's place in the queue, 0 if it is in none.
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

func (s *Server) forward(r *run, at time.Time) {
	r.step++
	s.enter(r, r.script[r.step], at)
}

// enter begins a step.
func (s *Server) enter(r *run, step Step, at time.Time) {
	before := r.status
	r.status, r.since = step.Status, at
	if n := len(r.moves); n == 0 || r.moves[n-1].Status != step.Status { // a step may only add to a log
		r.moves = append(r.moves, Transition{Status: step.Status, By: step.By, Reason: step.Reason, At: at})
	}
	if step.Error != "" {
		r.problem = step.Error
	}
	s.moveStages(r, before, at)
	r.overrule(step)
	s.grow(r, step, at)
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

// halt ends the run where it is.
func (s *Server) halt(r *run, status string, at time.Time) {
	r.script = append(slices.Clone(r.script[:r.step+1]), Step{Status: status, By: r.stopBy, Reason: r.stopWhy})
	r.stopAt = time.Time{}
	s.forward(r, at)
}

// deed is what another person does.
func (s *Server) deed(r *run, d ExternalAction, at time.Time) {
	switch d.Verb {
	case "cancel", "discard":
		r.stopBy, r.stopWhy = d.By, d.Comment
		s.halt(r, map[string]string{"cancel": "canceled", "discard": "discarded"}[d.Verb], at)
	case "confirm", "override":
		s.decide(r, d.By, d.Comment, at)
	}
}

// decide lets a run go on that rests.
func (s *Server) decide(r *run, by, comment string, at time.Time) {
	if r.step == len(r.script)-1 {
		r.script = append(slices.Clone(r.script), s.applySteps(r)...)
	}
	r.script = slices.Clone(r.script)
	r.script[r.step+1].By, r.script[r.step+1].Reason = by, comment
	s.forward(r, at)
}

// applied is what an apply leaves in the workspace.
func (s *Server) applied(r *run) {
	if r.planned != nil {
		return // the tool has told the outputs
	}
	w := s.lookup("workspaces", r.workspace)
	w.attributes["has-resources"] = !r.flag("is-destroy")
	s.outputs[r.workspace] = r.life.Outputs
	if r.flag("is-destroy") {
		s.outputs[r.workspace] = nil
	}
}
