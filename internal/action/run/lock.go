package run

import (
	"context"
	"fmt"
	"strings"
	"time"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/units"
)

// lockKind is the kind of lock holder, which determines who can release the lock.
type lockKind int

const (
	notLocked         lockKind = iota
	lockedByPerson             // or by an unreported holder
	lockedByRun                // active: a new run waits for it in the queue
	lockedByFinished           // a finished run that did not release its lock
	lockedByHiddenRun          // a run whose status the token cannot read
)

// lockAdvices is the advice for each kind of lock holder.
var lockAdvices = map[lockKind]string{
	lockedByPerson: step.AdviceLockedByPerson, lockedByFinished: step.AdviceLockedByFinished, lockedByHiddenRun: step.AdviceLockedByHiddenRun,
}

func lockOf(w scalr.Workspace) lockKind {
	holder := w.LockHolder.Status
	switch {
	case w.LockedByRun == "" && w.Locked:
		return lockedByPerson
	case w.LockedByRun == "":
		return notLocked
	case holder == "":
		return lockedByHiddenRun
	case !holder.IsFinal():
		return lockedByRun
	case w.Locked:
		return lockedByFinished
	}
	return notLocked
}

// refusesRuns reports whether the lock blocks a run until a person releases it.
func refusesRuns(w scalr.Workspace) bool {
	kind := lockOf(w)
	return kind == lockedByPerson || kind == lockedByFinished && !w.ForceLatestRun
}

// describeLock returns a sentence without a period: who locked the workspace, why and when.
func describeLock(w scalr.Workspace) string {
	switch lockOf(w) {
	case lockedByPerson:
		return fmt.Sprintf("Workspace %s is locked%s%s", lookup.Title(w), lookup.By(w.LockedBy), step.Because(w.LockReason))
	case lockedByFinished:
		return fmt.Sprintf("Workspace %s is locked by run %s, which has finished (%q%s) and did not release the lock%s",
			lookup.Title(w), w.LockedByRun, w.LockHolder.Status, since(w.LockHolder.Since), step.Because(w.LockReason))
	case lockedByRun:
		return fmt.Sprintf("Workspace %s is locked by run %s, which is running (%q%s)", lookup.Title(w), w.LockedByRun, w.LockHolder.Status,
			since(w.LockHolder.Since))
	case lockedByHiddenRun:
		return fmt.Sprintf("Workspace %s is locked by run %s, whose status the token cannot read", lookup.Title(w), w.LockedByRun)
	}
	return fmt.Sprintf("Workspace %s is not locked", lookup.Title(w))
}

func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " since " + t.UTC().Format(time.RFC3339)
}

// lockProblems returns the preflight problems that the workspace's lock causes.
func (r *command) lockProblems(w scalr.Workspace) []preflightProblem {
	switch kind := lockOf(w); {
	case refusesRuns(w):
		f := step.Refusal{Code: step.CodeWorkspaceLocked, Problem: describeLock(w) + ".", Advice: lockAdvices[kind]}
		if r.in.Dry || r.in.WaitForLock > 0 {
			f.Advice = strings.Replace(f.Advice, step.AdviceWaitForLock, "", 1)
		}
		return []preflightProblem{{Refusal: f, warning: r.in.Dry}}
	case kind == lockedByFinished:
		r.Job.Infof("%s. The workspace's setting force-latest-run lets a new run take it over.", describeLock(w))
	case kind == lockedByRun:
		r.Job.Infof("%s. A run that can apply waits for it in the queue.", describeLock(w))
	case kind == lockedByHiddenRun && !r.in.Dry:
		f := step.Refusal{Code: step.CodeWorkspaceLocked, Problem: describeLock(w) + ". " + lockAdvices[kind]}
		return []preflightProblem{{Refusal: f, warning: true}}
	}
	return nil
}

// waitForLock polls a locked workspace until the lock is released or `wait-for-lock` expires, and returns the last
// known state of the workspace. The step uploads and creates nothing before that.
func (r *command) waitForLock(ctx context.Context, w scalr.Workspace) (scalr.Workspace, error) {
	limit, began := r.in.WaitForLock, time.Now()
	r.Job.Infof("%s. Waiting for up to %s for the lock to be removed (wait-for-lock).", describeLock(w), limit)
	// There is always a last poll at the limit, even if the last interval is short.
	polling, cancel := context.WithTimeout(ctx, limit+lastLockPoll)
	defer cancel()
	minutes := 0 // minutes of waiting logged so far
	for time.Since(began) < limit {
		if retry.Wait(ctx, min(r.Env.Timing.QueueInterval(time.Since(began)), limit-time.Since(began))) != nil {
			return w, r.lockWaitEnded(ctx, w, began)
		}
		now, err := r.client.PollWorkspace(polling, w.ID)
		switch {
		case err != nil && ctx.Err() != nil:
			return w, r.lockWaitEnded(ctx, w, began)
		case err != nil && polling.Err() != nil:
			return w, nil // Scalr was unavailable until the limit: the last known state of the lock counts
		case err != nil:
			return w, err
		case !refusesRuns(now):
			r.Job.Infof("The lock of workspace %s was removed after %s; continuing.", lookup.Title(now), waited(began))
			return now, nil
		}
		changed := describeLock(now) != describeLock(w)
		passed := int(time.Since(began) / time.Minute)
		if w = now; changed || passed > minutes {
			r.Job.Infof("%s. Waited %s of %s.", describeLock(w), waited(began), limit)
			minutes = passed
		}
	}
	r.Job.Infof("The lock was not removed within %s (wait-for-lock).", limit)
	return w, nil
}

// lastLockPoll is the time limit of the last poll of the lock.
const lastLockPoll = 5 * time.Second

// lockWaitEnded logs what the step was waiting for if a timeout or signal ended the wait.
func (r *command) lockWaitEnded(ctx context.Context, w scalr.Workspace, began time.Time) error {
	r.Job.Infof("%s. The step ends after waiting %s for the lock; nothing was uploaded and no run was created.", describeLock(w),
		waited(began))
	return context.Cause(ctx)
}

func waited(began time.Time) string { return units.Duration(time.Since(began)) }
