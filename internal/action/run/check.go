package run

import (
	"context"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/units"
)

// check implements the mode check: it reports all problems that would block a run, without creating one. Unlike a run,
// it continues after the first problem in the workspace.
func (r *command) check(ctx context.Context) (step.Outcome, error) {
	listing, err := r.list(ctx)
	if err != nil {
		return step.Outcome{}, err
	}
	if err := r.logListing(ctx, listing); err != nil {
		return step.Outcome{}, err
	}
	if err := r.packForWarnings(ctx, listing); err != nil {
		return step.Outcome{}, err
	}
	if r.client, err = r.Step.SignIn(ctx, r.in.Access, r.logger.Retrying); err != nil {
		return step.Outcome{}, err
	}
	w, err := r.findWorkspace(ctx)
	if err != nil {
		return step.Outcome{}, err
	}
	r.recordWorkspace(w)
	r.logPermissions(w.Permissions)
	var hints []string
	for _, f := range r.preflightProblems(w, listing) {
		hint := f.Problem + " " + f.WhatToDo()
		if f.warning {
			r.Job.Warnf("%s", hint)
			continue
		}
		hints = append(hints, hint)
	}
	if len(hints) > 0 {
		return step.Outcome{
			Result:  result.Refused,
			Code:    step.CodeCheckFailed,
			Problem: units.Count(len(hints), "problem", "problems") + " would block a run.",
			Hints:   hints,
		}, nil
	}
	r.Job.Infof("Check passed: nothing would block a run.")
	return step.Outcome{Result: result.Checked}, nil
}

// packForWarnings packs the archive like a run, with the same warnings: some problems appear only when the files are
// read.
func (r *command) packForWarnings(ctx context.Context, l *bundle.Listing) error {
	archive, err := l.Pack(ctx)
	if err != nil {
		return err
	}
	defer archive.Close()
	r.warnOfSize(archive)
	return nil
}

// logListing logs the files that would be uploaded. An unreadable file is an error, as in a run.
func (r *command) logListing(ctx context.Context, l *bundle.Listing) error {
	defer r.Job.Group("Files that would be uploaded: " + files(l.Files()))()
	for e, err := range l.Entries(ctx) {
		if err != nil {
			return err
		}
		switch {
		case e.Target != "":
			r.Job.Infof("%q -> %q", e.Name, e.Target)
		default:
			r.Job.Infof("%q %s", e.Name, units.Size(e.Size))
		}
	}
	for _, o := range l.LeftOut() {
		r.Job.Infof("excluded (%s): %d, such as %q", o.Rule, o.Count, o.First)
	}
	return nil
}

// logPermissions logs the permissions of the token, if Scalr reports them.
func (r *command) logPermissions(rights map[string]bool) {
	for _, right := range []struct{ name, words string }{
		{"can-queue-run", "start runs"},
		{"can-queue-apply", "apply them"},
		{"can-queue-destroy", "destroy"},
		{"can-update", "change the workspace"},
	} {
		answer := "unknown"
		if may, ok := rights[right.name]; ok {
			answer = map[bool]string{true: "yes", false: "no"}[may]
		}
		r.Job.Infof("The token may %s: %s", right.words, answer)
	}
}
