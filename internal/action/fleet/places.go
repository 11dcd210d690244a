package fleet

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/affected"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// place is a workspace and the directory of its configuration.
type place struct {
	ws         scalr.Workspace
	candidates []string // possible directories; the first existing one is used
	exact      bool     // the input directories names the directory
	directory  string   // relative to the root of the checkout
	path       string   // directory to upload
	result     affected.Result
}

func (p *place) name() inputs.WorkspaceName {
	return inputs.WorkspaceName{Environment: p.ws.Environment, Workspace: p.ws.Name}
}

// workingDirectory returns the working directory of the workspace, "." for the root of the uploaded directory.
func (p *place) workingDirectory() string { return cleanDirectory(p.ws.WorkingDirectory) }

// workspace returns the input of the search for affected workspaces. A variable file, or a path in the command of a hook, may be
// relative to the uploaded directory or to the working directory. A change that deletes a candidate before the directory
// replaces the configuration.
func (p *place) workspace() affected.Workspace {
	w := affected.Workspace{Environment: p.ws.Environment, Name: p.ws.Name, Directory: p.directory}
	if p.ws.Terragrunt {
		w.Unknown = "the files that Terragrunt's configuration names are not searched"
	}
	for _, dir := range p.candidates {
		if dir == p.directory {
			break
		}
		w.Files = append(w.Files, dir)
	}
	for _, file := range append(pathsIn(p.ws.HookCommands), p.ws.VarFiles...) {
		for _, base := range []string{p.path, p.directory} {
			if to := path.Join(base, file); to != ".." && !strings.HasPrefix(to, "../") && !path.IsAbs(file) {
				w.Files = append(w.Files, to)
			}
		}
	}
	return w
}

// pathsIn returns the words of shell commands that may be paths. It omits those that consist of ".." only, since a command such
// as "cd .." would depend on all files.
func pathsIn(commands string) (paths []string) {
	for _, word := range strings.Fields(shellPunctuation.Replace(commands)) {
		if strings.Trim(word, "./") != "" && strings.ContainsAny(word, "./") {
			paths = append(paths, word)
		}
	}
	return paths
}

// shellPunctuation replaces characters that separate words in shell commands.
var shellPunctuation = strings.NewReplacer(`"`, " ", "'", " ", "`", " ", ";", " ", "&", " ", "|", " ", "(", " ", ")", " ", "<", " ", ">", " ",
	"=", " ", ":", " ", ",", " ")

// cleanDirectory converts a working directory in Scalr to a path relative to the uploaded directory.
func cleanDirectory(dir string) string { return cmp.Or(path.Clean("/" + dir)[1:], ".") }

// selectedWorkspaces returns the workspaces that the inputs select, sorted by name.
func (c *affectedCommand) selectedWorkspaces(ctx context.Context) ([]scalr.Workspace, error) {
	list, err := lookup.ListWorkspaces(ctx, c.client, c.in.Environment, c.in.Filter, func(text string) { c.Job.Noticef("%s", text) })
	if err != nil {
		return nil, err
	}
	if err := c.nameEnvironments(ctx, list); err != nil {
		return nil, err
	}
	if len(c.in.Workspaces) > 0 {
		all := list
		if list, err = workspacesNamed(all, c.in.Workspaces); err != nil {
			return nil, err
		}
		for _, ws := range all {
			if !slices.ContainsFunc(list, func(w scalr.Workspace) bool { return w.ID == ws.ID }) {
				c.addOwner(ws)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b scalr.Workspace) int {
		return cmp.Or(strings.Compare(a.Environment, b.Environment), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}

// nameEnvironments fills in missing names of environments, which are part of the directories.
func (c *affectedCommand) nameEnvironments(ctx context.Context, list []scalr.Workspace) error {
	unnamed := func(ws scalr.Workspace) bool { return ws.Environment == "" }
	if !slices.ContainsFunc(list, unnamed) {
		return nil
	}
	environments, err := c.client.Environments(ctx, scalr.EnvironmentFilter{})
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, e := range environments {
		names[e.ID] = e.Name
	}
	for i, ws := range list {
		if list[i].Environment = cmp.Or(ws.Environment, names[ws.EnvironmentID]); unnamed(list[i]) {
			return &step.Refusal{
				Code:    step.CodeWorkspaceAmbiguous,
				Problem: fmt.Sprintf("Scalr does not report the environment of workspace %s.", lookup.Title(ws)),
				Advice:  "Check that the token may read the environment (`environments:read`).",
			}
		}
	}
	return nil
}

// workspacesNamed returns the workspaces with the given names, in the same order. The environment may be a name or an
// id.
func workspacesNamed(list []scalr.Workspace, names []inputs.WorkspaceName) ([]scalr.Workspace, error) {
	byName := map[inputs.WorkspaceName]scalr.Workspace{}
	var titles []string
	for _, ws := range list {
		byName[inputs.WorkspaceName{Environment: ws.EnvironmentID, Workspace: ws.Name}] = ws
	}
	for _, ws := range list { // second, so that a name takes precedence over an id
		n := inputs.WorkspaceName{Environment: ws.Environment, Workspace: ws.Name}
		byName[n] = ws
		titles = append(titles, n.String())
	}
	var found []scalr.Workspace
	seen := map[string]bool{}
	for _, n := range names {
		ws, ok := byName[n]
		if !ok {
			return nil, step.Refuse(step.CodeWorkspaceNotFound, "Workspace %q not found, or the token cannot read it.%s", n.String(),
				lookup.DidYouMean(n.String(), titles))
		}
		if !seen[ws.ID] {
			seen[ws.ID] = true
			found = append(found, ws)
		}
	}
	return found, nil
}

// findPlaces finds the directories of all workspaces to which a configuration can be uploaded.
func (c *affectedCommand) findPlaces(list []scalr.Workspace) ([]*place, error) {
	var places []*place
	var notUploadable []string
	for _, ws := range list {
		p := &place{ws: ws}
		if ws.VCS != "" || ws.ModuleVersionID != "" || ws.ExecutionMode == "local" {
			notUploadable = append(notUploadable, p.name().String())
			c.addOwner(ws)
			continue
		}
		p.candidates, p.exact = c.candidates(p)
		places = append(places, p)
	}
	if len(notUploadable) > 0 {
		c.Job.Noticef("Workspaces that do not accept uploads are omitted (they use a repository or a module, or the execution mode local): %s.",
			listFirst(notUploadable))
	}
	c.warnUnknownWorkspaces(list)
	var mismatches []string
	for _, p := range places {
		p.directory = c.firstExisting(p.candidates)
		var ok bool
		if p.path, ok = uploadPath(p.directory, p.workingDirectory()); !ok && c.exists(p) {
			mismatches = append(mismatches, fmt.Sprintf("%s in %q has the working directory %q", p.name(), p.directory, p.workingDirectory()))
		}
	}
	if len(mismatches) > 0 {
		return nil, step.Refuse(step.CodeDirectoryMismatch, "The directory of a workspace does not end in its working directory in Scalr: %s.",
			listFirst(mismatches))
	}
	return places, nil
}

// addOwner records a workspace that is never listed. It owns its directory too, unless its configuration is a module or in
// another repository. A repository whose name Scalr does not report, which has no slash, may be this one.
func (c *affectedCommand) addOwner(ws scalr.Workspace) {
	if ws.ModuleVersionID != "" || strings.Contains(ws.VCS, "/") && !strings.EqualFold(ws.VCS, c.Job.Event().Repository) {
		return
	}
	p := &place{ws: ws}
	p.candidates, _ = c.candidates(p)
	p.directory = c.firstExisting(p.candidates)
	c.owners = append(c.owners, p)
}

// firstExisting returns the first of the directories that is in the checkout, or else the first one.
func (c *affectedCommand) firstExisting(dirs []string) string {
	return dirs[max(0, slices.IndexFunc(dirs, c.tree.HasDirectory))]
}

// candidates returns the possible directories of the configuration in order of precedence. exact is set if the input
// directories names the workspace.
func (c *affectedCommand) candidates(p *place) (dirs []string, exact bool) {
	d := c.in.Directories
	for _, environment := range []string{p.ws.Environment, p.ws.EnvironmentID} {
		if dir, ok := d.Exact[inputs.WorkspaceName{Environment: environment, Workspace: p.ws.Name}]; ok {
			return []string{dir}, true
		}
	}
	for _, pattern := range d.Patterns {
		dir := path.Clean(strings.NewReplacer("{environment}", p.ws.Environment, "{workspace}", p.ws.Name).Replace(pattern))
		dirs = append(dirs, dir)
	}
	if len(dirs) == 0 {
		dirs = []string{p.workingDirectory()}
	}
	return dirs, false
}

// uploadPath returns the directory to upload: the directory without the working directory at its end.
func uploadPath(directory, working string) (sent string, ok bool) {
	switch {
	case working == ".":
		return directory, true
	case directory == working:
		return ".", true
	}
	sent, ok = strings.CutSuffix(directory, "/"+working)
	return sent, ok
}

// exists reports whether the directory of a place exists in the checkout. The root of the checkout always exists, so
// it counts only if it contains Terraform files or the input directories names it.
func (c *affectedCommand) exists(p *place) bool {
	if p.directory == "." && c.in.Directories.None() && !p.ws.Terragrunt && !c.tree.HasTerraform(".") {
		return false
	}
	return c.tree.HasDirectory(p.directory)
}

// present returns the places whose directory exists, and those whose directory the change deletes. It logs the
// others, also those whose directory it may delete.
func (c *affectedCommand) present(places []*place, change change) (present, removed []*place, err error) {
	var missing, mistyped, doubtful []string
	for _, p := range places {
		if c.exists(p) {
			present = append(present, p)
			continue
		}
		dir, how := change.deletedDirectory(c.tree, p)
		if how != notDeleted {
			p.directory = dir
		}
		text := fmt.Sprintf("%s (%s)", p.name(), p.directory)
		switch {
		case how == deleted:
			p.path, _ = uploadPath(dir, p.workingDirectory())
			removed = append(removed, p)
		case how == maybeDeleted:
			doubtful = append(doubtful, text)
		case p.exact:
			mistyped = append(mistyped, text)
		default:
			missing = append(missing, text)
		}
	}
	switch {
	case len(places) == 0:
		return nil, nil, step.Refuse(step.CodeDirectoriesMissing,
			"No workspace to compare: the token can read no workspace that accepts uploads and matches the filters.")
	case len(mistyped)+len(missing) > 0 && c.isSparseCheckout():
		return nil, nil, &step.Refusal{
			Code: step.CodeDirectoriesMissing,
			Problem: fmt.Sprintf("The checkout is sparse, and the directories of these workspaces are not in it: %s.",
				listFirst(slices.Concat(mistyped, missing))),
			Advice: "Remove `sparse-checkout` from actions/checkout. Without it, workspaces whose directory is not in the repository are omitted.",
		}
	case len(present)+len(removed)+len(doubtful) == 0:
		return nil, nil, step.Refuse(step.CodeDirectoriesMissing, "No workspace has its directory in the checkout: %s.",
			listFirst(slices.Concat(mistyped, missing)))
	}
	if len(mistyped) > 0 {
		c.Job.Warnf("Workspaces for which `directories` names a directory that is not in the checkout are omitted: %s.", listFirst(mistyped))
	}
	if len(doubtful) > 0 {
		c.Job.Warnf("This change may delete the directory of %s: a submodule or a link above it has changed. If it does, resources that the "+
			"workspaces manage stay: destroy them before the change is merged.", listFirst(doubtful))
	}
	if len(missing) > 0 {
		c.Job.Noticef("Workspaces whose directory is not in the checkout are omitted: %s.", listFirst(missing))
	}
	return present, removed, nil
}

// warnUnknownWorkspaces logs a warning about lines of the inputs directories and depends-on with unknown workspaces. It does
// not check those that a filter might exclude.
func (c *affectedCommand) warnUnknownWorkspaces(list []scalr.Workspace) {
	if c.in.Filter != (inputs.WorkspaceFilter{}) || len(c.in.Workspaces) > 0 {
		return
	}
	known, environments := map[inputs.WorkspaceName]bool{}, map[string]bool{}
	var titles []string
	for _, ws := range list {
		known[inputs.WorkspaceName{Environment: ws.Environment, Workspace: ws.Name}] = true
		known[inputs.WorkspaceName{Environment: ws.EnvironmentID, Workspace: ws.Name}] = true
		environments[ws.Environment], environments[ws.EnvironmentID] = true, true
		titles = append(titles, ws.Environment+"/"+ws.Name)
	}
	var dependencies []inputs.WorkspaceName
	for _, d := range c.in.DependsOn {
		dependencies = append(dependencies, d.Workspace, d.On)
	}
	for _, input := range []struct {
		name  string
		names []inputs.WorkspaceName
	}{{"directories", slices.Collect(maps.Keys(c.in.Directories.Exact))}, {"depends-on", dependencies}} {
		var unknown []string
		for _, n := range input.names {
			if !known[n] && (c.in.Environment == "" || environments[n.Environment]) {
				unknown = append(unknown, fmt.Sprintf("%q.%s", n.String(), lookup.DidYouMean(n.String(), titles)))
			}
		}
		if slices.Sort(unknown); len(unknown) > 0 {
			c.Job.Warnf("`%s` names workspaces that the token cannot read: %s", input.name, listFirst(slices.Compact(unknown)))
		}
	}
}

// listFirst returns the first names in a list, and the number of the others.
func listFirst(list []string) string {
	if len(list) <= lookup.MaxNamed {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:lookup.MaxNamed], ", "), len(list)-lookup.MaxNamed)
}
