package scalr

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"scalr-run-action/internal/sanitize"
)

// workspaceIncludes lists the relationships whose resources a response includes: the client reads from them the names
// of the environment and of the tags, and the user or run that locked the workspace.
const workspaceIncludes = "environment,tags,locked-by,locked-by-run"

// Workspace reads a workspace.
func (c *Client) Workspace(ctx context.Context, id string) (Workspace, error) {
	return c.readWorkspace(ctx, id, defaultPolicy)
}

// PollWorkspace reads a workspace that is known to exist, with the retries of [Client.PollRun].
func (c *Client) PollWorkspace(ctx context.Context, id string) (Workspace, error) {
	w, err := c.readWorkspace(ctx, id, followPolicy)
	if err != nil {
		return w, err
	}
	return c.WithLockHolder(ctx, w), nil
}

// WithLockHolder reads the run that has locked the workspace, if it was not included.
func (c *Client) WithLockHolder(ctx context.Context, w Workspace) Workspace {
	if w.LockedByRun != "" && w.LockHolder.Status == "" {
		if run, ok := c.part(ctx, "runs", w.LockedByRun); ok {
			w.LockHolder = run.lockHolder()
		}
	}
	return w
}

func (c *Client) readWorkspace(ctx context.Context, id string, p policy) (w Workspace, err error) {
	op := OpReadWorkspace.on(id)
	err = c.do(ctx, call{
		op: op, method: http.MethodGet, path: []string{"workspaces", id}, query: url.Values{"include": {workspaceIncludes}}, policy: p,
		read: func(a answer) (err error) {
			if w, err = a.workspace(op); err == nil && w.ID != id {
				err = malformed(op, "the response is for another workspace: "+w.ID)
			}
			return err
		},
	})
	if err == nil && w.Environment == "" {
		if e, ok := c.part(ctx, "environments", w.EnvironmentID); ok {
			w.in(e)
		}
	}
	return w, err
}

// lockHolder reads the properties of a run that has locked a workspace. It omits an unknown status.
func (r resource) lockHolder() LockHolder {
	status := r.Attributes.text("status")
	if status == "" || status != sanitize.Note(status, mostStatus) {
		return LockHolder{}
	}
	moment := strings.ReplaceAll(status, "_", "-") + "-at"
	return LockHolder{Status: Status(status), Since: r.Attributes.object("status-timestamps").time(moment)}
}

// in sets the fields that describe the workspace's environment.
func (w *Workspace) in(e resource) {
	w.Environment = e.Attributes.name()
	w.EnvironmentLocked, w.EnvironmentLockReason = e.Attributes.set("locked"), e.Attributes.line("lock-reason")
	w.CostEstimation = e.Attributes.flag("cost-estimation-enabled")
	w.EnvironmentAgentPoolID = e.ref("default-workspace-agent-pool")
}

func (a answer) workspace(op Op) (Workspace, error) {
	r, doc, err := a.one(op, "workspaces")
	return doc.workspace(r), err
}

// WorkspaceFilter narrows a list of workspaces; zero fields are ignored. Scalr may return other names than the
// requested one, so callers must compare them. Tag is an id.
type WorkspaceFilter struct {
	EnvironmentID, Environment string // id or name of the environment
	Name, Query, Tag           string
}

// Workspaces lists workspaces.
func (c *Client) Workspaces(ctx context.Context, f WorkspaceFilter) ([]Workspace, error) {
	return c.workspaces(ctx, f, defaultPolicy)
}

func (c *Client) workspaces(ctx context.Context, f WorkspaceFilter, p policy) ([]Workspace, error) {
	query := url.Values{"include": {workspaceIncludes}}
	setIf(query, "filter[environment]", f.EnvironmentID)
	setIf(query, "filter[environment][name]", literal(f.Environment))
	setIf(query, "filter[name]", f.Name)
	setIf(query, "query", f.Query)
	setIf(query, "filter[tag]", f.Tag)
	return list(ctx, c, Op{Operation: OpListWorkspaces}, []string{"workspaces"}, query, p, func(r resource, d document) Workspace { return d.workspace(r) })
}

func setIf(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

func (d document) workspace(r resource) Workspace {
	a := r.Attributes
	w := Workspace{
		ID: r.ID, Name: a.name(), EnvironmentID: r.ref("environment"), AutoApply: a.set("auto-apply"),
		ExecutionMode: a.text("execution-mode"), Platform: a.text("iac-platform"), Version: a.line("terraform-version"),
		WorkingDirectory: a.text("working-directory"), EnvironmentType: a.text("environment-type"),
		AutoDestroyDays: a.number("auto-destroy-days"), DeletionProtection: a.flag("deletion-protection-enabled"),
		HasResources: a.flag("has-resources"), Terragrunt: a["terragrunt"] != nil, RunAll: a.runAll(),
		Hooks: a.object("hooks").hasText("pre-init"), VCS: a.object("vcs-repo").line("identifier"), ModuleVersionID: r.ref("module-version"),
		Locked: a.set("locked") || len(unreadable(a, a.flag, "locked")) > 0, LockReason: a.line("lock-reason"),
		LockedByRun: r.ref("locked-by-run"), ForceLatestRun: a.set("force-latest-run"),
		AgentPoolID: r.ref("agent-pool"), RunTimeout: a.nullableNumber("run-operation-timeout"),
		Tags: d.tags(r), Permissions: a.flags("permissions"),
	}
	for _, name := range []string{"pre-init", "pre-plan", "post-plan", "pre-apply", "post-apply"} {
		w.HookCommands = strings.TrimSpace(w.HookCommands + "\n" + a.object("hooks").text(name))
	}
	if files := a.nullableTexts("var-files"); files != nil {
		w.VarFiles = *files
	}
	if w.VCS == "" && a["vcs-repo"] != nil {
		w.VCS = "a repository"
	}
	if by := r.ref("locked-by"); by != "" {
		if w.LockedBy = d.person(by); w.LockedBy == "" {
			w.LockedBy = by
		}
	}
	if run, ok := d.included("runs", w.LockedByRun); ok {
		w.LockHolder = run.lockHolder()
	}
	if e, ok := d.included("environments", w.EnvironmentID); ok {
		w.in(e)
	}
	return w
}

// runAll reports whether a run of the workspace may plan several Terragrunt units. It is false only for a workspace
// without Terragrunt and for one that reports so.
func (a attributes) runAll() bool {
	if a["terragrunt"] == nil {
		return false
	}
	says := a.object("terragrunt").flag("use-run-all")
	return says == nil || *says
}

func (a attributes) hasText(name string) bool { return a.text(name) != "" }

func (d document) tags(r resource) []Tag {
	var tags []Tag
	for _, id := range r.refs("tags") {
		t, _ := d.included("tags", id)
		tags = append(tags, Tag{ID: id, Name: t.Attributes.name()})
	}
	return tags
}

// granted reads permissions, which are an object of booleans or a list of names.
func (a attributes) granted(name string) []string {
	var granted []string
	for permission, is := range a.flags(name) {
		if is {
			granted = append(granted, permission)
		}
	}
	raw, _ := a[name].(json.RawMessage)
	var names []string
	if len(raw) <= maxDecoded && json.Unmarshal(raw, &names) == nil {
		granted = append(granted, names...)
	}
	return granted
}

// flags reads an object of booleans, or returns nil if there is none.
func (a attributes) flags(name string) map[string]bool {
	var flags map[string]bool
	for k, v := range a.object(name) {
		if b, ok := v.(bool); ok {
			if flags == nil {
				flags = map[string]bool{}
			}
			flags[k] = b
		}
	}
	return flags
}
