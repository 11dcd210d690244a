package action

import (
	"context"
	"errors"
	"time"

	"scalr-run-action/internal/scalr"
)

// notYet is for how long a run that refuses to be confirmed is taken for one that
// only passes through the status in which it seems to wait.
const notYet = 30 * time.Second

// confirm agrees to the apply of a run that waits for it, and follows the apply
// to its end. A conflict means not yet, or not any more: the run is looked at again.
func (r *runStory) confirm(ctx context.Context, run scalr.Run) (outcome, error) {
	for began := time.Now(); ; {
		err := r.client.Confirm(ctx, run.ID, r.comment("confirmed"))
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			// It may or may not have arrived: the run is looked at and stopped by its state.
			return r.ended(ctx, run, run.Status)
		}
		if !errors.Is(err, scalr.ErrConflict) {
			return outcome{}, err
		}
		if err := pause(ctx, r.env.Pace.Moving); err != nil {
			return outcome{}, err
		}
		look, lookErr := r.client.Look(ctx, run.ID)
		switch {
		case lookErr != nil:
			return outcome{}, lookErr
		case look.Status.Applying(), look.Status.Over():
			run = look
			return r.ended(ctx, run, "")
		case look.Status == run.Status && look.Waiting() && time.Since(began) > notYet:
			return outcome{}, found(codeNotWaiting, "Scalr does not let run %s be confirmed while it is %q: %s.", run.ID, look.Status, sentence(err))
		}
		run = look
	}
	r.job.Infof("Confirmed run %s", run.ID)
	if !r.in.Wait {
		return outcome{result: "started"}, nil
	}
	return r.ended(ctx, run, run.Status)
}

// ended follows a run that was sent on, and says how it ended; nothing is
// decided about it any more.
func (r *runStory) ended(ctx context.Context, run scalr.Run, leaving scalr.Status) (outcome, error) {
	ending, err := r.follow(ctx, run, leaving)
	if err != nil {
		return outcome{}, err
	}
	if ending.Told != nil {
		return r.stopped(ctx, ending), nil
	}
	return ofRun(ending.Run), nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
