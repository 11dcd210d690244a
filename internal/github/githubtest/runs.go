package githubtest

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// WorkflowRun is a finished run of a workflow.
type WorkflowRun struct {
	ID         int64
	File       string // of the workflow; apply.yml if empty
	Event      string // push if empty
	Branch     string // main if empty
	SHA        string
	Conclusion string // success if empty
	From       string // owner/name of the head; the repository itself if empty
	StartedAt  time.Time
}

// workflowID is the id of all workflows.
const workflowID = 4711

// Run adds a run of a workflow.
func (s *Server) Run(r WorkflowRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = append(s.runs, r)
}

func (s *Server) runJSON(r WorkflowRun) string {
	return fmt.Sprintf(`{"id":%d,"workflow_id":%d,"event":%s,"status":"completed","conclusion":%s,`+
		`"head_branch":%s,"head_sha":%s,"run_started_at":%s,"head_repository":{"full_name":%s}}`,
		r.ID, workflowID, quote(cmp.Or(r.Event, "push")), quote(cmp.Or(r.Conclusion, "success")), quote(cmp.Or(r.Branch, "main")), quote(r.SHA),
		quote(r.StartedAt.UTC().Format(time.RFC3339)), quote(cmp.Or(r.From, s.options.Repository)))
}

// listRuns lists runs, newest first, with GitHub's filters for branch and status.
func (s *Server) listRuns(q query) reply {
	var found []string
	for i := len(s.runs) - 1; i >= 0; i-- {
		r := s.runs[i]
		isWorkflow := q.arguments[0] == cmp.Or(r.File, "apply.yml") || q.arguments[0] == fmt.Sprint(workflowID)
		branch, status := q.values.Get("branch"), q.values.Get("status")
		if isWorkflow && (branch == "" || branch == cmp.Or(r.Branch, "main")) && (status == "" || status == cmp.Or(r.Conclusion, "success")) {
			found = append(found, s.runJSON(r))
		}
	}
	per := 30
	if n := atoi(q.values.Get("per_page")); n > 0 {
		per = min(n, 100)
	}
	return newReply(http.StatusOK, fmt.Sprintf(`{"total_count":%d,"workflow_runs":[%s]}`, len(found), strings.Join(found[:min(len(found), per)], ",")))
}

func (s *Server) getRun(q query) reply {
	for _, r := range s.runs {
		if fmt.Sprint(r.ID) == q.arguments[0] {
			return newReply(http.StatusOK, s.runJSON(r))
		}
	}
	return refuse(http.StatusNotFound, "Not Found")
}
