package scalrsim

import "time"

// Lock is the lock of the workspace network before the first request. The zero value leaves the workspace unlocked.
type Lock struct {
	By     LockHolder
	Reason string
	// For is the duration of the lock from the start of the server and, for [LockedByRun], of the run; 0
	// means unlimited.
	For time.Duration
}

// LockHolder is the kind of a lock's holder.
type LockHolder string

// The holders that Workspace of openapi.yml allows: a user in `locked-by`, or a run in `locked-by-run`, which
// may have finished (force_run).
const (
	LockedByPerson      LockHolder = "person"
	LockedByRun         LockHolder = "run"
	LockedByFinishedRun LockHolder = "finished-run"
)

// placeLock locks the workspace if the scenario requires it.
func (s *Server) placeLock(w *resource) {
	lock := s.scenario.Config.Lock
	switch lock.By {
	case LockedByPerson:
		w.relationships["locked-by"] = toOne("users", adaID)
	case LockedByRun:
		step := Step{Status: "applying", For: lock.For, Waits: lock.For == 0}
		w.relationships["locked-by-run"] = toOne("runs", s.addOtherRun(w.id, step, Step{Status: "applied"}).id)
	case LockedByFinishedRun:
		w.relationships["locked-by-run"] = toOne("runs", s.addOtherRun(w.id, Step{Status: "applying"}, Step{Status: "errored"}).id)
	default:
		return
	}
	w.attributes["locked"], w.attributes["lock-reason"] = true, nil
	if lock.Reason != "" {
		w.attributes["lock-reason"] = lock.Reason
	}
}

// addOtherRun adds a run of another user, which starts immediately.
func (s *Server) addOtherRun(workspace string, steps ...Step) *run {
	v := &version{id: s.id("cv"), workspace: workspace, status: "uploaded", created: s.now(), stamps: object{}}
	s.versions = append(s.versions, v)
	r := &run{id: s.id("run"), by: adaID, workspace: workspace, version: v.id, created: s.now(),
		script:    s.runScriptIn(workspace),
		effective: object{"source": "ui", "message": "Rotate the certificates"},
		plan:      &stage{id: s.id("plan"), status: "finished"}, apply: &stage{id: s.id("apply"), status: "pending"}, steps: steps}
	s.runs = append(s.runs, r)
	s.enter(r, r.steps[0], r.created)
	return r
}

// expireLock removes the lock of the scenario after it has expired.
func (s *Server) expireLock(now time.Time) {
	lock := s.scenario.Config.Lock
	if s.lockExpired || lock.For == 0 || now.Before(s.started.Add(s.paced(lock.For))) {
		return
	}
	s.lockExpired = true
	if w := s.lookup("workspaces", WorkspaceID); w != nil {
		unlock(w)
	}
}

func unlock(r *resource) {
	r.attributes["locked"], r.attributes["lock-reason"] = false, nil
	r.relationships["locked-by"] = toOne("", "")
	if r.kind == "workspaces" {
		r.relationships["locked-by-run"] = toOne("", "")
	}
}

// lockBlocks reports whether the workspace's lock prevents runs that are not dry from starting. The lock of a
// finished run does not if the workspace has force-latest-run.
func (s *Server) lockBlocks(w *resource) bool {
	if w.attributes["locked"] != true {
		return false
	}
	return !(w.attributes["force-latest-run"] == true && s.finished(w.relatedID("locked-by-run")))
}

func (s *Server) finished(runID string) bool {
	r := s.run(runID)
	return r != nil && !r.ended.IsZero()
}
