package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/affected"
	"scalr-run-action/internal/github"
	"scalr-run-action/internal/hclscan"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/units"
)

// change describes the changed files, as far as they are known.
type change struct {
	paths      []string
	deleted    []string // those of the paths that the commit does not have
	everything bool     // all workspaces count as affected
	unknown    string   // why the changed files are unknown, if they should be known
}

// deletion is what a change does with a directory that is not in the checkout.
type deletion uint8

const (
	notDeleted   deletion = iota
	maybeDeleted          // a link or submodule above the directory changed, and may have contained it before
	deleted
)

// deletedDirectory returns the first possible directory of a place, which is not in the checkout, that the change deletes, or
// else the first one that it may have deleted.
func (c change) deletedDirectory(tree *affected.Tree, p *place) (dir string, how deletion) {
	for _, candidate := range p.candidates {
		if found := c.deletionOf(tree, candidate); found > how {
			dir, how = candidate, found
		}
	}
	return dir, how
}

// deletionOf examines the path of a directory, the links on it and the path to which they lead.
func (c change) deletionOf(tree *affected.Tree, dir string) deletion {
	links, to := tree.Follow(dir)
	how := notDeleted
	for _, p := range slices.Compact(append(links, dir, to)) {
		how = max(how, c.deletionAt(tree, p))
	}
	return how
}

// deletionAt examines the changes at, above and below a path. A directory is deleted if the change deletes files in it, and
// does not add or modify others.
func (c change) deletionAt(tree *affected.Tree, dir string) (how deletion) {
	changed, gone := 0, 0
	for _, p := range c.paths {
		switch {
		case strings.HasPrefix(p, dir+"/"):
			changed++
		case isBelow(dir, p):
			how = max(how, c.deletionVia(tree, p))
		}
	}
	for _, p := range c.deleted {
		if strings.HasPrefix(p, dir+"/") || dir == "." && hclscan.IsTerraform(p) && path.Base(p) == p {
			gone++
		}
	}
	if gone > 0 && (gone == changed || dir == ".") {
		return deleted
	}
	return how
}

// deletionVia examines a changed path that is, or was, a link or a submodule. If it still leads to a directory, it is unknown
// what that contained before the change. A submodule that is not checked out is not considered.
func (c change) deletionVia(tree *affected.Tree, p string) deletion {
	isOrWasFile := tree.HasFile(p) || slices.Contains(c.deleted, p) // Git lists links and submodules as files
	switch isDir := tree.HasDirectory(p); {
	case isOrWasFile && !isDir:
		return deleted
	case isOrWasFile || isDir && slices.Contains(tree.Repositories(), p):
		return maybeDeleted
	}
	return notDeleted
}

// findChange determines and logs the changed files. If they are unknown, it reports all workspaces as affected or
// returns an error, depending on the inputs.
func (c *affectedCommand) findChange(ctx context.Context) (change, error) {
	if c.in.All {
		c.setScope("everything", "`all` is true")
		return change{everything: true}, nil
	}
	found, reason := c.requestChange(ctx)
	if err := ctx.Err(); err != nil {
		return change{}, err
	}
	if reason == "" {
		c.setScope("exact", fmt.Sprintf("%s: %s between %s and %.7s", found.Of, files(len(found.Paths)), github.ShortSHA(found.Base), found.Head))
		return change{paths: found.Paths, deleted: found.Deleted}, nil
	}
	c.setScope("everything", reason)
	if c.in.WhenUnknown == inputs.UnknownFails {
		return change{}, step.Refuse(step.CodeChangeUnknown, "It is unknown what changed: %s.", reason)
	}
	return change{everything: true, unknown: reason}, nil
}

func (c *affectedCommand) setScope(scope, reason string) {
	c.page.Scope, c.page.Reason = scope, reason
	c.out.Set("scope", scope)
	c.out.SetText("scope-reason", c.Redact.String(reason))
	if scope == "exact" {
		c.Job.Infof("Compared: %s.", reason)
	}
}

// requestChange requests the changed files from GitHub. If they are unknown, it returns the reason.
func (c *affectedCommand) requestChange(ctx context.Context) (found github.Change, reason string) {
	e := c.Job.Event()
	switch {
	case e.Repository == "":
		return found, "the job does not run on GitHub Actions (GITHUB_REPOSITORY is empty)"
	case c.in.GitHubToken.Empty():
		return found, "github-token is empty"
	}
	commit, reason := checkedOut(c.Job.Root(), c.tree, c.Job.Env("GITHUB_SHA"))
	if reason != "" {
		return found, reason
	}
	t := github.Thread{HTTP: c.Env.HTTP, APIURL: e.APIURL, Token: c.in.GitHubToken, Retrying: c.RetryingGitHub,
		Repository: e.Repository, Redact: c.Redact.String, UserAgent: c.UserAgent()}
	found, err := t.FindChange(ctx, github.ChangeQuery{
		Event: c.GitHubEvent(), Checkout: commit, PullRequest: c.in.PullRequest, Base: c.in.Base,
		Workflow: c.Job.Env("GITHUB_WORKFLOW_REF"), RunID: c.Job.Env("GITHUB_RUN_ID"),
	})
	if err != nil {
		return found, err.Error() + c.permissionAdvice(err)
	}
	return found, ""
}

// permissionAdvice returns the permissions that may be missing after GitHub rejected a request.
func (c *affectedCommand) permissionAdvice(err error) string {
	var e *github.Error
	if !errors.As(err, &e) || e.NotAPIResponse || e.Kind != github.Forbidden && e.Kind != github.Gone {
		return ""
	}
	needed := "`permissions: contents: read` and `pull-requests: read`"
	if c.in.Base == github.LastSuccess {
		needed = "`permissions: contents: read` and `actions: read`"
	}
	if e.Kind == github.Gone {
		return fmt.Sprintf(" (it does not exist, or the job needs %s)", needed)
	}
	return fmt.Sprintf(" (the job needs %s)", needed)
}

// checkedOut returns the commit that is checked out according to .git. Without .git, it returns GITHUB_SHA.
func checkedOut(root string, tree *affected.Tree, sha string) (commit, reason string) {
	switch repositories := tree.Repositories(); {
	case len(repositories) == 0:
		return sha, ""
	case !slices.Contains(repositories, "."):
		return "", fmt.Sprintf("the repository is checked out in %q instead of the root of the workspace", repositories[0])
	}
	checkout, err := os.OpenRoot(root)
	if err != nil {
		return "", "the checkout cannot be read"
	}
	defer checkout.Close()
	head := step.CheckedOut(checkout)
	switch {
	case head == "":
		return "", "the commit that is checked out cannot be read from .git"
	case isSparse(checkout):
		return "", "the checkout is sparse, so files of the commit are missing in it; remove `sparse-checkout` from actions/checkout"
	}
	return head, ""
}

// isSparseCheckout reports whether files of the commit may be missing in the checkout.
func (c *affectedCommand) isSparseCheckout() bool {
	if !slices.Contains(c.tree.Repositories(), ".") {
		return false
	}
	checkout, err := os.OpenRoot(c.Job.Root())
	if err != nil {
		return false
	}
	defer checkout.Close()
	return isSparse(checkout)
}

func files(n int) string { return units.Count(n, "file changed", "files changed") }
