// Package resource implements the environment and the workspace action: each updates one object in Scalr to match the
// inputs, and writes only what differs.
package resource

import (
	"context"
	"strconv"
	"time"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// companion is the common part of the environment and the workspace action.
type companion struct {
	*step.Step
	client  *scalr.Client
	out     step.Outputs
	created bool
	changed bool
	tags    lookup.TagResolver
}

// companionTime limits the whole step. Each request has its own limit; this one is for a server that throttles or
// stalls every request.
const companionTime = 10 * time.Minute

// run signs in, executes the command and returns the exit code. The outputs contain what is known by then, regardless
// of how it ends.
func (c *companion) run(ctx context.Context, access inputs.Access, act func(context.Context) error) int {
	ctx, cancel := c.WithTimeout(ctx, companionTime)
	defer cancel()
	o := step.Outcome{Result: result.Done}
	if err := c.signInAndAct(ctx, access, act); err != nil {
		o = ofCompanion(step.Explain(ctx, err))
	}
	c.out.Set("created", strconv.FormatBool(c.created))
	c.out.Set("changed", strconv.FormatBool(c.changed))
	c.SetResult(o, &c.out)
	return c.Finish(o, &c.out)
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

// ofCompanion adapts an outcome to the companion actions: they have no input timeout, different input names, and their
// objects may not exist.
func ofCompanion(o step.Outcome) step.Outcome {
	switch o.Code {
	case step.CodeEnvironmentGone, step.CodeWorkspaceMissing:
		o.Result, o.Input = result.NotFound, ""
	case step.CodeWorkspaceUnclear:
		o.Input = ""
	case step.CodeTimedOut:
		o.Hints, o.Input = []string{step.Advice(step.CodeNoAnswer)}, ""
	}
	return o
}

// recordChange logs a change that was made.
func (c *companion) recordChange(format string, args ...any) {
	c.changed = true
	c.Job.Infof(format, args...)
}

// reportUnchanged logs that there was nothing to change, if so.
func (c *companion) reportUnchanged() {
	if !c.changed {
		c.Job.Infof("Nothing to change.")
	}
}

// notice logs a notice of a lookup.
func (c *companion) notice(text string) { c.Job.Noticef("%s", text) }

// setTags sets the output tags, by name.
func (c *companion) setTags(tags []scalr.Tag) error {
	return c.out.SetJSON("tags", lookup.TagNames(tags))
}
