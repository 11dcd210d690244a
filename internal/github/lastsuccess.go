package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// workflowRun is a run of a workflow in a response of the REST API.
type workflowRun struct {
	Event      string     `json:"event"`
	Conclusion string     `json:"conclusion"`
	Branch     string     `json:"head_branch"`
	SHA        string     `json:"head_sha"`
	Repository repository `json:"head_repository"`
	StartedAt  time.Time  `json:"run_started_at"` // of the newest attempt
	WorkflowID int64      `json:"workflow_id"`
}

// mostRuns is the number of successful runs to read. The run that started last is one of the newest,
// unless an older run was re-run.
const mostRuns = 50

// lastSuccess returns the commit of the workflow's last successful run on the branch, by start time.
func (s *session) lastSuccess(ctx context.Context, q ChangeQuery) (string, error) {
	branch, onBranch := strings.CutPrefix(q.Event.Ref, "refs/heads/")
	if !onBranch {
		return "", unknownChange("base: last-success needs a run on a branch, and this one is on %s", orNone(q.Event.Ref))
	}
	workflow, err := s.workflow(ctx, q)
	if err != nil {
		return "", err
	}
	c := call{op: fmt.Sprintf("list the successful runs of %s of %s on %s", workflow, s.thread.Repository, branch), method: http.MethodGet}
	filter := url.Values{"branch": {branch}, "status": {"success"}, "exclude_pull_requests": {"true"}, "per_page": {fmt.Sprint(mostRuns)}}
	c.url = fmt.Sprintf("%s/repos/%s/actions/workflows/%s/runs?%s", s.api, s.thread.Repository, url.PathEscape(workflow), filter.Encode())
	var found struct {
		Runs []workflowRun `json:"workflow_runs"`
	}
	if _, err := s.do(ctx, c, &found); err != nil {
		return "", err
	}
	last := workflowRun{}
	for _, run := range found.Runs {
		if run.isOn(s.thread.Repository, branch, q.Event.Name) && (last.SHA == "" || run.StartedAt.After(last.StartedAt)) {
			last = run
		}
	}
	if last.SHA == "" {
		return "", unknownChange("%s has no successful run on %s yet", workflow, branch)
	}
	return last.SHA, nil
}

// isOn reports whether the run succeeded on the branch itself. GitHub also lists the runs of pull
// requests from a branch of this name, which may be in a fork and which applied nothing, and on the default branch those
// of events that anyone can cause, such as comments. These count only for a job of the same event.
func (w workflowRun) isOn(repository, branch, event string) bool {
	from := w.Repository.FullName
	byAnyone := slices.Contains([]string{"discussion", "discussion_comment", "fork", "gollum", "issue_comment", "issues", "watch"}, w.Event)
	return w.Conclusion == "success" && w.Branch == branch && !strings.HasPrefix(w.Event, "pull_request") && (!byAnyone || w.Event == event) &&
		(from == "" || strings.EqualFold(from, repository)) && IsSHA(w.SHA)
}

// workflow returns the workflow's name for the API: the name of its file, or the id of this run's
// workflow if the file is in another repository.
func (s *session) workflow(ctx context.Context, q ChangeQuery) (string, error) {
	file, _, _ := strings.Cut(q.Workflow, "@")
	dir := s.thread.Repository + "/.github/workflows/"
	if len(file) > len(dir) && strings.EqualFold(file[:len(dir)], dir) {
		return path.Base(file), nil
	}
	if number(q.RunID) == "" {
		return "", unknownChange("neither GITHUB_WORKFLOW_REF nor GITHUB_RUN_ID says which workflow this is")
	}
	c := call{op: fmt.Sprintf("read the workflow run %s of %s", q.RunID, s.thread.Repository), method: http.MethodGet}
	c.url = fmt.Sprintf("%s/repos/%s/actions/runs/%s", s.api, s.thread.Repository, number(q.RunID))
	var run workflowRun
	if _, err := s.do(ctx, c, &run); err != nil {
		return "", err
	}
	if run.WorkflowID == 0 {
		return "", &Error{Kind: Rejected, Op: c.op, Message: "GitHub's response names no workflow"}
	}
	return fmt.Sprint(run.WorkflowID), nil
}
