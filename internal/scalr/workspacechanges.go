package scalr

import (
	"context"
	"net/http"

	"scalr-run-action/internal/sanitize"
)

// WorkspaceSettings are what can be requested of a workspace. Fields that are
// zero are not sent, so that what they stand for stays as it is, or as the service
// has it. Of a pointer the zero value clears a setting.
type WorkspaceSettings struct {
	Name            string // for a creation
	Platform        string // terraform or opentofu
	Version         string // of the platform
	ExecutionMode   string // remote or local
	EnvironmentType string
	AutoQueueRuns   string // always, never, skip_first or on_create_only
	AutoApply       *bool
	Protection      *bool // against deletion
	ForceLatestRun  *bool
	Directory       *string // within the configuration, in which Terraform runs
	AutoDestroyDays *int
	RunTimeout      *int     // run-operation-timeout, in minutes
	VarFiles        []string // in the order in which Terraform reads them; not nil but empty clears them
	AgentPoolID     *string
	TagIDs          []string // for a creation
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

// relations are the relationships that a creation and a change have in common.
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

// orNull is null for a value that is cleared.
func orNull[T comparable](value T) any {
	var zero T
	if value == zero {
		return nil
	}
	return value
}

// CreateWorkspace creates a workspace in an environment, exactly one of its
// name. created is false if another client did it meanwhile.
func (c *Client) CreateWorkspace(ctx context.Context, environmentID string, s WorkspaceSettings) (w Workspace, created bool, err error) {
	return createNamed(ctx,
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

// UpdateWorkspace changes what is set in the settings, but for tags. The response is what the service made of it.
func (c *Client) UpdateWorkspace(ctx context.Context, id string, s WorkspaceSettings) (w Workspace, err error) {
	op := OpUpdateWorkspace.on(id)
	err = c.do(ctx, call{
		op: op, method: http.MethodPatch, path: []string{"workspaces", id}, kind: documentType, policy: defaultPolicy,
		body: body("workspaces", id, s.attributes(), s.relations()),
		read: func(a answer) (err error) { w, err = a.workspace(op); return err },
	})
	return w, err
}

// DeleteWorkspace deletes a workspace, with its state. check has the last word
// before every attempt. A 404 may mean that it is gone, or that the token may not
// delete it; a 409 that it is protected and manages resources (openapi.yml,
// delete_workspace).
func (c *Client) DeleteWorkspace(ctx context.Context, id string, check func(context.Context) error) error {
	return c.do(ctx, call{op: OpDeleteWorkspace.on(id), method: http.MethodDelete, path: []string{"workspaces", id}, policy: defaultPolicy, check: check})
}
