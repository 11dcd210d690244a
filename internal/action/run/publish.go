package run

import (
	"cmp"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// publish reports the result of the run and returns the exit code. Only an error with the outputs can change the
// result, because later steps depend on them.
func (r *command) publish(o step.Outcome) int {
	defer r.logs.close()
	rep := r.makeReport(o)
	r.annotateDiagnostics(rep.Diagnostics())
	r.warnOfDuplicates(r.duplicatesErr)
	if err := r.facts.planJSONErr; err != nil {
		r.Job.Noticef("The plan JSON could not be read, so plan-json-file is empty and the report is built from the log: %s", step.Sentence(err))
	}
	r.SetResult(o, &r.out)
	r.out.Set("terraform-outputs", "") // set even if empty, for shells with set -u
	r.out.Set("terraform-outputs-file", "")
	r.out.Set("comment-url", "")
	r.setTerraformOutputs(o)
	for _, out := range rep.Outputs() {
		r.out.Set(out.Name, out.Value)
	}
	r.out.Set("plan-log-file", r.logs.of(scalr.PlanPhase).copy.fileName())
	r.out.Set("plan-json-file", r.facts.planFile)
	// Before the reports, which may take long: a run that is reported as left for a person must not be stopped.
	r.saveState(state{finished: r.postStepNotNeeded(o)})
	r.summarize(rep)
	r.commentOn(o, rep)
	return r.Finish(o, &r.out)
}

// postStepNotNeeded reports whether the post step has nothing left to do.
func (r *command) postStepNotNeeded(o step.Outcome) bool {
	switch o.Code {
	case step.CodeRunUnknown:
		return false
	case step.CodeWrongRun:
		return r.stopAccepted
	}
	if o.Result != result.Interrupted && o.Result != result.TimedOut {
		return true
	}
	return r.stopAccepted || r.in.OnCancel == inputs.OnCancelLeave || r.facts.run.Status.IsFinal()
}

// makeReport returns a report of all recorded facts.
func (r *command) makeReport(o step.Outcome) report.Report {
	rep := report.Report{
		Result: o.Result, ErrorCode: string(o.Code), Problem: o.Problem, Hints: o.Hints, Gates: o.Gates,
		Workspace: r.facts.workspace, WorkspaceURL: r.facts.workspaceURL,
		Run: r.facts.complete(r.facts.run), RunURL: r.facts.runURL,
		Source: r.source(), ServiceAccount: r.in.ServiceAccount, Audience: r.in.Audience,
	}
	if a := r.facts.archive; a != nil {
		rep.Bundle = &report.Bundle{Files: a.Files, Bytes: a.Bytes, Compressed: a.Compressed, SHA256: a.SHA256}
	}
	if r.client != nil && r.facts.run.ID != "" && o.Result != result.Started {
		ctx, cancel := r.ReportingContext(planJSONTime)
		rep.Plan = r.plan(ctx, r.facts.run)
		cancel()
		rep.Apply = r.logs.of(scalr.ApplyPhase).Apply()
	}
	rep.PlanJSONMissing = r.facts.planJSONMissing
	for _, s := range r.logger.Stages() {
		rep.Stages = append(rep.Stages, report.Stage{Name: s.Name, Took: s.Took})
	}
	// The step to paste cannot contain the expression that id-token comes from, so the report has none.
	if repository := r.Job.Env("GITHUB_ACTION_REPOSITORY"); repository != "" && r.in.IDToken.Empty() {
		rep.Action = repository + "@" + r.Job.Env("GITHUB_ACTION_REF")
	}
	rep.Took = r.Elapsed()
	return rep
}

// event returns the event of the job. If it runs on the default branch although the job may be about a pull request, the
// commit is the one that is checked out, and thus uploaded.
func (r *command) event() job.Event {
	e := r.Job.Event()
	if !slices.Contains([]string{"issue_comment", "pull_request_target", "repository_dispatch", "workflow_run"}, e.Name) || r.in.Mode.NeedsRunID() {
		return e
	}
	if checkout, err := os.OpenRoot(r.Job.Root()); err == nil {
		defer checkout.Close()
		e.SHA = cmp.Or(step.CheckedOut(checkout), e.SHA)
	}
	return e
}

// source returns the commit from which the run was created.
func (r *command) source() report.Source {
	e := r.event()
	return report.Source{Repository: e.Repository, SHA: e.SHA, CommitURL: e.CommitURL(), WorkflowRunURL: e.WorkflowRunURL, Actor: e.Actor}
}

// maxAnnotations is the maximum number of annotations for diagnostics: the runner keeps ten per step, one of which is
// for the result.
const maxAnnotations = 9

// annotateDiagnostics creates annotations for Terraform's errors and warnings. The files of a prebuilt archive are
// not in the repository and get none.
func (r *command) annotateDiagnostics(places []tfplan.Diagnostic) {
	shown, more := 0, 0
	places = slices.Clone(places)
	slices.SortStableFunc(places, func(a, b tfplan.Diagnostic) int { return severity(a) - severity(b) })
	for _, d := range places {
		switch {
		case r.facts.directory == "" || !inCheckout(d.File):
		case shown == maxAnnotations:
			more++
		default:
			shown++
			r.annotate(d)
		}
	}
	if more > 0 {
		r.Job.Infof("The log lists %d more places.", more)
	}
}

// inCheckout reports whether the file of a diagnostic may be in the repository, which downloaded modules are not.
func inCheckout(file string) bool {
	return file != "" && !path.IsAbs(file) && !slices.Contains(strings.Split(file, "/"), ".terraform")
}

// severity returns the sort key of a diagnostic: errors before warnings.
func severity(d tfplan.Diagnostic) int {
	if d.Level == "warning" {
		return 1
	}
	return 0
}

func (r *command) annotate(d tfplan.Diagnostic) {
	level := job.LevelError
	if d.Level == "warning" {
		level = job.LevelWarning
	}
	r.Job.Annotate(job.Annotation{Level: level, Title: d.Title, Message: cmp.Or(d.Message, d.Title), Line: d.Line,
		File: r.inRepository(path.Join(r.facts.directory, r.facts.workspace.WorkingDirectory, d.File))})
}

// inRepository returns the path of an uploaded file in the repository. The path differs if the file was copied through
// a link.
func (r *command) inRepository(file string) string {
	root, err := filepath.EvalSymlinks(r.Job.Root())
	if err != nil {
		return file
	}
	at, err := filepath.EvalSymlinks(filepath.Join(root, file))
	if err != nil {
		return file
	}
	if inside, err := filepath.Rel(root, at); err == nil && filepath.IsLocal(inside) {
		return filepath.ToSlash(inside)
	}
	return file
}

// summarize writes the job summary. It never changes the result.
func (r *command) summarize(rep report.Report) {
	if !r.in.Summary {
		return
	}
	err := r.Job.WriteSummary(rep.Redacted(r.Redact).Summary())
	if err != nil && !errors.Is(err, job.ErrNoSummary) {
		r.Job.Warnf("The job summary could not be written: %v", err)
	}
}
