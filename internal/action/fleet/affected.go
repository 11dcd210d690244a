// Package fleet implements the actions for many workspaces of one repository: affected lists those that a change
// affects, overview reports on the runs of all of them.
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

// affectedTime limits the whole step.
const affectedTime = 10 * time.Minute

// affectedCommand is one run of the affected action.
type affectedCommand struct {
	*step.Step
	in     inputs.Affected
	client *scalr.Client
	out    step.Outputs
	tags   lookup.TagResolver
	tree   *affected.Tree
	page   report.Affected
}

// Affected runs the affected action and returns the exit code.
func Affected(ctx context.Context, s *step.Step) int {
	in, notes, err := inputs.LoadAffected(s.InputSource())
	s.Job.Mask(in.GitHubToken)
	s.ShowNotes(notes)
	if err != nil {
		return s.Finish(step.Explain(ctx, err), nil)
	}
	c := &affectedCommand{Step: s, in: in, out: s.NewOutputs()}
	ctx, cancel := c.WithTimeout(ctx, affectedTime)
	defer cancel()
	o := step.Outcome{Result: result.Done}
	if err := c.execute(ctx); err != nil {
		o = outcomeOf(ctx, err)
	}
	c.writeSummary(o)
	c.SetResult(o, &c.out)
	return c.Finish(o, &c.out)
}

// outcomeOf explains an error in terms of this action, which has no input timeout and whose objects may not exist.
func outcomeOf(ctx context.Context, err error) step.Outcome {
	o := step.Explain(ctx, err)
	switch o.Code {
	case step.CodeEnvironmentGone, step.CodeWorkspaceMissing:
		o.Result, o.Input = result.NotFound, ""
	case step.CodeTimedOut:
		o.Hints, o.Input = []string{step.Advice(step.CodeNoAnswer)}, ""
	}
	return o
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
	considered, err := c.considered(ctx)
	if err != nil {
		return err
	}
	places, err := c.place(considered)
	if err != nil {
		return err
	}
	change, err := c.findChange(ctx)
	if err != nil {
		return err
	}
	return c.list(ctx, places, change)
}

// list writes the affected workspaces to the outputs.
func (c *affectedCommand) list(ctx context.Context, places []*place, change change) error {
	present, removed, err := c.present(places, change)
	if err != nil {
		return err
	}
	found := c.affectedBy(present, removed, change)
	c.reportOutside(found)
	c.reportUnmatchedPatterns(present, change)
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
	if err := c.writeSurroundings(items, removedItems, unclaimed); err != nil {
		return err
	}
	if err := c.checkLimits(len(items)); err != nil {
		return err
	}
	return c.writeLists(items)
}

// affectedBy returns the present places that the change affects, by name. The removed ones own the files that were
// deleted in their directories.
func (c *affectedCommand) affectedBy(present, removed []*place, change change) []*place {
	var workspaces []affected.Workspace
	for _, p := range slices.Concat(present, removed) {
		workspaces = append(workspaces, p.workspace())
	}
	var found []*place
	var doubts []string
	answers := c.tree.Find(change.paths, workspaces, c.in.AffectedBy)
	for i, p := range present {
		answer := answers[i]
		p.answer = answer
		switch {
		case change.everything:
			p.answer.ChangedFile = ""
		case !answer.Affected:
			continue
		case answer.Unknown != "":
			doubts = append(doubts, fmt.Sprintf("%s (%s)", p.name(), answer.Unknown))
		}
		found = append(found, p)
	}
	if len(doubts) > 0 {
		c.Job.Noticef("Listed as affected, because not all files that they use are known: %s.", firstOf(doubts))
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

// items are the elements for places, by wave and then by name.
func (c *affectedCommand) items(ctx context.Context, places []*place, waves map[inputs.WorkspaceName]int) ([]item, error) {
	list := make([]item, 0, len(places))
	for _, p := range places {
		tags, err := c.tags.Resolve(ctx, p.ws.Tags)
		if err != nil {
			return nil, err
		}
		list = append(list, item{p.ws.ID, p.ws.Name, p.ws.EnvironmentID, p.ws.Environment, lookup.TagNames(tags),
			p.directory, p.path, p.answer.ChangedFile, waves[p.name()]})
	}
	slices.SortStableFunc(list, func(a, b item) int { return a.Wave - b.Wave })
	return list, nil
}

// mostInMatrix is GitHub's limit for the jobs of a matrix.
const mostInMatrix = 256

// checkLimits refuses a list that exceeds max-affected or the size of a matrix.
func (c *affectedCommand) checkLimits(n int) error {
	switch {
	case c.in.MaxAffected > 0 && n > c.in.MaxAffected:
		return step.Refuse(step.CodeTooManyAffected, "%d workspaces are affected, but `max-affected` is %d.", n, c.in.MaxAffected)
	case c.in.BatchSize == 0 && n > mostInMatrix:
		return &step.Refusal{
			Code:    step.CodeTooManyAffected,
			Problem: fmt.Sprintf("%d workspaces are affected, but a GitHub matrix can have %d jobs.", n, mostInMatrix),
			Advice:  "Set `batch-size` and use the output `batches`: one job for each batch.",
		}
	}
	return nil
}

// writeSurroundings writes the outputs that are set even if the list itself is refused.
func (c *affectedCommand) writeSurroundings(items, removed []item, unclaimed []string) error {
	c.out.Set("count", strconv.Itoa(len(items)))
	if err := c.out.SetJSON("removed", removed); err != nil {
		return err
	}
	return c.out.SetJSON("unclaimed", unclaimed)
}

func (c *affectedCommand) writeLists(items []item) error {
	ids := make([]string, 0, len(items))
	for _, i := range items {
		ids = append(ids, i.ID)
	}
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
