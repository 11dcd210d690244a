package fleet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/affected"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/units"
)

// show logs the affected workspaces and records them for the job summary.
func (c *affectedCommand) show(items []item, considered int, removed []item, unclaimed []string) {
	c.page.Considered, c.page.Unclaimed = considered, unclaimed
	for _, i := range items {
		c.page.Workspaces = append(c.page.Workspaces, row(i))
	}
	for _, i := range removed {
		c.page.Removed = append(c.page.Removed, row(i))
	}
	end := c.Job.Group(fmt.Sprintf("Affected workspaces: %d of %d", len(items), considered))
	for _, i := range items {
		text := i.Environment + "/" + i.Name + " in " + i.Directory
		if i.Because != "" {
			text += ", because of " + i.Because
		}
		if len(c.in.DependsOn) > 0 {
			text += fmt.Sprintf(", wave %d", i.Wave)
		}
		c.Job.Infof("%s", text)
	}
	end()
	if len(removed) > 0 {
		var names []string
		for _, i := range removed {
			names = append(names, fmt.Sprintf("%s/%s (%s)", i.Environment, i.Name, i.Directory))
		}
		c.Job.Warnf("This change deletes the directory of %s. Resources that the workspaces manage stay: destroy them before the change "+
			"is merged.", listFirst(names))
	}
	if len(unclaimed) > 0 {
		c.Job.Noticef("Changed directories that belong to no selected workspace: %s.", listFirst(unclaimed))
	}
}

func row(i item) report.AffectedWorkspace {
	return report.AffectedWorkspace{Environment: i.Environment, Name: i.Name, Directory: i.Directory, Because: i.Because, Wave: i.Wave}
}

// writeSummary writes the job summary if the change is known. It never changes the outcome.
func (c *affectedCommand) writeSummary(o step.Outcome) {
	if c.page.Scope == "" {
		return
	}
	c.page.Waves = len(c.in.DependsOn) > 0
	if o.ExitCode() != 0 {
		c.page.Problem = c.Redact.String(o.Problem)
	}
	err := c.Job.WriteSummary(c.page.Summary())
	if err != nil && !errors.Is(err, job.ErrNoSummary) {
		c.Job.Warnf("The job summary could not be written: %v", err)
	}
}

// otherOutputs is the space in toJSON(needs) for everything except the list, in bytes.
const otherOutputs = 8 << 10

// warnLongList logs a warning if the inputs of the overview may be too long for environment variables. The needs context has
// the list as a string in JSON.
func (c *affectedCommand) warnLongList(items []item) {
	list, _ := json.Marshal(items) // cannot fail
	n := len(list) + bytes.Count(list, []byte(`"`)) + bytes.Count(list, []byte(`\`))
	if n > step.MaxVariableLength-otherOutputs {
		c.Job.Warnf("The list of workspaces has %s. An input can have at most 128 KiB, so the overview action might not start with "+
			"`needs: ${{ toJSON(needs) }}`, which contains the outputs of this job. Pass it `workspace-ids` and only the results of the "+
			"jobs, as docs/monorepos.md shows for many workspaces.", units.Size(int64(len(list))))
	}
}

// warnOutsideFiles logs a warning about files that configurations use but that are not uploaded with them.
func (c *affectedCommand) warnOutsideFiles(found []*place) {
	var users []string
	example := ""
	for _, p := range found {
		for _, used := range p.result.Uses {
			if !isBelow(used, p.path) {
				if len(users) == 0 {
					example = fmt.Sprintf("`working-directory: %s`", p.directory)
				}
				users = append(users, fmt.Sprintf("%s uses %s and uploads %s", p.name(), used, p.path))
				break
			}
		}
	}
	if len(users) > 0 {
		c.Job.Warnf("Modules or files outside the uploaded directory are missing in a run: %s. In Scalr, set the working directory "+
			"of each of these workspaces to its full path in the repository (%s for the first), so that `path` becomes the root "+
			"of the checkout, or move the files that it uses below `path` (a module may also come from a registry).", listFirst(users), example)
	}
}

// warnUnmatchedPatterns logs a warning about patterns that match no file, since they are probably misspelled.
func (c *affectedCommand) warnUnmatchedPatterns(present []*place, change change) {
	workspaces := make([]affected.Workspace, len(present))
	for i, p := range present {
		workspaces[i] = p.workspace()
	}
	var list []string
	for _, p := range c.tree.Unmatched(c.in.AffectedBy, change.paths, workspaces) {
		list = append(list, fmt.Sprintf("%q", p.String()))
	}
	if len(list) > 0 {
		c.Job.Warnf("`affected-by` has patterns that match no file in the checkout, and none that changed: %s.", listFirst(list))
	}
}

// unclaimed returns the changed directories that match a pattern of the input directories but belong to no workspace. The
// parents of a directory that belongs to one are not considered.
func (c *affectedCommand) unclaimed(places []*place, change change) []string {
	claimed := map[string]bool{}
	for _, p := range slices.Concat(places, c.owners) {
		for _, dir := range p.candidates {
			claimed[dir] = true
		}
	}
	found := []string{}
	for _, pattern := range c.in.Directories.Patterns {
		matches := directoryPattern(pattern)
		for _, changed := range change.paths {
			for dir := path.Dir(changed); dir != "." && !claimed[dir]; dir = path.Dir(dir) {
				if matches.MatchString(dir) && c.tree.HasDirectory(dir) {
					found = append(found, dir)
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// directoryPattern returns a regular expression for the directories that a pattern can produce.
func directoryPattern(pattern string) *regexp.Regexp {
	name := strings.NewReplacer(`\{environment\}`, `[^/]+`, `\{workspace\}`, `[^/]+`)
	return regexp.MustCompile("^" + name.Replace(regexp.QuoteMeta(pattern)) + "$")
}

// isBelow reports whether p is dir or in dir.
func isBelow(p, dir string) bool { return dir == "." || p == dir || strings.HasPrefix(p, dir+"/") }
