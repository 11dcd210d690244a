package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"scalr-run-action/internal/action"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

const (
	pullNumber = 7
	baseCommit = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"
	headCommit = "5f2c1e8a9b7d4f60a1b2c3d4e5f60718293a4b5c"
	changed    = "modules/subnets/main.tf" // file that the pull request changes
)

// pullRequest is a workflow run for a pull request. Its jobs share a simulated Scalr, a simulated GitHub and
// a checkout.
type pullRequest struct {
	out      io.Writer
	scalr    *scalrsim.Server
	github   *githubtest.Server
	signals  chan os.Signal
	checkout string
	temp     string
	event    string
	steps    int
}

// demoFleet runs the jobs of docs/monorepos.md and returns the exit code of the last one.
func demoFleet(name string, out io.Writer) (int, error) {
	scenario, ok := scalrsim.Scenarios()[name]
	if !ok {
		return 0, fmt.Errorf("unknown scenario %q; -h lists the scenarios", name)
	}
	scenario.Setup = addFleet
	p := &pullRequest{out: out, scalr: scalrsim.New(scenario), signals: make(chan os.Signal, 2)}
	defer p.scalr.Close()
	noteSimulated(out, scenario, p.scalr)
	signal.Notify(p.signals, os.Interrupt, syscall.SIGTERM)
	if err := p.open(); err != nil {
		return 0, err
	}
	code, err := p.jobs()
	for _, objections := range [][]string{p.scalr.Objections(), p.github.Objections()} {
		if err == nil && len(objections) > 0 {
			err = fmt.Errorf("a simulated server objects: %s", strings.Join(objections, "; "))
		}
	}
	return code, err
}

func addFleet(s *scalrsim.Server) {
	for _, environment := range []string{"prod", "test"} {
		id := s.AddEnvironment(environment)
		for _, workspace := range []string{"network", "app", "dns"} {
			directory := map[string]any{"working-directory": "infra/" + environment + "/" + workspace}
			s.AddWorkspace(id, workspace, directory, "fleet")
		}
	}
}

// open creates the checkout and a pull request that adds an output to a module.
func (p *pullRequest) open() error {
	repository, err := findRepository()
	if err != nil {
		return err
	}
	if p.temp, err = os.MkdirTemp("", "scalr-demo-"); err != nil {
		return err
	}
	p.checkout = filepath.Join(p.temp, "checkout")
	if err := os.CopyFS(p.checkout, os.DirFS(filepath.Join(repository, "demo", "fleet"))); err != nil {
		return err
	}
	head, err := readTree(p.checkout)
	if err != nil {
		return err
	}
	base := maps.Clone(head)
	base[changed], _, _ = strings.Cut(head[changed], "\noutput ")
	p.github = githubtest.New(githubtest.Options{Pulls: []githubtest.Pull{{Number: pullNumber, Head: headCommit, BaseSHA: baseCommit}}})
	p.github.Commit(githubtest.Commit{SHA: baseCommit, Files: base})
	p.github.Commit(githubtest.Commit{SHA: headCommit, Parents: []string{baseCommit}, Files: head})
	if err := os.Mkdir(filepath.Join(p.checkout, ".git"), 0o755); err != nil {
		return err
	}
	p.event = filepath.Join(p.temp, "event.json")
	payload := fmt.Sprintf(`{"pull_request":{"number":%d,"head":{"sha":%q},"base":{"sha":%q}}}`, pullNumber, headCommit, baseCommit)
	if err := os.WriteFile(p.event, []byte(payload), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.checkout, ".git", "HEAD"), []byte(headCommit+"\n"), 0o644)
}

// readTree returns the files below dir; the keys are their paths.
func readTree(dir string) (map[string]string, error) {
	files := map[string]string{}
	tree := os.DirFS(dir)
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(tree, path)
		files[path] = string(text)
		return err
	})
	return files, err
}

// jobs runs the jobs for the affected workspaces, their plans and the overview.
func (p *pullRequest) jobs() (int, error) {
	fmt.Fprintf(p.out, "Pull request #%d changes %s.\n", pullNumber, changed)
	code, listed, err := p.step("Job 1: which workspaces are affected?", "scalr-affected", "filter-tag=fleet")
	if err != nil || code != 0 {
		return code, err
	}
	var workspaces []struct{ ID, Environment, Name, Path, Because string }
	if err := json.Unmarshal([]byte(listed["workspaces"]), &workspaces); err != nil {
		return 0, fmt.Errorf("read the list of workspaces: %w", err)
	}
	failed := false
	for i, w := range workspaces {
		title := fmt.Sprintf("Job 2, %d of %d: plan %s/%s, because of %s", i+1, len(workspaces), w.Environment, w.Name, w.Because)
		code, _, err := p.step(title, "scalr-run", "workspace-id="+w.ID, "path="+w.Path)
		if err != nil {
			return code, err
		}
		failed = failed || code != 0
	}
	result := map[bool]string{false: "success", true: "failure"}[failed]
	needs := fmt.Sprintf(`{"affected":{"result":"success"},"plan":{"result":%q}}`, result)
	code, _, err = p.step("Job 3: the overview", "scalr-overview", "workspaces="+listed["workspaces"], "needs="+needs)
	if err != nil {
		return code, err
	}
	for _, comment := range p.github.Comments(pullNumber) {
		fmt.Fprintf(p.out, "\n── The comment on the pull request ──\n%s\n", comment.Body)
	}
	return code, nil
}

// step runs one step in its own job and returns its exit code and outputs.
func (p *pullRequest) step(title, program string, inputs ...string) (int, map[string]string, error) {
	fmt.Fprintf(p.out, "\n── %s ──\n", title)
	p.steps++
	temp := filepath.Join(p.temp, strconv.Itoa(p.steps))
	if err := os.Mkdir(temp, 0o755); err != nil {
		return 0, nil, err
	}
	env := append(files(p.checkout, temp),
		"GITHUB_REPOSITORY=acme/infra", "GITHUB_EVENT_NAME=pull_request", "GITHUB_EVENT_PATH="+p.event,
		"GITHUB_REF=refs/pull/7/merge", "GITHUB_REF_NAME=7/merge", "GITHUB_HEAD_REF=subnet-names", "GITHUB_SHA="+headCommit, "GITHUB_ACTOR=octocat",
		"GITHUB_SERVER_URL=https://github.com", "GITHUB_API_URL="+p.github.APIURL(), "GITHUB_GRAPHQL_URL="+p.github.GraphQLURL(),
		"GITHUB_RUN_ID=1", "GITHUB_RUN_ATTEMPT=1", "GITHUB_WORKFLOW_REF=acme/infra/.github/workflows/plan.yml@refs/pull/7/merge",
		"INPUT_BASE-URL=https://acme.scalr.test", "INPUT_TOKEN="+scalrsim.Token, "INPUT_GITHUB-TOKEN="+p.github.Token())
	for _, input := range inputs {
		name, value, _ := strings.Cut(input, "=")
		env = append(env, "INPUT_"+strings.ToUpper(name)+"="+value)
	}
	code := action.Main(context.Background(), action.Env{
		Args: []string{program}, Environ: env, Stdout: &screen{out: p.out},
		HTTP: &http.Client{Transport: hosts{p.scalr, p.github}}, Signals: p.signals, Version: "demo",
	})
	outputs, err := runnertest.Outputs(filepath.Join(temp, "output"))
	return code, outputs, err
}

// hosts sends each request to the simulated GitHub or the simulated Scalr, by its host.
type hosts struct {
	scalr  *scalrsim.Server
	github *githubtest.Server
}

func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(h.github.APIURL(), r.URL.Scheme+"://"+r.URL.Host) {
		return h.github.Client().Transport.RoundTrip(r)
	}
	return h.scalr.Client().Transport.RoundTrip(r)
}
