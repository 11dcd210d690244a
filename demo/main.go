// Command demo runs the action against a simulated Scalr, without an account or network access. It packs and
// plans demo/network, and prints the log as GitHub shows it, the outputs of the step, and the path of the job
// summary.
//
// With -fleet it simulates a pull request in a repository with six workspaces: the list of affected
// workspaces, a dry run of each, and the overview.
//
// If terraform or tofu is on the PATH, the simulator executes the configuration; otherwise it simulates the
// run.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"scalr-run-action/internal/action"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

func main() {
	apply := flag.Bool("apply", false, "apply the plan; the default is a dry run")
	name := flag.String("scenario", "execute", "scenario of the simulator: "+strings.Join(slices.Sorted(maps.Keys(scalrsim.Scenarios())), ", "))
	fleet := flag.Bool("fleet", false, "simulate a pull request in a repository of six workspaces")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "demo: unexpected argument %q; -h lists the options\n", flag.Arg(0))
		os.Exit(2)
	}
	play := func() (int, error) { return demo(*name, *apply, os.Stdout) }
	if *fleet {
		play = func() (int, error) { return demoFleet(*name, os.Stdout) }
	}
	code, err := play()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

// demo runs the step once and returns its exit code.
func demo(name string, apply bool, out io.Writer) (int, error) {
	scenario, ok := scalrsim.Scenarios()[name]
	if !ok {
		return 0, fmt.Errorf("unknown scenario %q; -h lists the scenarios", name)
	}
	checkout, err := findRepository()
	if err != nil {
		return 0, err
	}
	temp, err := os.MkdirTemp("", "scalr-demo-")
	if err != nil {
		return 0, err
	}
	server := scalrsim.New(scenario)
	defer server.Close()
	noteSimulated(out, scenario, server)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	code := action.Main(context.Background(), action.Env{
		Args: []string{"scalr-run"}, Environ: environment(checkout, temp, apply), Stdout: &screen{out: out},
		HTTP: server.Client(), Signals: signals, Version: "demo",
	})
	return code, printResults(out, temp, server)
}

// noteSimulated prints a note if the run is simulated because neither terraform nor tofu is on the PATH.
func noteSimulated(out io.Writer, scenario scalrsim.Scenario, server *scalrsim.Server) {
	if scenario.Script.Execute && !server.Executes() {
		fmt.Fprintln(out, "Neither terraform nor tofu is on the PATH: the run is simulated.")
	}
}

// environment returns the environment of the step, as GitHub's runner sets it.
func environment(checkout, temp string, apply bool) []string {
	env := append(files(checkout, temp),
		"GITHUB_REPOSITORY=acme/infra", "GITHUB_EVENT_NAME=push", "GITHUB_REF=refs/heads/main", "GITHUB_REF_NAME=main",
		"GITHUB_SHA=5f2c1e8a9b7d4f60a1b2c3d4e5f60718293a4b5c", "GITHUB_ACTOR=octocat",
		"GITHUB_SERVER_URL=https://github.com", "GITHUB_RUN_ID=1", "GITHUB_RUN_ATTEMPT=1",
		"INPUT_BASE-URL=https://acme.scalr.test", "INPUT_TOKEN="+scalrsim.Token,
		"INPUT_WORKSPACE-ID="+scalrsim.WorkspaceID, "INPUT_PATH=demo/network")
	if apply {
		env = append(env, "INPUT_DRY-RUN=false", "INPUT_AUTO-APPLY=true")
	}
	return env
}

// files returns the environment variables of the runner's files and directories for one step.
func files(checkout, temp string) []string {
	return []string{
		"GITHUB_ACTIONS=true", "GITHUB_WORKSPACE=" + checkout, "RUNNER_TEMP=" + temp,
		"GITHUB_OUTPUT=" + filepath.Join(temp, "output"), "GITHUB_STATE=" + filepath.Join(temp, "state"),
		"GITHUB_STEP_SUMMARY=" + filepath.Join(temp, "summary.md"),
	}
}

// findRepository returns the root of the repository that contains the working directory.
func findRepository() (checkout string, err error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "demo", "network", "main.tf")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("demo/network was not found: run this inside the repository")
		}
		dir = filepath.Dir(dir)
	}
}

// printResults prints the outputs of the step. It returns the objections of the simulated Scalr as an error.
func printResults(out io.Writer, temp string, server *scalrsim.Server) error {
	outputs, err := runnertest.Outputs(filepath.Join(temp, "output"))
	if err != nil {
		return fmt.Errorf("read the step's outputs: %w", err)
	}
	fmt.Fprintln(out, "\nOutputs of the step:")
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		if outputs[name] != "" {
			fmt.Fprintf(out, "  %-26s %s\n", name, outputs[name])
		}
	}
	fmt.Fprintln(out, "\nThe job summary:", filepath.Join(temp, "summary.md"))
	if objections := server.Objections(); len(objections) > 0 {
		return fmt.Errorf("the simulated Scalr objects: %s", strings.Join(objections, "; "))
	}
	return nil
}
