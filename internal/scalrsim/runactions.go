package scalrsim

import (
	"slices"
	"strings"
	"time"
)

// act implements confirm_run, cancel_run, discard_run and force_run of openapi.yml.
func act(verb string, members ...string) func(*Server, *call) reply {
	return func(s *Server, c *call) reply {
		r := s.run(c.ids[0])
		if r == nil {
			return notFound("Run", c.ids[0])
		}
		s.unknownMembers(c, "", c.doc, members...)
		comment, _ := c.doc["comment"].(string)
		action := RunAction{Verb: verb, Comment: comment, At: s.now(), In: r.status}
		a := s.perform(r, verb, comment)
		action.Answer = a.status
		r.actions = append(r.actions, action)
		return a
	}
}

func (s *Server) perform(r *run, verb, comment string) reply {
	switch verb {
	case "apply":
		return s.confirm(r, comment)
	case "cancel":
		return s.cancel(r, comment)
	case "discard":
		return s.discard(r, comment)
	}
	return s.force(r, comment)
}

// waitsForConfirm reports whether the run waits for confirmation.
func (r *run) waitsForConfirm() bool {
	return r.steps[r.step].Waits && slices.Contains([]string{"planned", "cost_estimated", "policy_checked",
		"planned_and_saved", "post_plan_finished"}, r.status)
}

func (s *Server) confirm(r *run, comment string) reply {
	if !r.waitsForConfirm() {
		return conflict("The run is not paused for confirmation.")
	}
	s.queue(r, queuedAction{verb: "confirm", comment: comment, due: s.now().Add(s.paced(r.script.ConfirmTakes))})
	return empty(202)
}

func (s *Server) discard(r *run, comment string) reply {
	if !r.discardable() {
		return conflict("The run is not paused for confirmation or priority.")
	}
	s.queue(r, queuedAction{verb: "discard", comment: comment, due: s.now().Add(s.paced(r.script.DiscardTakes))})
	return empty(202)
}

// queuedAction is an accepted confirm or discard that takes effect later.
type queuedAction struct {
	verb, comment string
	due           time.Time
}

// queue queues an accepted action. An action without a delay takes effect within the request.
func (s *Server) queue(r *run, a queuedAction) {
	r.queued = append(r.queued, a)
	slices.SortStableFunc(r.queued, func(a, b queuedAction) int { return a.due.Compare(b.due) })
	s.advanceRun(r, s.now())
}

// performQueued removes the first action from the queue. It performs the action unless the status of the run has
// changed in the meantime.
func (s *Server) performQueued(r *run, at time.Time) {
	a := r.queued[0]
	r.queued = slices.Clone(r.queued[1:])
	switch {
	case a.verb == "confirm" && r.waitsForConfirm():
		s.proceed(r, botEmail, a.comment, at)
	case a.verb == "discard" && r.discardable():
		r.stopBy, r.stopWhy = botEmail, a.comment
		s.endRun(r, "discarded", at)
	}
}

// discardable reports whether the run is pending or waits for a person.
func (r *run) discardable() bool {
	return r.waitsForConfirm() || r.status == "pending" || r.status == "policy_override"
}

func (s *Server) cancel(r *run, comment string) reply {
	script := r.script
	switch {
	case r.status == "canceled":
		return empty(204)
	case r.status == "pending", r.steps[r.step].Waits, terminal(r.status), s.idle(r), script.StrictCancel && !strings.HasSuffix(r.status, "ing"):
		return conflict("The run is not planning or applying.")
	}
	if script.IgnoreStop {
		return empty(202)
	}
	r.stopBy, r.stopWhy = botEmail, comment
	if r.work != nil {
		r.work.interrupt()
		return empty(202)
	}
	if r.stopAt.IsZero() {
		r.stopAt = s.now().Add(s.paced(orFor(script.CancelTakes, passing)))
	}
	return empty(202)
}

// idle reports whether the run continues automatically but has no running task to interrupt.
func (s *Server) idle(r *run) bool {
	return slices.Contains([]string{"planned", "cost_estimated", "policy_checked", "post_plan_finished"}, r.status)
}

// force starts a pending run before earlier runs that wait for a person, by canceling those.
func (s *Server) force(r *run, comment string) reply {
	w := s.lookup("workspaces", r.workspace)
	if r.status != "pending" || w.attributes["force-latest-run"] == true {
		return conflict("The run cannot be forced.")
	}
	for _, other := range s.ahead(r) {
		if other.status == "pending" || other.steps[other.step].Waits {
			other.stopBy, other.stopWhy = botEmail, comment
			s.endRun(other, "canceled", s.now())
		}
	}
	return empty(202)
}
