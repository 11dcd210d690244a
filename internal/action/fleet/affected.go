// Package fleet implements the actions for all workspaces of a repository: affected lists the workspaces that a
// change affects, and overview reports their runs.
package fleet

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/affected"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// affectedTime is the time limit of the whole step.
const affectedTime = 10 * time.Minute

// affectedCommand is one execution of the affected action.
type affectedCommand struct {
	*step.Step
	in     inputs.Affected
	client *scalr.Client
	out    step.Outputs
	tags   lookup.TagResolver
	tree   *affected.Tree
	page   report.Affected
	owners []*place // workspaces that are never listed, but own files
}

// Affected runs the affected action and returns the exit code.
func Affected(ctx context.Context, s *step.Step) int {
	in, notes, err := inputs.LoadAffected(s.InputSource())
	s.Job.MaskToken(in.GitHubToken)
	s.ShowNotes(notes)
	if err != nil {
		return s.Finish(step.Explain(ctx, err), nil)
	}
	c := &affectedCommand{Step: s, in: in, out: s.NewOutputs()}
	ctx, cancel := c.WithTimeout(ctx, affectedTime)
	defer cancel()
	o := step.Outcome{Result: result.Done}
	if err := c.execute(ctx); err != nil {
		o = step.Explain(ctx, err).ForCompanion()
	}
	c.writeSummary(o)
	c.SetResult(o, &c.out)
	return c.Finish(o, &c.out)
}

func (c *affectedCommand) execute(ctx context.Context) (err error) {
	if err := c.CheckProxyAndCA(); err != nil {
		return err
	}
	if c.tree, err = affected.ReadTree(os.DirFS(c.Job.Root()).(fs.ReadLinkFS)); err != nil {
		return step.Refuse(step.CodeDirectoriesMissing, "The checkout cannot be read: %v.", err)
	}
	if c.client, err = c.SignIn(ctx, c.in.Access, (&progress.Logger{Job: c.Job}).Retrying); err != nil {
		return err
	}
	c.tags.Client = c.client
	considered, err := c.selectedWorkspaces(ctx)
	if err != nil {
		return err
	}
	if c.in.DependsOn, err = resolveDependencies(c.in.DependsOn, considered); err != nil {
		return err
	}
	places, err := c.findPlaces(considered)
	if err != nil {
		return err
	}
	change, err := c.findChange(ctx)
	if err != nil {
		return err
	}
	return c.list(ctx, places, change)
}

// list sets the outputs to the affected workspaces.
func (c *affectedCommand) list(ctx context.Context, places []*place, change change) error {
	present, removed, err := c.present(places, change)
	if err != nil {
		return err
	}
	if change.unknown != "" {
		c.Job.Warnf("Every workspace is listed as affected, because it is unknown what changed: %s.", change.unknown)
	}
	found := c.affectedBy(present, removed, change)
	c.warnOutsideFiles(found)
	c.warnUnmatchedPatterns(present, change)
	waves := wavesOf(found, c.in.DependsOn)
	items, err := c.items(ctx, found, waves)
	if err != nil {
		return err
	}
	removedItems, err := c.items(ctx, removed, nil)
	if err != nil {
		return err
	}
	unclaimed := c.unclaimed(places, change)
	c.show(items, len(present), removedItems, unclaimed)
	if err := c.setCommonOutputs(items, removedItems, unclaimed); err != nil {
		return err
	}
	if err := c.checkLimits(len(items)); err != nil {
		return err
	}
	return c.setListOutputs(items)
}

// affectedBy returns those of the present places that the change affects, in the same order. The removed places and
// the owners are part of the search, so that files in their directories do not affect other places.
func (c *affectedCommand) affectedBy(present, removed []*place, change change) []*place {
	var workspaces []affected.Workspace
	for _, p := range slices.Concat(present, removed, c.owners) {
		workspaces = append(workspaces, p.workspace())
	}
	var found []*place
	var doubts []string
	results := c.tree.Find(change.paths, workspaces, c.in.AffectedBy)
	for i, p := range present {
		p.result = results[i]
		switch {
		case change.everything:
			p.result.ChangedFile = ""
		case !p.result.Affected:
			continue
		case p.result.Unknown != "":
			doubts = append(doubts, fmt.Sprintf("%s (%s)", p.name(), p.result.Unknown))
		}
		found = append(found, p)
	}
	if len(doubts) > 0 {
		c.Job.Noticef("Listed as affected, because not all files that they use are known: %s.", listFirst(doubts))
	}
	return found
}

// item is an element of the output workspaces.
type item struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	EnvironmentID string   `json:"environment-id"`
	Environment   string   `json:"environment"`
	Tags          []string `json:"tags"`
	Directory     string   `json:"directory"`
	Path          string   `json:"path"`
	Because       string   `json:"because"`
	Wave          int      `json:"wave"`
}

// items converts places to elements of the output, sorted by wave.
func (c *affectedCommand) items(ctx context.Context, places []*place, waves map[inputs.WorkspaceName]int) ([]item, error) {
	list := make([]item, 0, len(places))
	for _, p := range places {
		tags, err := c.tags.Resolve(ctx, p.ws.Tags)
		if err != nil {
			return nil, err
		}
		list = append(list, item{p.ws.ID, p.ws.Name, p.ws.EnvironmentID, p.ws.Environment, lookup.TagNames(tags),
			p.directory, p.path, p.result.ChangedFile, waves[p.name()]})
	}
	slices.SortStableFunc(list, func(a, b item) int { return a.Wave - b.Wave })
	return list, nil
}

// maxMatrixJobs is GitHub's limit for the number of jobs in a matrix.
const maxMatrixJobs = 256

// checkLimits returns an error if the number of workspaces exceeds max-affected or the size of a matrix.
func (c *affectedCommand) checkLimits(n int) error {
	switch {
	case c.in.MaxAffected > 0 && n > c.in.MaxAffected:
		return step.Refuse(step.CodeTooManyAffected, "%d workspaces are affected, but `max-affected` is %d.", n, c.in.MaxAffected)
	case c.in.BatchSize == 0 && n > maxMatrixJobs:
		return &step.Refusal{
			Code:    step.CodeTooManyAffected,
			Problem: fmt.Sprintf("%d workspaces are affected, but a GitHub matrix can have %d jobs.", n, maxMatrixJobs),
			Advice:  "Set `batch-size` and use the output `batches`: one job for each batch.",
		}
	}
	return nil
}

// setCommonOutputs sets the outputs that do not depend on the limits.
func (c *affectedCommand) setCommonOutputs(items, removed []item, unclaimed []string) error {
	c.out.Set("count", strconv.Itoa(len(items)))
	if err := c.out.SetJSON("removed", removed); err != nil {
		return err
	}
	return c.out.SetJSON("unclaimed", unclaimed)
}

func (c *affectedCommand) setListOutputs(items []item) error {
	ids := make([]string, 0, len(items))
	for _, i := range items {
		ids = append(ids, i.ID)
	}
	c.warnLongList(items)
	batches := make([][]item, 0)
	if c.in.BatchSize > 0 {
		batches = slices.AppendSeq(batches, slices.Chunk(items, c.in.BatchSize))
	}
	for _, output := range []struct {
		name  string
		value any
	}{{"workspace-ids", ids}, {"workspaces", items}, {"batches", batches}} {
		if err := c.out.SetJSON(output.name, output.value); err != nil {
			return err
		}
	}
	return nil
}
