package resource

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/scalr"
)

// absent deletes the environment. It is an error if the environment has workspaces, because Scalr would delete them
// as well.
func (e *environmentCommand) absent(ctx context.Context) error {
	env, ok, err := e.find(ctx)
	if err != nil {
		return err
	}
	if !ok {
		e.Job.Infof("Environment %q not found, or the token cannot read it: nothing to delete.", e.in.Name+e.in.EnvironmentID)
		return nil
	}
	e.recordEnvironment(env)
	evidence, err := e.verifyEmpty(ctx, env)
	if err != nil {
		return err
	}
	attempts, byOther := 0, false
	err = e.client.DeleteEnvironment(ctx, env.ID, func(ctx context.Context) error {
		if err := e.checkStillEmpty(ctx, env); err != nil {
			return err
		}
		if attempts++; attempts == 1 { // not again for each attempt
			e.Job.Infof("Checked right before the deletion: environment %q (%s) has no workspaces; %s.", env.Name, env.ID, evidence)
		}
		return nil
	})
	if lookup.Gone(err) {
		// Either another client has deleted it, or the token may not delete it. Read it again to distinguish them.
		if _, there, lookErr := lookup.EnvironmentByID(ctx, e.client, env.ID); lookErr == nil && !there {
			byOther = attempts == 0 || attempts == 1 && refusedDeletion(err)
			err = nil
		}
	}
	switch {
	case errors.Is(err, scalr.ErrConflict):
		return step.Refuse(step.CodeInUse, "Environment %q (%s) cannot be deleted: %s.", env.Name, env.ID, strings.TrimSuffix(step.Sentence(err), "."))
	case err != nil:
		return err
	case byOther:
		e.Job.Infof("Environment %q (%s) was already deleted by another client: nothing to delete.", env.Name, env.ID)
		return nil
	}
	e.recordChange("Deleted environment %q (%s).", env.Name, env.ID)
	return nil
}

// verifyEmpty returns an error if the environment has workspaces or may have some: with a token that cannot read
// workspaces, every list is empty. It returns the evidence that the empty list is reliable.
func (e *environmentCommand) verifyEmpty(ctx context.Context, env scalr.Environment) (evidence string, err error) {
	inside, err := e.client.EnvironmentContents(ctx, env.ID)
	if err == nil {
		err = checkEmpty(env, inside)
	}
	if err != nil {
		return "", err
	}
	if permission := env.ReadsWorkspaces(); permission != "" {
		return fmt.Sprintf("the token has the permission %s there", permission), nil
	}
	all, err := e.client.AccountContents(ctx, env.ID)
	switch {
	case err != nil:
		return "", err
	case all.Inside.Count > 0:
		return "", checkEmpty(env, all)
	case all.Doubtful.Count > 0:
		return "", unverifiedError(env, "Scalr does not report the environment of %s", some(all.Doubtful))
	case all.Outside == 0:
		return "", unverifiedError(env, "Scalr shows this token no workspace in any environment, so the empty list proves nothing")
	}
	return fmt.Sprintf("the token sees %d in other environments", all.Outside), nil
}

// checkStillEmpty repeats the check immediately before the deletion.
func (e *environmentCommand) checkStillEmpty(ctx context.Context, env scalr.Environment) error {
	now, err := e.client.Environment(ctx, env.ID)
	if err != nil {
		return err
	}
	if now.Name != env.Name {
		return step.Refuse(step.CodeInUse, "Environment %q (%s) was renamed to %q while this step ran; it was not deleted.", env.Name, env.ID,
			now.Name)
	}
	inside, err := e.client.EnvironmentContents(ctx, env.ID)
	if err != nil {
		return err
	}
	return checkEmpty(env, inside)
}

// checkEmpty returns an error if the environment has workspaces or its list of workspaces is unreliable.
func checkEmpty(env scalr.Environment, c scalr.Contents) error {
	switch {
	case c.Inside.Count > 0:
		return step.Refuse(step.CodeInUse,
			"Environment %q (%s) cannot be deleted while it has workspaces, which Scalr would delete with it. It has %d: %s.",
			env.Name, env.ID, c.Inside.Count, some(c.Inside))
	case c.Doubtful.Count > 0:
		return unverifiedError(env, "Scalr lists %s for it and does not report their environment", some(c.Doubtful))
	case !c.Whole:
		return unverifiedError(env, "Scalr's list of its workspaces contradicts its own length")
	}
	return nil
}

func unverifiedError(env scalr.Environment, why string, args ...any) error {
	return step.Refuse(step.CodeInUse,
		"Environment %q (%s) was not deleted, since it cannot be verified that it has no workspaces, which Scalr would delete with it: %s.",
		env.Name, env.ID, fmt.Sprintf(why, args...))
}

func some(s scalr.Some) string {
	if s.Count <= len(s.First) {
		return quoted(s.First)
	}
	return fmt.Sprintf("%s and %d more", quoted(s.First), s.Count-len(s.First))
}
