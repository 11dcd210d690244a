package resource

import (
	"context"
	"errors"
	"path"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/scalr"
)

// present creates the workspace, or updates it to match the inputs. It looks up all objects that the inputs name
// before the first write.
func (w *workspaceCommand) present(ctx context.Context) error {
	links, err := w.resolveLinks(ctx)
	if err != nil {
		return err
	}
	ws, err := w.findOrCreate(ctx, links)
	if err != nil {
		return err
	}
	w.recordWorkspace(ws)
	tags, err := w.reconcileTags(ctx, scalr.WorkspaceKind, ws.ID, ws.Tags, w.in.Tags)
	if err != nil {
		return err
	}
	if err := w.set(ctx, ws, links); err != nil {
		return err
	}
	if err := w.reconcileProviderLinks(ctx, ws, links); err != nil {
		return err
	}
	if err := w.reconcileVariables(ctx, ws); err != nil {
		return err
	}
	w.reportUnchanged()
	return w.setTags(tags)
}

func (w *workspaceCommand) findOrCreate(ctx context.Context, links workspaceLinks) (scalr.Workspace, error) {
	ws, ok, err := w.find(ctx)
	switch {
	case ok || err != nil:
		return ws, err
	case w.in.WorkspaceID != "" || w.environment.ID == "":
		return ws, w.missing(ctx)
	}
	return w.create(ctx, links)
}

// create creates the workspace without a VCS connection and with auto-queue-runs off, so that no run starts
// automatically.
func (w *workspaceCommand) create(ctx context.Context, links workspaceLinks) (scalr.Workspace, error) {
	tags, err := w.tagsForCreation(ctx, w.in.Tags)
	if err != nil {
		return scalr.Workspace{}, err
	}
	_, wanted := w.compare(scalr.Workspace{}, links)
	wanted.Name, wanted.TagIDs, wanted.AutoQueueRuns = w.in.Name, tagIDs(tags), "never"
	wanted.AutoApply, wanted.Protection, wanted.ForceLatestRun = w.in.AutoApply, w.in.DeletionProtection, w.in.ForceLatestRun
	if len(w.in.VarFiles) > 0 {
		wanted.VarFiles = w.in.VarFiles
	}
	ws, created, err := w.client.CreateWorkspace(ctx, w.environment.ID, wanted)
	if err != nil {
		return ws, w.versionError(err)
	}
	ws.Environment = w.environment.Name
	if created {
		w.created = true
		w.recordChange("Created workspace %s; its tags: %s.", lookup.Title(ws), quoted(lookup.TagNames(tags)))
	}
	ws.Tags = withNames(tagIDs(ws.Tags), tags, ws.Tags)
	return ws, nil
}

// set updates the attributes of the workspace in one request.
func (w *workspaceCommand) set(ctx context.Context, ws scalr.Workspace, links workspaceLinks) error {
	before, wanted := w.compare(ws, links)
	w.warnUnsupported(before)
	if len(before.changes) == 0 {
		return nil
	}
	after, err := w.client.UpdateWorkspace(ctx, ws.ID, wanted)
	if err != nil {
		return w.versionError(err)
	}
	left, _ := w.compare(after, links)
	w.reportSettings(before, left)
	return nil
}

// aboutVersion matches an error message about the Terraform version.
var aboutVersion = lazyregexp.New(`(?i)\b(terraform|opentofu|tofu|software|iac)[ -]version\b`)

// versionError returns the error for a request that Scalr rejected because of the Terraform version. A change of
// the platform without a version can also cause this error. It returns other errors unchanged.
func (w *workspaceCommand) versionError(err error) error {
	var e *scalr.Error
	if !errors.As(err, &e) || !isRejection(e) || w.in.TerraformVersion == "" && w.in.IaCPlatform == "" {
		return err
	}
	for _, p := range e.Problems {
		if strings.HasSuffix(p.Pointer, "/terraform-version") || p.Pointer == "" && aboutVersion.MatchString(p.Title+" "+p.Detail) {
			return step.Refuse(step.CodeVersionUnavailable, "Scalr rejected the version %s: %s.", w.requestedVersion(), strings.TrimSuffix(e.Reason(), "."))
		}
	}
	return err
}

// requestedVersion describes the requested version for a message.
func (w *workspaceCommand) requestedVersion() string {
	platform, version := w.in.IaCPlatform, w.in.TerraformVersion
	if version == "" {
		version = "that the workspace has"
	}
	if platform == "" {
		return version
	}
	return version + " of " + platform
}

// compare returns the differences between the workspace and the inputs, and the settings to request.
func (w *workspaceCommand) compare(ws scalr.Workspace, links workspaceLinks) (settings, scalr.WorkspaceSettings) {
	var s settings
	directory := w.in.WorkingDirectory
	if directory != nil && path.Clean(*directory) == path.Clean(ws.WorkingDirectory) {
		directory = nil // "" and "." denote the same directory
	}
	wanted := scalr.WorkspaceSettings{
		Platform:        s.text("iac-platform", ws.Platform, w.in.IaCPlatform),
		Version:         s.text("terraform-version", ws.Version, w.in.TerraformVersion),
		Directory:       s.clearableText("working-directory", ws.WorkingDirectory, directory),
		ExecutionMode:   s.text("execution-mode", ws.ExecutionMode, w.in.ExecutionMode),
		EnvironmentType: s.text("environment-type", ws.EnvironmentType, w.in.EnvironmentType),
		AutoDestroyDays: s.clearableNumber("auto-destroy-days", ws.AutoDestroyDays, w.in.AutoDestroyDays),
		AutoApply:       s.flag("auto-apply", &ws.AutoApply, w.in.AutoApply),
		Protection:      s.flag("deletion-protection", ws.DeletionProtection, w.in.DeletionProtection),
		VarFiles:        s.list("var-files", ws.VarFiles, w.in.VarFiles),
		RunTimeout:      s.clearableNumber("run-operation-timeout", ws.RunTimeout, w.in.RunTimeout),
		ForceLatestRun:  s.flag("force-latest-run", &ws.ForceLatestRun, w.in.ForceLatestRun),
		AgentPoolID:     s.clearableText("agent-pool", ws.AgentPoolID, links.agentPoolID),
	}
	for i, c := range s.changes {
		if c.name == "agent-pool" {
			s.changes[i].from, s.changes[i].to = links.agentPool(c.from), links.agentPool(c.to)
		}
	}
	return s, wanted
}
