package runner_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// recipe is a repository with a recipe of examples, and a simulated GitHub.
type recipe struct {
	t      *testing.T
	dir    string
	file   string
	scalr  *scalrsim.Server
	github *githubtest.Server
	files  map[string]string
	base   string   // the commit on main
	head   string   // the newest commit
	more   []string // arguments of act
}

// newRecipe commits the recipe, the recipes that it calls, and the files to main.
func newRecipe(t *testing.T, file string, server *scalrsim.Server, files map[string]string, called ...string) *recipe {
	t.Helper()
	prepare(t)
	r := &recipe{t: t, dir: t.TempDir(), file: file, scalr: server, files: map[string]string{}}
	for _, name := range append(called, file) {
		content, err := os.ReadFile(filepath.Join(root(t), "examples", name))
		if err != nil {
			t.Fatal(err)
		}
		placeholders := strings.NewReplacer("OWNER/", "acme/", "https://acme.scalr.io", server.URL())
		files[".github/workflows/"+name] = placeholders.Replace(string(content))
	}
	git(t, r.dir, "init", "-q", "-b", "main")
	git(t, r.dir, "remote", "add", "origin", "https://github.com/acme/infra.git")
	r.github = githubtest.New(githubtest.Options{Pulls: []githubtest.Pull{{Number: 7}}})
	stop, err := r.github.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
		for _, o := range r.github.Objections() {
			t.Errorf("GitHub objects: %s", o)
		}
	})
	r.base = r.commit(files)
	return r
}

// commit changes files and adds the commit to the simulated GitHub.
func (r *recipe) commit(files map[string]string) string {
	r.t.Helper()
	for name, text := range files {
		path := filepath.Join(r.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
		r.files[name] = text
	}
	c := githubtest.Commit{Files: map[string]string{}}
	if r.head != "" {
		c.Parents = []string{r.head}
	}
	for name, text := range r.files {
		c.Files[name] = text
	}
	c.SHA = commit(r.t, r.dir)
	r.github.Commit(c)
	r.head = c.SHA
	return c.SHA
}

// pullRequest runs the recipe for a push to pull request 7.
func (r *recipe) pullRequest(run, head string) (code int, log string) {
	r.t.Helper()
	r.github.Push(7, head)
	payload := fmt.Sprintf(`{
		"action": "synchronize",
		"number": 7,
		"pull_request": {
			"number": 7,
			"head": {"ref": "topic", "sha": %q, "repo": {"full_name": "acme/infra"}},
			"base": {"ref": "main", "sha": %q, "repo": {"full_name": "acme/infra"}}
		},
		"repository": {"full_name": "acme/infra", "default_branch": "main"}
	}`, head, r.base)
	return r.play("pull_request", run, payload)
}

func (r *recipe) play(event, run, payload string) (code int, log string) {
	r.t.Helper()
	return workflow{
		t: r.t, file: r.file, event: event, payload: payload,
		scalr: r.scalr, github: r.github, dir: r.dir, more: append([]string{"--env", "GITHUB_RUN_ID=" + run}, r.more...),
	}.play()
}

// creates starts a simulated Scalr whose plans create one resource.
func creates() scalrsim.Scenario {
	plan := scalrsim.Stage{Changes: []scalrsim.Change{{Address: "terraform_data.network", Action: "create"}}}
	return scalrsim.Scenario{Script: scalrsim.RunScript{Plan: plan}}
}

// TestRecipeApplyOnMain applies the merge of a pull request, and comments there.
func TestRecipeApplyOnMain(t *testing.T) {
	t.Parallel()
	server := scalr(t, creates())
	r := newRecipe(t, "apply-on-main-token.yml", server, map[string]string{"infra/network/main.tf": "# network"})
	r.github.Merge(7, r.base, time.Now())
	payload := fmt.Sprintf(`{
		"ref": "refs/heads/main",
		"after": %q,
		"repository": {"full_name": "acme/infra", "default_branch": "main"}
	}`, r.base)
	code, log := r.play("push", "11", payload)
	if runs := server.Runs(); code != 0 || len(runs) != 1 || runs[0].Status != "applied" {
		t.Fatalf("act ended with %d, the runs are %+v\n%s", code, runs, log)
	}
	r.wantComment(server.Runs()[0].ID)
}

// TestRecipeDispatch saves a plan in one job and applies it in the next.
func TestRecipeDispatch(t *testing.T) {
	t.Parallel()
	server := scalr(t, creates())
	r := newRecipe(t, "dispatch.yml", server, map[string]string{"infra/network/main.tf": "# network"})
	const payload = `{"inputs": {"operation": "apply", "environment": "production", "workspace": "network", "target": ""}}`
	code, log := r.play("workflow_dispatch", "11", payload)
	if runs := server.Runs(); code != 0 || len(runs) != 1 || runs[0].Status != "applied" {
		t.Fatalf("act ended with %d, the runs are %+v\n%s", code, runs, log)
	}
}

// TestRecipeReviewedApply saves a plan, and applies it in a separate job.
func TestRecipeReviewedApply(t *testing.T) {
	t.Parallel()
	server := scalr(t, creates())
	r := newRecipe(t, "reviewed-apply.yml", server, map[string]string{"infra/network/main.tf": "# network"})
	code, log := r.play("push", "11", `{"ref": "refs/heads/main", "repository": {"full_name": "acme/infra", "default_branch": "main"}}`)
	if runs := server.Runs(); code != 0 || len(runs) != 1 || runs[0].Status != "applied" {
		t.Fatalf("act ended with %d, the runs are %+v\n%s", code, runs, log)
	}
}

// TestRecipeMatrix plans the workspaces whose directory a pull request changes.
func TestRecipeMatrix(t *testing.T) {
	t.Parallel()
	server := scalr(t, creates())
	staging := server.AddWorkspace(scalrsim.StagingID, "network", nil)
	r := newRecipe(t, "matrix.yml", server, map[string]string{"infra/network/main.tf": "# network", "infra/database/main.tf": "# database"})
	git(t, r.dir, "checkout", "-q", "-b", "topic")
	head := r.commit(map[string]string{"infra/network/main.tf": "# v2"})
	code, log := r.pullRequest("11", head)
	r.wantDryRuns(code, log, staging, scalrsim.WorkspaceID)
	r.wantComment("2 workspaces · 2 with changes: 2 to add", "production/network", "staging/network")

	if os.Getenv("SOAK") == "" {
		return
	}
	git(t, r.dir, "checkout", "-q", "-b", "words")
	head = r.commit(map[string]string{"README.md": "# Infra"})
	if code, log := r.pullRequest("12", head); code != 0 || len(server.Runs()) != 2 {
		t.Fatalf("act ended with %d, the runs are %+v\n%s", code, server.Runs(), log)
	}
}

// TestRecipeFanOut checks that every environment with the tag is planned, and no other.
func TestRecipeFanOut(t *testing.T) {
	t.Parallel()
	server := scalr(t, creates())
	first := server.AddWorkspace(server.AddEnvironment("tenant-a", "tenant"), "app", nil)
	second := server.AddWorkspace(server.AddEnvironment("tenant-b", "tenant"), "app", nil)
	server.AddWorkspace(server.AddEnvironment("internal", "tenants"), "app", nil)
	r := newRecipe(t, "fan-out.yml", server, map[string]string{"infra/tenant/main.tf": "# tenant"})
	git(t, r.dir, "checkout", "-q", "-b", "topic")
	code, log := r.pullRequest("11", r.commit(map[string]string{"infra/tenant/main.tf": "# v2"}))
	r.wantDryRuns(code, log, first, second)
	r.wantComment("2 workspaces · 2 with changes: 2 to add", "tenant-a/app", "tenant-b/app")
}

// wantDryRuns checks that act succeeded, with one finished dry run in each of the workspaces and no other run.
func (r *recipe) wantDryRuns(code int, log string, workspaces ...string) {
	r.t.Helper()
	planned := map[string]bool{}
	for _, run := range r.scalr.Runs() {
		planned[run.Workspace] = run.Dry && run.Status == "planned_and_finished"
	}
	for _, id := range workspaces {
		if !planned[id] {
			r.t.Errorf("no dry run in %s", id)
		}
	}
	if code != 0 || len(r.scalr.Runs()) != len(workspaces) {
		r.t.Errorf("act ended with %d", code)
	}
	if r.t.Failed() {
		r.t.Fatalf("the runs are %+v\n%s", r.scalr.Runs(), log)
	}
}

// TestRecipeMonorepo runs the recipe for two pushes to a pull request: the first affects two of three workspaces,
// the second none.
func TestRecipeMonorepo(t *testing.T) {
	t.Parallel()
	server := scalr(t, creates())
	database := server.AddWorkspace(scalrsim.EnvironmentID, "database", nil)
	staging := server.AddWorkspace(scalrsim.StagingID, "network", nil)
	main := map[string]string{
		"README.md":                         "# Infra",
		"infra/production/network/main.tf":  "# production/network",
		"infra/production/database/main.tf": "# production/database",
		"infra/staging/network/main.tf":     "# staging/network",
	}
	r := newRecipe(t, "monorepo.yml", server, maps.Clone(main))

	git(t, r.dir, "checkout", "-q", "-b", "topic")
	head := r.commit(map[string]string{"infra/production/database/main.tf": "# v2", "infra/staging/network/main.tf": "# v2"})
	code, log := r.pullRequest("11", head)
	r.wantDryRuns(code, log, database, staging)
	r.wantComment("2 workspaces · 2 with changes: 2 to add", "production/database", "staging/network")

	// The first commit is reverted.
	main["README.md"] = "# Networks"
	head = r.commit(main)
	if code, log := r.pullRequest("12", head); code != 0 || len(server.Runs()) != 2 {
		t.Fatalf("act ended with %d, the runs are %+v\n%s", code, server.Runs(), log)
	}
	r.wantComment("No workspace is affected")
}

// wantComment checks that the pull request has exactly one comment of the action, with these texts.
func (r *recipe) wantComment(texts ...string) {
	r.t.Helper()
	comments := r.github.Written(7)
	if len(comments) != 1 {
		r.t.Fatalf("%d comments, want 1: %+v", len(comments), comments)
	}
	for _, text := range texts {
		if !strings.Contains(comments[0].Body, text) {
			r.t.Errorf("the comment does not say %q:\n%s", text, comments[0].Body)
		}
	}
}
