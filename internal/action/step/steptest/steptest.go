// Package steptest runs steps within the process of a test.
package steptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// Step is a step of a job.
type Step struct {
	Main   func(context.Context, *step.Step) int
	Inputs map[string]string // by name, such as dry-run
	Env    map[string]string // in addition to the files of the step
	HTTP   *http.Client      // for all requests
}

// Result is what a step leaves.
type Result struct {
	Code    int
	Log     string
	Outputs map[string]string
	Summary string // empty if none was written
}

// Run runs the step. Its files are in the directory dir, which should be a new one for each step.
func (s Step) Run(t *testing.T, dir string) Result {
	t.Helper()
	output, summary := filepath.Join(dir, "output"), filepath.Join(dir, "summary.md")
	environ := []string{"GITHUB_ACTIONS=true", "GITHUB_OUTPUT=" + output, "GITHUB_STEP_SUMMARY=" + summary,
		"GITHUB_STATE=" + filepath.Join(dir, "state")}
	for name, value := range s.Env {
		environ = append(environ, name+"="+value)
	}
	for name, value := range s.Inputs {
		environ = append(environ, "INPUT_"+strings.ToUpper(name)+"="+value)
	}
	var log bytes.Buffer
	st, ctx, end := step.Begin(context.Background(),
		step.Env{Environ: environ, Stdout: &log, HTTP: s.HTTP, Signals: make(chan os.Signal), Version: "test"})
	r := Result{Code: s.Main(ctx, st)}
	end()
	r.Log = log.String()
	var err error
	if r.Outputs, err = runnertest.Outputs(output); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	text, err := os.ReadFile(summary)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	r.Summary = string(text)
	return r
}

// OutputLines returns the outputs, sorted, as lines name=value with a prefix.
func (r Result) OutputLines(prefix string) string {
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.Outputs)) {
		fmt.Fprintf(&lines, "%s%s=%s\n", prefix, name, r.Outputs[name])
	}
	return lines.String()
}

// Changes returns the method and the path of each request that changes something in Scalr, one per line.
func Changes(requests []scalrsim.Request) string {
	var lines strings.Builder
	for _, r := range requests {
		if r.Method != http.MethodGet {
			fmt.Fprintf(&lines, "%s %s\n", r.Method, r.Path)
		}
	}
	return lines.String()
}
