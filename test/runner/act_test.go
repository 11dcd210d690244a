package runner_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// workflow is a file in workflows, executed by act.
type workflow struct {
	t      *testing.T
	file   string
	event  string // push if empty
	scalr  *scalrsim.Server
	github *githubtest.Server // nil if the workflow does not use GitHub
	own    bool               // the checkout is this repository
	// For a recipe, dir is the repository and payload the event. more contains additional arguments of act.
	dir, payload string
	more         []string
}

// play runs the workflow in a separate repository and returns act's exit code and log.
func (w workflow) play() (code int, log string) {
	w.t.Helper()
	act, err := exec.LookPath("act")
	if err != nil {
		w.t.Fatal("the runner act is not on the PATH: ", err)
	}
	repository := w.dir
	if repository == "" {
		repository = w.repository()
	}
	home := w.t.TempDir()
	event := w.event
	if event == "" {
		event = "push"
	}
	args := []string{
		event,
		"-W",
		".github/workflows/" + w.file,
		"-P",
		"ubuntu-latest=local/job:1",
		"--pull=false",
		"--rebuild=false",
		"--rm",
		"--local-repository",
		"acme/scalr-run-action@v1=" + action(w.t),
		"-s",
		"SCALR_TOKEN=" + scalrsim.Token,
		"--var",
		"SCALR_URL=" + w.scalr.URL(),
		"--var",
		"SCALR_WORKSPACE=" + scalrsim.WorkspaceID,
		"-e",
		filepath.Join(home, "event.json"),
	}
	payload := `{}`
	if w.github != nil {
		args = append(args, "-s", "GITHUB_TOKEN="+w.github.Token(), "--env", "GITHUB_API_URL="+w.github.APIURL(), "--env",
			"GITHUB_GRAPHQL_URL="+w.github.GraphQLURL())
		payload = `{
			"action": "synchronize",
			"number": 7,
			"pull_request": {
				"number": 7,
				"head": {
					"ref": "wider",
					"sha": "5f2c1e8a9b7d4f60a1b2c3d4e5f60718293a4b5c",
					"repo": {"full_name": "acme/infra", "fork": false}
				},
				"base": {"ref": "main", "repo": {"full_name": "acme/infra"}}
			},
			"repository": {"full_name": "acme/infra", "default_branch": "main"}
		}`
	}
	args = append(args, w.more...)
	if err := os.WriteFile(filepath.Join(home, "event.json"), []byte(cmp.Or(w.payload, payload)), 0o644); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, act, args...)
	cmd.Dir = repository
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+home, "XDG_CONFIG_HOME="+home)
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); cmd.ProcessState == nil || ctx.Err() != nil {
		w.t.Fatalf("act: %v\n%s", err, out)
	}
	if strings.Contains(out.String(), scalrsim.Token) {
		w.t.Error("the token stands in the log")
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// repository creates the repository of the workflow.
func (w workflow) repository() string {
	w.t.Helper()
	dir := w.t.TempDir()
	copyDir(w.t, filepath.Join(root(w.t), "demo/network"), filepath.Join(dir, "infra"))
	if w.own {
		copyDir(w.t, filepath.Join(root(w.t), "demo/network"), filepath.Join(dir, "demo/network"))
		copyFile(w.t, filepath.Join(root(w.t), "action.yml"), filepath.Join(dir, "action.yml"))
		copyFile(w.t, filepath.Join(root(w.t), "Dockerfile"), filepath.Join(dir, "Dockerfile"))
	}
	copyFile(w.t, filepath.Join("workflows", w.file), filepath.Join(dir, ".github/workflows", w.file))
	git(w.t, dir, "init", "-q", "-b", "main")
	git(w.t, dir, "remote", "add", "origin", "https://github.com/acme/infra.git")
	commit(w.t, dir)
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@acme.example"}, args...)...)
	cmd.Dir = dir
	return strings.TrimSpace(output(t, cmd))
}

// commit commits all files and returns the commit.
func commit(t *testing.T, dir string) string {
	t.Helper()
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "a change")
	return git(t, dir, "rev-parse", "HEAD")
}

// seen returns the lines that a workflow printed, by their first word. act prefixes each line with "[job] | ".
func seen(log, word string) []string {
	var lines []string
	for _, m := range regexp.MustCompile(`(?m)^\[[^\]]*\] +\| `+word+` (.*?)\r?$`).FindAllStringSubmatch(log, -1) {
		lines = append(lines, m[1])
	}
	return lines
}

// action returns the repository of the action: a released one in RUNNER_ACTION, which uses an image from a
// registry, or else this repository.
func action(t *testing.T) string {
	t.Helper()
	return cmp.Or(os.Getenv("RUNNER_ACTION"), root(t))
}

// prepare tags the image with the names of the images that act would build, because act builds without a network.
func prepare(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"act-dockeraction",
		"act-acme-scalr-run-action-v1-dockeraction",
		"act-acme-scalr-run-action-environment-v1-environment-dockeraction",
		"act-acme-scalr-run-action-workspace-v1-workspace-dockeraction",
		"act-acme-scalr-run-action-affected-v1-affected-dockeraction",
		"act-acme-scalr-run-action-overview-v1-overview-dockeraction",
	} {
		docker(t, "tag", image(t), name+":latest")
	}
}

func TestWorkflowDryRun(t *testing.T) {
	t.Parallel()
	prepare(t)
	server := scalr(t, named(t, "execute"))
	github := githubtest.New(githubtest.Options{
		Pulls: []githubtest.Pull{{Number: 7, Head: "5f2c1e8a9b7d4f60a1b2c3d4e5f60718293a4b5c"}},
	})
	stop, err := github.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	code, log := workflow{t: t, file: "dry-run.yml", event: "pull_request", scalr: server, github: github}.play()
	runs := server.Runs()
	if code != 0 || len(runs) != 1 || !runs[0].Dry {
		t.Fatalf("act ended with %d, the runs are %+v\n%s", code, runs, log)
	}
	comments := github.Comments(7)
	if len(comments) != 1 || !strings.Contains(comments[0].Body, runs[0].ID) {
		t.Fatalf("the comments are %+v, want one about %s\n%s", comments, runs[0].ID, log)
	}
	comment := fmt.Sprintf("%s/acme/infra/pull/7#issuecomment-%d", github.ServerURL(), comments[0].ID)
	if got, want := seen(log, "seen"), []string{"planned " + runs[0].ID + " " + comment}; !slices.Equal(got, want) {
		t.Errorf("later steps saw %q, want %q", got, want)
	}
	if o := github.Objections(); len(o) > 0 {
		t.Errorf("GitHub objects: %q", o)
	}
}

func TestWorkflowChain(t *testing.T) {
	t.Parallel()
	prepare(t)
	server := scalr(t, named(t, "execute"))
	code, log := workflow{t: t, file: "chain.yml", scalr: server}.play()
	got := seen(log, "seen")
	if code != 0 || len(got) != 1 {
		t.Fatalf("act ended with %d and saw %q\n%s", code, got, log)
	}
	run, rest, _ := strings.Cut(got[0], " ")
	network, outputs, _ := strings.Cut(rest, " ")
	var values map[string]any
	if err := json.Unmarshal([]byte(outputs), &values); err != nil {
		t.Errorf("the outputs %q: %v", outputs, err)
	}
	if run != server.Runs()[0].ID ||
		server.Executes() && (network != "demo" || values["network"] != "demo" || values["admin_password"] != nil) {
		t.Errorf("later steps saw %q, want the run %s and the network demo without the password", got, server.Runs()[0].ID)
	}
	if got := seen(log, "watched"); !slices.Equal(got, []string{"applied"}) {
		t.Errorf("the run was watched as %q, want applied", got)
	}
}

func TestWorkflowReviewedApply(t *testing.T) {
	t.Parallel()
	prepare(t)
	server := scalr(t, named(t, "execute"))
	code, log := workflow{t: t, file: "reviewed.yml", scalr: server}.play()
	runs := server.Runs()
	if code != 0 || len(runs) != 1 || runs[0].Status != "applied" {
		t.Fatalf("act ended with %d, the runs are %+v\n%s", code, runs, log)
	}
	if got, want := seen(log, "seen"), []string{"applied " + runs[0].ID}; !slices.Equal(got, want) {
		t.Errorf("later steps saw %q, want %q", got, want)
	}
}

func TestWorkflowCompanions(t *testing.T) {
	t.Parallel()
	prepare(t)
	server := scalr(t, named(t, "execute"))
	code, log := workflow{t: t, file: "companions.yml", scalr: server}.play()
	got := seen(log, "seen")
	if code != 0 || len(got) != 1 || len(server.Runs()) != 1 {
		t.Fatalf("act ended with %d and saw %q\n%s", code, got, log)
	}
	if want := `true ["preview","team-network"] ` + server.Runs()[0].Workspace + " planned"; got[0] != want {
		t.Errorf("later steps saw %q, want %q", got[0], want)
	}
}

func TestWorkflowBadInput(t *testing.T) {
	t.Parallel()
	prepare(t)
	server := scalr(t, scalrsim.Scenario{})
	code, log := workflow{t: t, file: "bad-input.yml", scalr: server}.play()
	if got := seen(log, "seen"); code == 0 || len(got) != 1 || !strings.HasPrefix(got[0], "invalid ") ||
		got[0] == "invalid " {
		t.Errorf("act ended with %d and saw %q, want a failure, invalid and a code", code, got)
	}
	if !strings.Contains(log, "::error title=Scalr") || !strings.Contains(log, "perhaps") || len(server.Requests()) > 0 {
		t.Errorf("want an annotation that names the value and no request, not %d:\n%s", len(server.Requests()), log)
	}
}

func TestWorkflowLocal(t *testing.T) {
	t.Parallel()
	prepare(t)
	server := scalr(t, named(t, "execute"))
	code, log := workflow{t: t, file: "local.yml", scalr: server, own: true}.play()
	if got := seen(log, "seen"); code != 0 || !slices.Equal(got, []string{"planned"}) {
		t.Errorf("act ended with %d and saw %q\n%s", code, got, log)
	}
}

// root is this repository.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyDir(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, b, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
