package scalr

import (
	"context"
	"net/http"
)

// WorkspaceSettings are what can be asked of a workspace. Zero fields are not
// sent: what they stand for stays as it is, or as the service has it.
type WorkspaceSettings struct {
	Name            string // for a creation
	Platform        string // terraform or opentofu
	Version         string // of the platform
	Directory       string // within the configuration, in which Terraform runs
	ExecutionMode   string // remote or local
	EnvironmentType string
	AutoDestroyDays int
	AutoApply       *bool
	Protection      *bool // against deletion
	TagIDs          []string
}

func (s WorkspaceSettings) attributes() map[string]any {
	attrs := map[string]any{}
	for name, text := range map[string]string{"name": s.Name, "iac-platform": s.Platform, "terraform-version": s.Version, "working-directory": s.Directory,
		"execution-mode": s.ExecutionMode, "environment-type": s.EnvironmentType} {
		if text != "" {
			attrs[name] = text
		}
	}
	for name, flag := range map[string]*bool{"auto-apply": s.AutoApply, "deletion-protection-enabled": s.Protection} {
		if flag != nil {
			attrs[name] = *flag
		}
	}
	if s.AutoDestroyDays != 0 {
		attrs["auto-destroy-days"] = s.AutoDestroyDays
	}
	return attrs
}

// CreateWorkspace creates a workspace in an environment, exactly one of its
// name. created is false if somebody else did it meanwhile.
func (c *Client) CreateWorkspace(ctx context.Context, environmentID string, s WorkspaceSettings) (w Workspace, created bool, err error) {
	return createNamed(ctx,
		func() (Workspace, error) { return c.postWorkspace(ctx, environmentID, s) },
		func() (Workspace, bool, error) { return c.workspaceNamed(ctx, environmentID, s.Name, lookingUp) })
}

func (c *Client) postWorkspace(ctx context.Context, environmentID string, s WorkspaceSettings) (w Workspace, err error) {
	op := "create workspace " + printable(s.Name, 255)
	relations := map[string]any{"environment": reference{"environments", environmentID}}
	if len(s.TagIDs) > 0 {
		relations["tags"] = references("tags", s.TagIDs)
	}
	err = c.do(ctx, call{
		op: op, method: http.MethodPost, path: []string{"workspaces"}, kind: documentType, policy: creating,
		body: body("workspaces", "", s.attributes(), relations),
		read: func(a answer) (err error) { w, err = a.workspace(op); return err },
	})
	return w, err
}

// UpdateWorkspace changes what is set in the settings, but for tags. The answer
// is what the service made of it.
func (c *Client) UpdateWorkspace(ctx context.Context, id string, s WorkspaceSettings) (w Workspace, err error) {
	op := "change workspace " + id
	err = c.do(ctx, call{
		op: op, method: http.MethodPatch, path: []string{"workspaces", id}, kind: documentType, policy: starting,
		body: body("workspaces", id, s.attributes(), nil),
		read: func(a answer) (err error) { w, err = a.workspace(op); return err },
	})
	return w, err
}

// DeleteWorkspace deletes a workspace, with its state. check has the last word
// before every attempt. A 404 may mean that it is gone, or that the token may not
// delete it; a 409 that it is protected and manages resources (openapi.yml,
// delete_workspace).
func (c *Client) DeleteWorkspace(ctx context.Context, id string, check func(context.Context) error) error {
	return c.do(ctx, call{op: "delete workspace " + id, method: http.MethodDelete, path: []string{"workspaces", id}, policy: starting, check: check})
}
