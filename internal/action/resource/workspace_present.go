package resource

import (
	"context"
	"errors"
	"path"
	"regexp"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/scalr"
)

// present creates the workspace, or brings it to what is asked.
func (w *workspaceCommand) present(ctx context.Context) error {
	ws, err := w.findOrCreate(ctx)
	if err != nil {
		return err
	}
	w.recordWorkspace(ws)
	tags, err := w.reconcileTags(ctx, scalr.WorkspaceKind, ws.ID, ws.Tags, w.in.Tags)
	if err != nil {
		return err
	}
	if err := w.set(ctx, ws); err != nil {
		return err
	}
	w.reportUnchanged()
	return w.setTags(tags)
}

func (w *workspaceCommand) findOrCreate(ctx context.Context) (scalr.Workspace, error) {
	ws, ok, err := w.find(ctx)
	switch {
	case ok || err != nil:
		return ws, err
	case w.in.WorkspaceID != "" || w.environment.ID == "":
		return ws, w.missing(ctx)
	}
	return w.create(ctx)
}

func (w *workspaceCommand) create(ctx context.Context) (scalr.Workspace, error) {
	tags, err := w.tagsForCreation(ctx, w.in.Tags)
	if err != nil {
		return scalr.Workspace{}, err
	}
	ws, created, err := w.client.CreateWorkspace(ctx, w.environment.ID, scalr.WorkspaceSettings{
		Name: w.in.Name, Platform: w.in.IaCPlatform, Version: w.in.TerraformVersion, Directory: orNil(w.in.WorkingDirectory), ExecutionMode: w.in.ExecutionMode,
		EnvironmentType: w.in.EnvironmentType, AutoDestroyDays: orNil(w.in.AutoDestroyDays), AutoApply: w.in.AutoApply, Protection: w.in.DeletionProtection,
		TagIDs: tagIDs(tags),
	})
	if err != nil {
		return ws, w.refusedVersion(err)
	}
	ws.Environment = w.environment.Name
	if created {
		w.created = true
		w.recordChange("Created workspace %s; its tags: %s.", lookup.Title(ws), quoted(lookup.TagNames(tags)))
	}
	ws.Tags = withNames(tagIDs(ws.Tags), tags, ws.Tags)
	return ws, nil
}

// set changes the workspace's own settings, in one request.
func (w *workspaceCommand) set(ctx context.Context, ws scalr.Workspace) error {
	before, ask := w.compare(ws)
	w.warnUnsupported(before)
	if len(before.changes) == 0 {
		return nil
	}
	after, err := w.client.UpdateWorkspace(ctx, ws.ID, ask)
	if err != nil {
		return w.refusedVersion(err)
	}
	left, _ := w.compare(after)
	w.reportSettings(before, left)
	return nil
}

// aboutVersion finds the version of Terraform in a refusal without a pointer.
var aboutVersion = regexp.MustCompile(`(?i)\b(terraform|opentofu|tofu|software|iac)[ -]version\b`)

// refusedVersion says so if Scalr has rejected a creation or a change because of the
// version of Terraform. A change of the platform alone may do it, too.
func (w *workspaceCommand) refusedVersion(err error) error {
	var e *scalr.Error
	if !errors.As(err, &e) || !isRefusal(e) || w.in.TerraformVersion == "" && w.in.IaCPlatform == "" {
		return err
	}
	for _, p := range e.Problems {
		if strings.HasSuffix(p.Pointer, "/terraform-version") || p.Pointer == "" && aboutVersion.MatchString(p.Title+" "+p.Detail) {
			return step.Refuse(step.CodeVersionUnknown, "Scalr rejected the version %s: %s.", w.versionAsked(), strings.TrimSuffix(e.Reason(), "."))
		}
	}
	return err
}

// versionAsked is the version that the workspace should have, as the inputs say.
func (w *workspaceCommand) versionAsked() string {
	platform, version := w.in.IaCPlatform, w.in.TerraformVersion
	if version == "" {
		version = "that the workspace has"
	}
	if platform == "" {
		return version
	}
	return version + " of " + platform
}

// compare gives what differs, and what to ask for.
func (w *workspaceCommand) compare(ws scalr.Workspace) (settings, scalr.WorkspaceSettings) {
	var s settings
	directory := w.in.WorkingDirectory
	if directory != "" && path.Clean(directory) == path.Clean(ws.WorkingDirectory) {
		directory = ""
	}
	ask := scalr.WorkspaceSettings{
		Platform:        s.text("iac-platform", ws.Platform, w.in.IaCPlatform),
		Version:         s.text("terraform-version", ws.Version, w.in.TerraformVersion),
		Directory:       orNil(s.text("working-directory", ws.WorkingDirectory, directory)),
		ExecutionMode:   s.text("execution-mode", ws.ExecutionMode, w.in.ExecutionMode),
		EnvironmentType: s.text("environment-type", ws.EnvironmentType, w.in.EnvironmentType),
		AutoDestroyDays: orNil(s.number("auto-destroy-days", ws.AutoDestroyDays, w.in.AutoDestroyDays)),
		AutoApply:       s.flag("auto-apply", &ws.AutoApply, w.in.AutoApply),
		Protection:      s.flag("deletion-protection", ws.DeletionProtection, w.in.DeletionProtection),
	}
	return s, ask
}

// orNil is nil for a zero value, which leaves a setting as it is.
func orNil[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}
