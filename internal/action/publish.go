package action

import (
	"cmp"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

const (
	publishingTime = 3 * time.Minute
)

// publish gives out what became of the run, whatever it was, and gives the exit code.
// Only the outputs can change the verdict: later steps depend on them.
func (r *runStory) publish(o outcome) int {
	defer r.logs.close()
	r.complete(o)
	r.annotatePlaces()
	r.out.set("terraform-outputs", "") // a shell with set -u wants those that stay empty, too
	r.out.set("comment-url", "")
	r.terraformOutputs(o)
	for _, out := range r.report.Outputs() {
		r.out.set(out.Name, out.Value)
	}
	r.out.set("plan-log-file", r.logs.of(scalr.PlanPhase).copy.shown())
	r.out.set("plan-json-file", r.planFileName)
	r.summarize()
	r.commentOn(o)
	r.keep(state{finished: r.settled(o)})
	return r.conclude(o, &r.out)
}

// settled reports whether nothing is left for the post step.
func (r *runStory) settled(o outcome) bool {
	switch o.code {
	case codeRunUnknown:
		return false
	case codeWrongRun:
		return r.stopAccepted
	}
	if o.result != "interrupted" && o.result != "timed-out" {
		return true
	}
	return r.stopAccepted || r.in.OnCancel == inputs.OnCancelLeave || r.report.Run.Status.Over()
}

// complete puts together the report.
func (r *runStory) complete(o outcome) {
	e := r.job.Event()
	r.report.Result, r.report.ErrorCode, r.report.Problem, r.report.Hints, r.report.Gates = o.result, o.code, o.problem, o.hints, o.gates
	if r.client != nil && r.report.Run.ID != "" && o.result != "started" {
		ctx, cancel := r.publishing(planJSONTime)
		r.report.Plan = r.plan(ctx, r.report.Run)
		cancel()
		r.report.Apply = r.logs.of(scalr.ApplyPhase).Apply()
	}
	for _, s := range r.tell.Stages() {
		r.report.Stages = append(r.report.Stages, report.Stage{Name: s.Name, Took: s.Took})
	}
	r.report.Took = r.elapsed()
	r.report.Source = report.Source{Repository: e.Repository, SHA: e.SHA, WorkflowRunURL: e.WorkflowRunURL, Actor: e.Actor}
	if e.Repository != "" && e.SHA != "" {
		r.report.Source.CommitURL = e.ServerURL + "/" + e.Repository + "/commit/" + e.SHA
	}
	if repository := r.job.Env("GITHUB_ACTION_REPOSITORY"); repository != "" {
		r.report.Action = repository + "@" + r.job.Env("GITHUB_ACTION_REF")
	}
}

// mostPlaces leaves one of the ten annotations that the runner keeps to the headline.
const mostPlaces = 9

// annotatePlaces puts Terraform's errors and warnings beside the code they are
// about. The files of a ready archive are not the repository's.
func (r *runStory) annotatePlaces() {
	shown, more := 0, 0
	places := r.report.Diagnostics()
	slices.SortStableFunc(places, func(a, b tfplan.Diagnostic) int { return severity(a) - severity(b) })
	for _, d := range places {
		switch {
		case r.directory == "" || !inCheckout(d.File):
		case shown == mostPlaces:
			more++
		default:
			shown++
			r.annotate(d)
		}
	}
	if more > 0 {
		r.job.Infof("%d more places are named in the log.", more)
	}
}

// inCheckout reports whether a file of a diagnostic may be one of the repository: downloaded modules are in no commit.
func inCheckout(file string) bool {
	return file != "" && !path.IsAbs(file) && !slices.Contains(strings.Split(file, "/"), ".terraform")
}

// severity puts errors before warnings.
func severity(d tfplan.Diagnostic) int {
	if d.Level == "warning" {
		return 1
	}
	return 0
}

func (r *runStory) annotate(d tfplan.Diagnostic) {
	level := job.LevelError
	if d.Level == "warning" {
		level = job.LevelWarning
	}
	r.job.Annotate(job.Annotation{Level: level, Title: d.Title, Message: cmp.Or(d.Message, d.Title), Line: d.Line,
		File: r.inRepository(path.Join(r.directory, r.report.Workspace.WorkingDirectory, d.File))})
}

// inRepository is where a file of the bundle lies in the repository: what was
// copied by way of a link lies elsewhere.
func (r *runStory) inRepository(file string) string {
	root, err := filepath.EvalSymlinks(r.job.Root())
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

// summarize writes the job summary. It never changes the verdict.
func (r *runStory) summarize() {
	if !r.in.Summary {
		return
	}
	err := r.job.WriteSummary(r.report.Redacted(r.redact).Summary())
	if err != nil && !errors.Is(err, job.ErrNoSummary) {
		r.job.Warnf("The job summary could not be written: %v", err)
	}
}
