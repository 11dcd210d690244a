package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/github"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// overviewTime is the time limit of the whole step.
const overviewTime = 10 * time.Minute

// overviewCommand is one execution of the overview action.
type overviewCommand struct {
	*step.Step
	in     inputs.Overview
	client *scalr.Client
	out    step.Outputs
	page   report.Overview
}

// Overview runs the overview action and returns the exit code.
func Overview(ctx context.Context, s *step.Step) int {
	in, notes, err := inputs.LoadOverview(s.InputSource())
	s.ShowNotes(notes)
	c := &overviewCommand{Step: s, in: in, out: s.NewOutputs()}
	all := true
	for _, v := range in.Redact {
		all = s.Job.Mask(v) && all
	}
	if !all {
		s.Job.Warnf("redact has more values than can be redacted in every encoding: its last lines are redacted only as they are written.")
	}
	s.Job.MaskToken(in.GitHubToken)
	c.describe()
	if err != nil { // validate all inputs before the first request
		o := step.Explain(ctx, err)
		code := s.Finish(o, nil)
		c.markOutdated(o)
		return code
	}
	ctx, cancel := c.WithTimeout(ctx, overviewTime)
	defer cancel()
	o := step.Outcome{}
	if err := c.execute(ctx); err != nil {
		o = step.Explain(ctx, err).WithoutTimeoutInput()
	} else {
		o = c.evaluate()
	}
	return c.publish(o)
}

// describe records the commit and the attempt for the report.
func (c *overviewCommand) describe() {
	e := c.Job.Event()
	c.page.Unlisted, c.page.Attempt = c.in.Unlisted, e.Attempt
	c.page.Source = report.Source{Repository: e.Repository, SHA: e.SHA, CommitURL: e.CommitURL(), WorkflowRunURL: e.WorkflowRunURL, Actor: e.Actor}
}

// execute finds the runs and reads their effects.
func (c *overviewCommand) execute(ctx context.Context) (err error) {
	if len(c.in.Workspaces) == 0 {
		return nil
	}
	address := c.Job.Event().WorkflowRunURL
	if address == "" {
		return step.Refuse(step.CodeInputInvalid,
			"The overview finds runs by the address of the workflow run, which is unknown in this job: one of "+
				"GITHUB_SERVER_URL, GITHUB_REPOSITORY and GITHUB_RUN_ID is empty.")
	}
	if err := c.CheckProxyAndCA(); err != nil {
		return err
	}
	if c.client, err = c.SignIn(ctx, c.in.Access, (&progress.Logger{Job: c.Job}).Retrying); err != nil {
		return err
	}
	s := &search{client: c.client, address: address, requestsLeft: maxListRequests}
	for _, w := range c.in.Workspaces {
		s.all = append(s.all, &searchTarget{OverviewWorkspace: w})
	}
	if err := s.run(ctx); err != nil {
		return err
	}
	c.page.Rows, err = c.rows(ctx, mergeTargets(s.all))
	return err
}

// publish sets the outputs, writes summary and comment, and returns the exit code.
func (c *overviewCommand) publish(o step.Outcome) int {
	known := o.Result == result.Done || o.Result == result.Rejected
	c.page.Rejected = o.Result != result.Done
	c.setOutputs(known)
	c.out.Set("comment-url", "")
	c.writeSummary(o, known)
	switch {
	case c.in.Comment == inputs.CommentNone:
	case known:
		c.commenter().Publish(github.Mode(c.in.Comment), c.post(), func(url string) { c.out.Set("comment-url", url) })
	default:
		c.markOutdated(o)
	}
	c.SetResult(o, &c.out)
	return c.Finish(o, &c.out)
}

// listedRun is an element of the output runs. Unknown numbers are null.
type listedRun struct {
	WorkspaceID  string `json:"workspace-id"`
	Workspace    string `json:"workspace"`
	RunID        string `json:"run-id"`
	RunURL       string `json:"run-url"`
	Result       string `json:"result"`
	Additions    *int   `json:"additions"`
	Changes      *int   `json:"changes"`
	Destructions *int   `json:"destructions"`
}

func (c *overviewCommand) setOutputs(known bool) {
	if !known {
		for _, name := range []string{"runs", "failed", "changed", "missing"} {
			c.out.Set(name, "")
		}
		return
	}
	list, n := []listedRun{}, map[report.Kind]int{}
	for _, r := range c.page.Rows {
		facts := r.Facts()
		n[r.Kind()]++
		list = append(list,
			listedRun{r.Workspace.ID, title(r.Workspace), r.Run.ID, r.RunURL, string(r.Result), facts.Additions, facts.Changes, facts.Destructions})
	}
	text, err := json.Marshal(list)
	if err != nil || len(text) > step.MaxOutput {
		c.Job.Warnf("The output runs is left empty: it exceeds GitHub's limit of 1 MiB.")
		text = nil
	}
	c.out.Set("runs", string(text))
	c.out.Set("failed", strconv.Itoa(n[report.Failed]))
	c.out.Set("changed", strconv.Itoa(n[report.Waiting]+n[report.Destroys]+n[report.Changes]))
	c.out.Set("missing", strconv.Itoa(n[report.Missing]))
}

// title returns the name of a workspace with its environment, if they are known, or its id.
func title(w scalr.Workspace) string {
	switch {
	case w.Name == "":
		return w.ID
	case w.Environment == "":
		return w.Name
	}
	return w.Environment + "/" + w.Name
}

// writeSummary writes the job summary. It never changes the outcome.
func (c *overviewCommand) writeSummary(o step.Outcome, known bool) {
	if !c.in.Summary {
		return
	}
	text := ""
	if known {
		text = c.page.Redacted(c.Redact).Summary()
	} else {
		r := report.Report{Result: o.Result, ErrorCode: string(o.Code), Problem: o.Problem, Hints: o.Hints, Source: c.page.Source}
		text = r.Redacted(c.Redact).Summary()
	}
	if err := c.Job.WriteSummary(text); err != nil && !errors.Is(err, job.ErrNoSummary) {
		c.Job.Warnf("The job summary could not be written: %v", err)
	}
}

// overviewName is the first part of the hidden marker in the comments of this action.
const overviewName = "scalr-overview"

func (c *overviewCommand) commenter() step.Commenter {
	return step.Commenter{Step: c.Step, Token: c.in.GitHubToken, PullRequest: c.in.PullRequest}
}

// workflow returns the path of the workflow file, or the name of the workflow. Each workflow has its own comment on a
// pull request.
func (c *overviewCommand) workflow() string {
	file, _, _ := strings.Cut(c.Job.Env("GITHUB_WORKFLOW_REF"), "@")
	if file != "" {
		return file
	}
	return c.Job.Env("GITHUB_WORKFLOW")
}

func (c *overviewCommand) post() github.Post {
	n := map[report.Kind]int{}
	for _, r := range c.page.Rows {
		n[r.Kind()]++
	}
	shown := c.page.Redacted(c.Redact)
	return github.Post{
		Marker:     github.Marker(overviewName, c.workflow(), c.in.CommentTag),
		Body:       shown.Comment(github.MaxBody),
		Shorter:    shown.Comment(github.MaxBody / 4),
		HasChanges: c.page.Rejected || n[report.Unchanged] < len(c.page.Rows),
		Closed:     c.allApplied(),
	}
}

// allApplied reports whether at least one run was applied and all others have no changes.
func (c *overviewCommand) allApplied() bool {
	applied := false
	for _, r := range c.page.Rows {
		switch {
		case r.Result == result.Applied:
			applied = true
		case r.Kind() != report.Unchanged:
			return false
		}
	}
	return applied
}

// markOutdated marks an earlier overview as outdated if this one failed. Otherwise the earlier overview would appear
// to describe the current commit.
func (c *overviewCommand) markOutdated(o step.Outcome) {
	if c.in.Comment == inputs.CommentNone || o.ExitCode() == 0 || !c.commenter().CanMarkOutdated(c.in.CommentTag) {
		return
	}
	c.commenter().MarkOutdated(github.Failure{
		Name: overviewName, WorkspaceID: c.workflow(), Tag: c.in.CommentTag,
		Note: c.page.Redacted(c.Redact).OutdatedNote(github.MaxNote, string(o.Code), c.Redact.String(o.Problem)),
	})
}
