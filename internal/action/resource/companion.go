// Package resource implements the environment and workspace actions. Each updates one object in Scalr to match the
// inputs, and sends only the differences.
package resource

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// companion is the common part of the environment and workspace actions.
type companion struct {
	*step.Step
	client  *scalr.Client
	out     step.Outputs
	created bool
	changed bool
	tags    lookup.TagResolver
}

// companionTime is the time limit of the whole step. It applies if the server throttles or delays every request,
// since each request has its own limit.
const companionTime = 10 * time.Minute

// run signs in, calls act, sets the common outputs and returns the exit code. Outputs that act has set remain set if
// it fails.
func (c *companion) run(ctx context.Context, access inputs.Access, act func(context.Context) error) int {
	ctx, cancel := c.WithTimeout(ctx, companionTime)
	defer cancel()
	o := step.Outcome{Result: result.Done}
	err := c.signInAndAct(ctx, access, act)
	if err != nil {
		o = step.Explain(ctx, err).ForCompanion()
	}
	created, changed := strconv.FormatBool(c.created), strconv.FormatBool(c.changed)
	if op, pending := pendingChange(err); pending {
		if ctx.Err() != nil {
			o.Problem += fmt.Sprintf(" Scalr had not responded to the request to %s, so it is unknown whether it takes effect.", op)
		} else {
			o.Problem += " It is unknown whether the request takes effect."
		}
		o.Problem += " Re-run the job to complete it."
		if !c.changed {
			changed = ""
		}
		if op.Operation == scalr.OpCreateEnvironment || op.Operation == scalr.OpCreateWorkspace {
			created = ""
		}
	}
	c.out.Set("created", created)
	c.out.Set("changed", changed)
	c.SetResult(o, &c.out)
	return c.Finish(o, &c.out)
}

// pendingChange returns the request for a change that Scalr may execute although the step ended without its response.
func pendingChange(err error) (op scalr.Op, pending bool) {
	var e *scalr.Error
	if !errors.As(err, &e) || !e.Op.Operation.IsChange() || !e.Ambiguous() {
		return scalr.Op{}, false
	}
	return e.Op, true
}

// refusedDeletion reports whether err, a 404, is Scalr's response to the request to delete an object. It is false for a response
// that may not be Scalr's, and for the check before a second request: the first one may have deleted the object.
func refusedDeletion(err error) bool {
	var e *scalr.Error
	return errors.As(err, &e) && !e.Unattributed() && (e.Op.Operation == scalr.OpDeleteEnvironment || e.Op.Operation == scalr.OpDeleteWorkspace)
}

func (c *companion) signInAndAct(ctx context.Context, access inputs.Access, act func(context.Context) error) (err error) {
	if err := c.CheckProxyAndCA(); err != nil {
		return err
	}
	retrying := (&progress.Logger{Job: c.Job}).Retrying
	if c.client, err = c.Step.SignIn(ctx, access, retrying); err != nil {
		return err
	}
	return act(ctx)
}

// recordChange logs a change that was made.
func (c *companion) recordChange(format string, args ...any) {
	c.changed = true
	c.Job.Infof(format, args...)
}

// reportUnchanged logs that nothing was changed, unless something was.
func (c *companion) reportUnchanged() {
	if !c.changed {
		c.Job.Infof("Nothing to change.")
	}
}

// notice logs a notice of a lookup.
func (c *companion) notice(text string) { c.Job.Noticef("%s", text) }

// setTags sets the output tags to the sorted names.
func (c *companion) setTags(tags []scalr.Tag) error {
	return c.out.SetJSON("tags", lookup.TagNames(tags))
}
