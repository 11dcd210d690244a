package scalr

import (
	"context"
	"net/http"

	"scalr-run-action/internal/sanitize"
)

// WorkspaceSettings are the settings of a workspace to create or update. Zero fields are not sent: an update keeps
// their values, a creation uses Scalr's defaults. A pointer to a zero value clears a setting.
type WorkspaceSettings struct {
	Name            string // for CreateWorkspace
	Platform        string // terraform or opentofu
	Version         string // of the platform
	ExecutionMode   string // remote or local
	EnvironmentType string
	AutoQueueRuns   string // always, never, skip_first or on_create_only
	AutoApply       *bool
	Protection      *bool // protection against deletion
	ForceLatestRun  *bool
	Directory       *string // working directory of Terraform within the configuration
	AutoDestroyDays *int
	RunTimeout      *int     // run-operation-timeout, in minutes
	VarFiles        []string // in the order in which Terraform reads them; an empty list that is not nil clears them
	AgentPoolID     *string
	TagIDs          []string // for CreateWorkspace
}

func (s WorkspaceSettings) attributes() map[string]any {
	attrs := map[string]any{}
	for name, text := range map[string]string{"name": s.Name, "iac-platform": s.Platform, "terraform-version": s.Version,
		"execution-mode": s.ExecutionMode, "environment-type": s.EnvironmentType, "auto-queue-runs": s.AutoQueueRuns} {
		if text != "" {
			attrs[name] = text
		}
	}
	for name, flag := range map[string]*bool{"auto-apply": s.AutoApply, "deletion-protection-enabled": s.Protection, "force-latest-run": s.ForceLatestRun} {
		if flag != nil {
			attrs[name] = *flag
		}
	}
	for name, number := range map[string]*int{"auto-destroy-days": s.AutoDestroyDays, "run-operation-timeout": s.RunTimeout} {
		if number != nil {
			attrs[name] = orNull(*number)
		}
	}
	if s.Directory != nil {
		attrs["working-directory"] = orNull(*s.Directory)
	}
	if s.VarFiles != nil {
		attrs["var-files"] = s.VarFiles
	}
	return attrs
}

// relations returns the relationships that creations and updates have in common.
func (s WorkspaceSettings) relations() map[string]any {
	relations := map[string]any{}
	switch {
	case s.AgentPoolID == nil:
	case *s.AgentPoolID == "":
		relations["agent-pool"] = nil
	default:
		relations["agent-pool"] = reference{"agent-pools", *s.AgentPoolID}
	}
	return relations
}

// orNull returns nil, which is sent as null, for a setting that is cleared.
func orNull[T comparable](value T) any {
	var zero T
	if value == zero {
		return nil
	}
	return value
}

// CreateWorkspace creates a workspace in an environment and ensures that exactly one has the name. created is false if
// another client has created it meanwhile.
func (c *Client) CreateWorkspace(ctx context.Context, environmentID string, s WorkspaceSettings) (w Workspace, created bool, err error) {
	return createNamed(ctx, c,
		func() (Workspace, error) { return c.postWorkspace(ctx, environmentID, s) },
		func() (Workspace, bool, error) { return c.workspaceNamed(ctx, environmentID, s.Name, lookupPolicy) })
}

func (c *Client) postWorkspace(ctx context.Context, environmentID string, s WorkspaceSettings) (w Workspace, err error) {
	op := OpCreateWorkspace.on(sanitize.Note(s.Name, 255))
	relations := s.relations()
	relations["environment"] = reference{"environments", environmentID}
	if len(s.TagIDs) > 0 {
		relations["tags"] = references("tags", s.TagIDs)
	}
	err = c.do(ctx, call{
		op: op, method: http.MethodPost, path: []string{"workspaces"}, kind: documentType, policy: createPolicy,
		body: body("workspaces", "", s.attributes(), relations),
		read: func(a answer) (err error) { w, err = a.workspace(op); return err },
	})
	return w, err
}

// UpdateWorkspace changes the fields that are set in the settings, except tags, and returns the workspace that Scalr
// reports.
func (c *Client) UpdateWorkspace(ctx context.Context, id string, s WorkspaceSettings) (w Workspace, err error) {
	op := OpUpdateWorkspace.on(id)
	err = c.do(ctx, call{
		op: op, method: http.MethodPatch, path: []string{"workspaces", id}, kind: documentType, policy: defaultPolicy,
		body: body("workspaces", id, s.attributes(), s.relations()),
		read: func(a answer) (err error) { w, err = a.workspace(op); return err },
	})
	return w, err
}

// DeleteWorkspace deletes a workspace with its state. check is called before every attempt, and its error stops the
// deletion. A 404 may mean that the workspace does not exist or that the token may not delete it; a 409 means that it
// is protected and manages resources (openapi.yml, delete_workspace).
func (c *Client) DeleteWorkspace(ctx context.Context, id string, check Check) error {
	return c.do(ctx, call{op: OpDeleteWorkspace.on(id), method: http.MethodDelete, path: []string{"workspaces", id}, policy: defaultPolicy, check: check})
}
