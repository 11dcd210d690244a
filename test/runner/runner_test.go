// Package runner_test tests the built image as GitHub's runner starts it, and complete workflows, with a real
// Docker engine against a simulated Scalr.
//
// RUNNER_IMAGE is the name of the image; without it all tests are skipped. The engine is that of the docker
// command. Containers use the host's network, so that they can reach the simulators on loopback addresses.
//
// Tests that measure time run alone; the others, which mostly wait, run in parallel.
package runner_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// step is one step of a job that runs the action's container.
type step struct {
	t      *testing.T
	name   string // of the container
	dir    string // has the checkout and the runner's temporary directory
	env    map[string]string
	entry  string   // the entrypoint, as action.yml names it
	docker []string // further arguments of docker run
}

// newStep is a step with a checkout of one small configuration.
func newStep(t *testing.T, inputs ...string) *step {
	t.Helper()
	image(t)
	s := &step{
		t:     t,
		name:  "scalr-" + strings.ToLower(rand.Text()[:12]),
		dir:   t.TempDir(),
		entry: "/scalr-run",
		env: map[string]string{
			"CI":                 "true",
			"GITHUB_ACTIONS":     "true",
			"GITHUB_WORKSPACE":   "/github/workspace",
			"GITHUB_EVENT_NAME":  "push",
			"GITHUB_EVENT_PATH":  "/github/workflow/event.json",
			"GITHUB_REPOSITORY":  "acme/infra",
			"GITHUB_REF":         "refs/heads/main",
			"GITHUB_SHA":         "5f2c1e8a9b7d4f60a1b2c3d4e5f60718293a4b5c",
			"GITHUB_ACTOR":       "octocat",
			"GITHUB_RUN_ID":      "7",
			"GITHUB_RUN_ATTEMPT": "1",
			"GITHUB_SERVER_URL":  "https://github.com",
			"RUNNER_TEMP":        "/github/runner_temp",
			"RUNNER_OS":          "Linux",
			"HOME":               "/github/home",
		},
	}
	for _, sub := range []string{"ws", "temp/_github_home", "temp/_github_workflow", "temp/_runner_file_commands"} {
		if err := os.MkdirAll(filepath.Join(s.dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.write("temp/_github_workflow/event.json", "{}")
	s.write("ws/main.tf",
		"resource \"terraform_data\" \"network\" {\n  input = \"acme\"\n}\n\noutput \"network\" {\n  value = "+
			"terraform_data.network.output\n}\n")
	for name, file := range map[string]string{
		"OUTPUT":       "set_output",
		"ENV":          "set_env",
		"PATH":         "add_path",
		"STATE":        "save_state",
		"STEP_SUMMARY": "step_summary",
	} {
		s.write("temp/_runner_file_commands/"+file, "")
		s.env["GITHUB_"+name] = "/github/file_commands/" + file
	}
	return s.set(inputs...)
}

// image returns the image under test, or skips the test.
func image(t *testing.T) string {
	t.Helper()
	name := os.Getenv("RUNNER_IMAGE")
	if name == "" {
		t.Skip("RUNNER_IMAGE names no image; .ci/run builds one and plays it")
	}
	return name
}

// set sets inputs, each as name=value.
func (s *step) set(inputs ...string) *step {
	for _, in := range inputs {
		name, value, _ := strings.Cut(in, "=")
		s.env["INPUT_"+strings.ToUpper(name)] = value
	}
	return s
}

// at sets the simulated Scalr of the step.
func (s *step) at(server *scalrsim.Server) *step {
	return s.set("base-url="+server.URL(), "token="+scalrsim.Token, "workspace-id="+scalrsim.WorkspaceID)
}

func (s *step) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// command returns the command with which the runner starts a container (ContainerActionHandler.cs and
// DockerCommandManager.cs, version 2.336). Values of variables are in the environment of the docker client.
func (s *step) command(ctx context.Context) *exec.Cmd {
	args := []string{"run", "--name", s.name, "--label", "abcdef", "--workdir", "/github/workspace", "--rm"}
	env := os.Environ()
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		args = append(args, "-e", name)
		env = append(env, name+"="+s.env[name])
	}
	args = append(args, "--entrypoint", s.entry, "--network", "host")
	args = append(args, s.docker...)
	temp := filepath.Join(s.dir, "temp")
	for from, to := range map[string]string{
		temp:                            "runner_temp",
		temp + "/_github_home":          "home",
		temp + "/_github_workflow":      "workflow",
		temp + "/_runner_file_commands": "file_commands",
		filepath.Join(s.dir, "ws"):      "workspace",
	} {
		args = append(args, "-v", from+":/github/"+to)
	}
	cmd := exec.CommandContext(ctx, "docker", append(args, image(s.t))...)
	cmd.Env = env
	return cmd
}

// played is the result of a step.
type played struct {
	code                   int
	log                    string
	outputs, state         map[string]string
	summary                string
	step                   runnertest.Step // the step's log, parsed as the runner parses it
	began, signalled, over time.Time
}

// play runs the step until it ends.
func (s *step) play() played {
	s.t.Helper()
	return s.playing(nil)
}

// playing runs the step until it ends, concurrently with a function.
func (s *step) playing(beside func(client *exec.Cmd, ended <-chan struct{}) time.Time) played {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	log := &bytes.Buffer{}
	cmd := s.command(ctx)
	cmd.Stdout, cmd.Stderr = log, log
	p := played{began: time.Now()}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended, result := make(chan struct{}), make(chan error, 1)
	go func() { result <- cmd.Wait(); close(ended) }()
	if beside != nil {
		p.signalled = beside(cmd, ended)
	}
	err := <-result
	p.over = time.Now()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	p.code, p.log = cmd.ProcessState.ExitCode(), log.String()
	s.read(&p)
	return p
}

func (s *step) read(p *played) {
	s.t.Helper()
	files := filepath.Join(s.dir, "temp/_runner_file_commands")
	var err error
	if p.outputs, err = runnertest.Outputs(filepath.Join(files, "set_output")); err != nil {
		s.t.Error("the outputs:", err)
	}
	if p.state, err = runnertest.Outputs(filepath.Join(files, "save_state")); err != nil {
		s.t.Error("the state:", err)
	}
	summary, err := os.ReadFile(filepath.Join(files, "step_summary"))
	if err != nil {
		s.t.Error(err)
	}
	p.summary = string(summary)
	p.step = runnertest.Read(p.log)
	if len(p.step.Problems) > 0 || p.step.Stopped {
		s.t.Errorf("the runner objects to the log: %q, commands stopped %t", p.step.Problems, p.step.Stopped)
	}
	for where, text := range map[string]string{
		"log":     strings.ReplaceAll(p.log, "::add-mask::"+scalrsim.Token, ""),
		"summary": p.summary,
	} {
		if strings.Contains(text, scalrsim.Token) {
			s.t.Errorf("the token stands in the %s", where)
		}
	}
}

// want compares outputs in the form name=value.
func (p played) want(t *testing.T, code int, outputs ...string) {
	t.Helper()
	bad := p.code != code
	if bad {
		t.Errorf("the exit code is %d, want %d", p.code, code)
	}
	for _, o := range outputs {
		name, value, _ := strings.Cut(o, "=")
		if got := p.outputs[name]; got != value {
			t.Errorf("the output %s is %q, want %q", name, got, value)
			bad = true
		}
	}
	if bad {
		t.Log(p.log)
	}
}

// scalr starts a simulated Scalr, and fails the test at the end for its objections.
func scalr(t *testing.T, scenario scalrsim.Scenario) *scalrsim.Server {
	t.Helper()
	server := scalrsim.New(scenario)
	_, stop, err := server.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		for _, o := range server.Objections() {
			t.Error("Scalr objects:", o)
		}
	})
	return server
}

// named returns a scenario of the simulator.
func named(t *testing.T, name string) scalrsim.Scenario {
	t.Helper()
	s, ok := scalrsim.Scenarios()[name]
	if !ok {
		t.Fatalf("there is no scenario %q", name)
	}
	return s
}

// docker runs the docker client and returns its output.
func docker(t *testing.T, args ...string) string {
	t.Helper()
	return output(t, exec.Command("docker", args...))
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var errors bytes.Buffer
	cmd.Stderr = io.Writer(cmp.Or(cmd.Stderr, io.Writer(&errors)))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, out, errors.String())
	}
	return strings.TrimSpace(string(out))
}
