package action

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// workspaceStory is what the workspace action does.
type workspaceStory struct {
	companion
	in inputs.Workspace
	// environment that the workspace is in or shall be created in, once it was
	// found by the inputs; its id is empty before.
	environment scalr.Environment
}

// workspace tells the workspace action's story and gives the exit code.
func (s *step) workspace(ctx context.Context) int {
	in, notes, err := inputs.LoadWorkspace(s.source())
	s.note(notes)
	if err != nil {
		return s.conclude(ctx, explain(ctx, err), nil)
	}
	w := &workspaceStory{companion: companion{step: s, out: outputs{job: s.job}}, in: in}
	return w.attend(ctx, in.Access, w.act)
}

func (w *workspaceStory) act(ctx context.Context) error {
	switch w.in.Mode {
	case inputs.WorkspaceList:
		return w.list(ctx)
	case inputs.WorkspaceShow:
		return w.show(ctx)
	case inputs.WorkspaceOutputs:
		return w.outputs(ctx)
	case inputs.WorkspaceAbsent:
		return w.absent(ctx)
	}
	return w.present(ctx)
}

// find finds the workspace that is meant, if there is one.
func (w *workspaceStory) find(ctx context.Context) (scalr.Workspace, bool, error) {
	if w.in.WorkspaceID != "" {
		return workspaceWithID(ctx, w.client, w.in.WorkspaceID)
	}
	env, ok, err := environmentMeant(ctx, w.client, w.in.Environment)
	if err != nil || !ok {
		return scalr.Workspace{}, false, err
	}
	w.environment = env
	return workspaceNamed(ctx, w.client, env.ID, w.in.Name)
}

func workspaceWithID(ctx context.Context, c *scalr.Client, id string) (scalr.Workspace, bool, error) {
	ws, err := c.Workspace(ctx, id)
	if gone(err) {
		return ws, false, nil
	}
	return ws, err == nil, err
}

// workspaceNamed finds the workspace with exactly the name in the environment.
func workspaceNamed(ctx context.Context, c *scalr.Client, environmentID, name string) (scalr.Workspace, bool, error) {
	list, err := c.Workspaces(ctx, scalr.WorkspaceFilter{EnvironmentID: environmentID, Name: name})
	for _, ws := range list {
		if ws.Name == name && ws.EnvironmentID == environmentID {
			return ws, err == nil, err
		}
	}
	return scalr.Workspace{}, false, err
}

// missing says what is not there: the environment, or the workspace in it.
func (w *workspaceStory) missing(ctx context.Context) error {
	switch {
	case w.in.WorkspaceID != "":
		return found(codeWorkspaceMissing, "There is no workspace %s that the token can see.", w.in.WorkspaceID)
	case w.environment.ID == "":
		return missingEnvironment(ctx, w.client, w.in.Environment)
	}
	var names []string
	list, _ := w.client.Workspaces(ctx, scalr.WorkspaceFilter{EnvironmentID: w.environment.ID})
	for _, ws := range list {
		names = append(names, ws.Name)
	}
	return found(codeWorkspaceMissing, "The environment %q has no workspace %q that the token can see.%s", w.environment.Name, w.in.Name, didYouMean(w.in.Name, names))
}

// existing finds the workspace and gives out which it is.
func (w *workspaceStory) existing(ctx context.Context) (scalr.Workspace, error) {
	ws, ok, err := w.find(ctx)
	if err != nil {
		return ws, err
	}
	if !ok {
		return ws, w.missing(ctx)
	}
	w.at(ws)
	ws.Tags, err = w.named(ctx, ws.Tags)
	return ws, err
}

// at gives out which workspace it is, as soon as that is known.
func (w *workspaceStory) at(ws scalr.Workspace) {
	url := w.client.WorkspaceURL(ws.EnvironmentID, ws.ID)
	w.out.set("workspace-id", ws.ID)
	w.out.set("workspace-url", url)
	w.out.set("environment-id", ws.EnvironmentID)
	w.out.set("name", ws.Name)
	w.job.Infof("Workspace %s %s", title(ws), url)
}

func (w *workspaceStory) show(ctx context.Context) error {
	ws, err := w.existing(ctx)
	if err != nil {
		return err
	}
	w.job.Infof("%s %s, execution mode %s; tags: %s.", ws.Platform, ws.Version, ws.ExecutionMode, quoted(tagNames(ws.Tags)))
	return w.setTags(ws.Tags)
}

// outputs hands on Terraform's outputs. Scalr gives sensitive ones in clear: each
// is masked before anything else, and left out.
func (w *workspaceStory) outputs(ctx context.Context) error {
	ws, err := w.existing(ctx)
	if err != nil {
		return err
	}
	if err := w.setTags(ws.Tags); err != nil {
		return err
	}
	list, err := w.client.Outputs(ctx, ws.ID)
	if err != nil {
		return err
	}
	if err := w.setLarge("terraform-outputs", outputsJSON(w.maskSensitive(list), false)); err != nil {
		return err
	}
	sensitive := 0
	for _, o := range list {
		if o.Sensitive {
			sensitive++
		}
	}
	w.job.Infof("Outputs: %d; left out since they are sensitive: %d.", len(list)-sensitive, sensitive)
	return nil
}

// listedWorkspace is an element of the output workspaces.
type listedWorkspace struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	EnvironmentID string   `json:"environment-id"`
	Environment   string   `json:"environment"`
	Tags          []string `json:"tags"`
}

func (w *workspaceStory) list(ctx context.Context) error {
	workspaces, err := w.filtered(ctx)
	if err != nil {
		return err
	}
	end := w.job.Group(fmt.Sprintf("Workspaces: %d", len(workspaces)))
	list := make([]listedWorkspace, 0, len(workspaces))
	for _, ws := range workspaces {
		tags, err := w.named(ctx, ws.Tags)
		if err != nil {
			return err
		}
		list = append(list, listedWorkspace{ws.ID, ws.Name, ws.EnvironmentID, ws.Environment, tagNames(tags)})
		w.job.Infof("%s; tags: %s", title(ws), quoted(tagNames(tags)))
	}
	end()
	w.out.set("count", strconv.Itoa(len(list)))
	return w.setJSON("workspaces", list)
}

// filtered lists by the filters. A name is meant exactly, unless it begins with
// an operator of Scalr's, which no workspace's name can.
func (w *workspaceStory) filtered(ctx context.Context) ([]scalr.Workspace, error) {
	f := scalr.WorkspaceFilter{Query: w.in.Filter.Query, Name: w.in.Filter.Name}
	tag, some, err := w.tagFilter(ctx, w.in.Filter.Tag)
	if err != nil || !some {
		return nil, err
	}
	f.Tag = tag
	if w.in.Environment != "" {
		env, ok, err := environmentMeant(ctx, w.client, w.in.Environment)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, missingEnvironment(ctx, w.client, w.in.Environment)
		}
		f.EnvironmentID = env.ID
	}
	list, err := w.client.Workspaces(ctx, f)
	var kept []scalr.Workspace
	for _, ws := range list {
		named := f.Name == "" || strings.Contains(f.Name, ":") || ws.Name == f.Name
		if named && (f.EnvironmentID == "" || ws.EnvironmentID == f.EnvironmentID) {
			kept = append(kept, ws)
		}
	}
	return kept, err
}

// absent deletes the workspace, unless there is something that only it knows of.
func (w *workspaceStory) absent(ctx context.Context) error {
	ws, ok, err := w.find(ctx)
	if err != nil {
		return err
	}
	if !ok {
		w.job.Infof("There is no workspace %q that the token can see: nothing to delete.", w.in.Name+w.in.WorkspaceID)
		return nil
	}
	w.at(ws)
	if ws.HasResources {
		return inUse(ws, "it manages resources, which would be left behind without a state")
	}
	err = w.client.DeleteWorkspace(ctx, ws.ID)
	if gone(err) {
		// Gone meanwhile, or not allowed: a look tells.
		if _, there, lookErr := workspaceWithID(ctx, w.client, ws.ID); lookErr == nil && !there {
			err = nil
		}
	}
	if errors.Is(err, scalr.ErrConflict) {
		return inUse(ws, sentence(err))
	}
	if err != nil {
		return err
	}
	w.did("Deleted workspace %s.", title(ws))
	return nil
}

func inUse(ws scalr.Workspace, why string) error {
	protection := ""
	if ws.DeletionProtection != nil && *ws.DeletionProtection {
		protection = " It is protected against deletion."
	}
	return found(codeInUse, "Workspace %s cannot be deleted: %s.%s", title(ws), strings.TrimSuffix(why, "."), protection)
}
