package inputs

import (
	"encoding/json"
	"slices"
	"strings"

	"scalr-run-action/internal/secret"
)

// Overview holds the inputs of the overview action.
type Overview struct {
	Access
	// Workspaces are those of the matrix, without duplicates. There are none if the input is [], or
	// if it is empty because a job in Needs failed.
	Workspaces []OverviewWorkspace
	// Unlisted is true if the input is empty, so that the workspaces are unknown.
	Unlisted bool
	// Needs are the jobs that this job needs, sorted by name.
	Needs  []NeededJob
	FailOn OverviewFailOn
	// Redact are secrets of the runs that this job does not use.
	Redact []secret.Value

	Summary    bool
	Comment    CommentMode
	CommentTag string
	// PullRequest is the number of the pull request to comment on; 0 means that of the event.
	PullRequest int
	// GitHubToken is the token for the comment; empty if there is none or no comment is requested.
	GitHubToken secret.Value
}

// OverviewWorkspace is a workspace in the input: by its ID, or by Name and Environment, which is a name
// or an id. Fields that are not in the input are empty.
type OverviewWorkspace struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	EnvironmentID string `json:"environment-id"`
	Environment   string `json:"environment"`
	// Because is the changed file for which the affected action listed the workspace.
	Because string `json:"because"`
}

// NeededJob is a job that the overview's job needs, with its result in GitHub's terms.
type NeededJob struct{ Name, Result string }

// Broken reports whether the job did not finish its work. This includes results that GitHub does not
// document, but not skipped.
func (j NeededJob) Broken() bool { return j.Result != "success" && j.Result != "skipped" }

// OverviewFailOn are the conditions on which an overview fails.
type OverviewFailOn struct{ Failed, Missing, Changes, Destroy bool }

// LoadOverview reads the inputs of the overview action. The error is of type Problems and contains all
// problems.
func LoadOverview(src Source) (Overview, Notes, error) {
	r := newReader(src, OverviewNames())
	in := Overview{Access: r.access(), Redact: r.redact(), Needs: r.needs()}
	r.overviewWorkspaces(&in)
	in.FailOn = r.overviewFailOn()
	in.Summary = r.boolean("summary")
	in.Comment = r.comment()
	in.CommentTag = r.commentTag()
	in.PullRequest = r.number("pr-number")
	if in.Comment != CommentNone {
		in.GitHubToken = r.gitHubToken()
	}
	notes, err := r.done()
	return in, notes, err
}

// overviewWorkspaces reads a JSON array, or lines.
func (r *reader) overviewWorkspaces(in *Overview) {
	const name = "workspaces"
	v := r.value(name)
	switch {
	case !r.requireEvaluated(name, v):
	case v == "" && slices.ContainsFunc(in.Needs, NeededJob.Broken):
		in.Unlisted = true
	case v == "":
		r.badf(name, "is empty. Pass the output of the step that lists the workspaces, such as workspaces: "+
			"${{ needs.list.outputs.workspaces }}; it is [] if no workspace is affected")
	case v[0] == '[' || v[0] == '{' || v[0] == '"':
		in.Workspaces = r.listedWorkspaces(name, v)
	default:
		in.Workspaces = r.workspaceLines(name)
	}
}

func (r *reader) listedWorkspaces(name, v string) []OverviewWorkspace {
	var items []json.RawMessage
	if err := json.Unmarshal([]byte(v), &items); err != nil {
		r.badf(
			name,
			"is not a JSON array: %s. Pass the output workspaces or workspace-ids unchanged, or write one per line, such as workspaces: production/network",
			r.quote(v),
		)
		return nil
	}
	if len(items) > maxItems {
		r.badf(name, "has more than %d items. Split it among several steps", maxItems)
		return nil
	}
	var list []OverviewWorkspace
	for i, item := range items {
		w, ok := listedWorkspace(item)
		if !ok {
			r.badf(name, "item %d is not a workspace: %s. An item is an object with an id, or an id, such as workspaces: [\"ws-v0abc123\"]",
				i+1, r.quote(string(item)))
			continue
		}
		list = addWorkspace(list, w)
	}
	return list
}

func listedWorkspace(item json.RawMessage) (w OverviewWorkspace, ok bool) {
	var text string
	if json.Unmarshal(item, &text) == nil && len(item) > 0 && item[0] == '"' {
		return parseWorkspaceRef(strings.TrimSpace(text))
	}
	if len(item) == 0 || item[0] != '{' || json.Unmarshal(item, &w) != nil || !w.plain() {
		return w, false
	}
	if w.ID == "" {
		return w, w.Name != "" && w.Environment != ""
	}
	if !isID("env", w.EnvironmentID) {
		w.EnvironmentID = "" // not needed: the workspace is found by its id
	}
	return w, isID("ws", w.ID)
}

// plain reports whether the names and the file are valid.
func (w OverviewWorkspace) plain() bool {
	for _, s := range []string{w.Name, w.Environment, w.EnvironmentID} {
		if unprintable(s) != "" || len(s) > 4*maxName {
			return false
		}
	}
	return true
}

func isID(prefix, v string) bool { return len(v) <= maxID && ids[prefix].pattern.MatchString(v) }

// parseWorkspaceRef parses an id, or environment/workspace.
func parseWorkspaceRef(v string) (w OverviewWorkspace, ok bool) {
	if !strings.Contains(v, "/") {
		return OverviewWorkspace{ID: v}, isID("ws", v)
	}
	n, ok := parseWorkspaceName(v)
	return OverviewWorkspace{Environment: n.Environment, Name: n.Workspace}, ok
}

func (r *reader) workspaceLines(name string) []OverviewWorkspace {
	var list []OverviewWorkspace
	commas := r.commas(name)
	for _, l := range r.lines(name) {
		w, ok := parseWorkspaceRef(l.text)
		if !ok {
			r.badf(name, "line %d is not a workspace: %s. Write one environment/workspace, or one id, per line, such as workspaces: production/network",
				l.number, r.quote(l.text))
			continue
		}
		commas(l.text)
		list = addWorkspace(list, w)
	}
	return list
}

func addWorkspace(list []OverviewWorkspace, w OverviewWorkspace) []OverviewWorkspace {
	same := func(o OverviewWorkspace) bool {
		if w.ID != "" || o.ID != "" {
			return w.ID == o.ID
		}
		return w.Name == o.Name && w.Environment == o.Environment
	}
	if slices.ContainsFunc(list, same) {
		return list
	}
	return append(list, w)
}

// needs reads ${{ toJSON(needs) }}. Its problems quote no text, because the value contains the outputs of jobs.
func (r *reader) needs() []NeededJob {
	v := r.value("needs")
	if v == "" || !r.requireEvaluated("needs", v) {
		return nil
	}
	var jobs map[string]struct{ Result string }
	if err := json.Unmarshal([]byte(v), &jobs); err != nil {
		r.badf("needs", "is not the output of toJSON(needs), an object with a result for each job. Set needs: ${{ toJSON(needs) }}")
		return nil
	}
	var list []NeededJob
	for name, job := range jobs {
		list = append(list, NeededJob{Name: cutRunes(name, 100), Result: cutRunes(job.Result, 40)})
	}
	slices.SortStableFunc(list, func(a, b NeededJob) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// overviewFailOn reads the conditions on which the overview fails, one per line.
func (r *reader) overviewFailOn() OverviewFailOn {
	const name = "fail-on"
	var f OverviewFailOn
	if strings.TrimSpace(r.src.Get(name)) == "" {
		return OverviewFailOn{Failed: true, Missing: true}
	}
	none, words := 0, map[string]*bool{"failed": &f.Failed, "missing": &f.Missing, "changes": &f.Changes, "destroy": &f.Destroy}
	order := []string{"failed", "missing", "changes", "destroy", "none"}
	for _, l := range r.lines(name) {
		switch word := words[l.text]; {
		case word != nil:
			*word = true
		case l.text == "none":
			none = l.number
		case r.requireEvaluated(name, l.text):
			advice := didYouMean(l.text, order)
			if strings.Contains(l.text, ",") {
				advice = "Write one item per line, not separated by commas. "
			}
			r.badf(name, "line %d is not a condition: %s. %sWrite one of %s, such as fail-on: failed", l.number, r.quote(l.text), advice,
				strings.Join(order, ", "))
		}
	}
	if none > 0 && f != (OverviewFailOn{}) {
		r.badf(name, "line %d is %s, together with other conditions. Remove it, or write it alone, such as fail-on: none", none, r.quote("none"))
	}
	return f
}

// redact reads secrets, one per line. Its problems do not quote them.
func (r *reader) redact() []secret.Value {
	var list []secret.Value
	for _, l := range r.lines("redact") {
		if !strings.Contains(l.text, "${{") {
			value := secret.New(l.text)
			r.secrets.Add(value) // so that no problem quotes it
			list = append(list, value)
		} else {
			r.badf("redact", "line %d: the expression was not evaluated. "+evaluationAdvice+", such as redact: ${{ secrets.NAME }}", l.number)
		}
	}
	return list
}
