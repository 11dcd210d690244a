package report

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestGolden renders every outcome. Plans and logs are real: testdata/make.py.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, build := range outcomeReports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := build(t)
			golden(t, name+".summary.md", r.Summary())
			golden(t, name+".comment.md", r.Comment(CommentLimit))
			if again := build(t); again.Summary() != r.Summary() {
				t.Error("the same report renders differently")
			}
		})
	}
}

// TestGoldenOutputs compares the outputs of every outcome.
func TestGoldenOutputs(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, name := range sortedNames() {
		all.WriteString("== " + name + "\n")
		for _, o := range outcomeReports[name](t).Outputs() {
			all.WriteString(o.Name + "=" + o.Value + "\n")
		}
	}
	golden(t, "outputs.txt", all.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	goldentest.Compare(t, filepath.Join("testdata", "golden", name), got)
}

// planFile reads a file of a real plan; nil if it does not exist.
func planFile(t testing.TB, plan, name string) *io.SectionReader {
	t.Helper()
	path := filepath.Join("..", "tfplan", "testdata", "plans", plan, name)
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		packed, err := os.ReadFile(path + ".gz")
		if os.IsNotExist(err) {
			return nil
		}
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	} else if err != nil {
		t.Fatal(err)
	}
	return io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
}

func realPlan(t testing.TB, name string) tfplan.Plan {
	t.Helper()
	p := readPlan(planFile(t, name, "plan.json"), planFile(t, name, "plan.log"))
	if p.JSONProblem != "" {
		t.Fatal(p.JSONProblem)
	}
	return p
}

// baseReport returns a report as the action fills it, without a plan.
func baseReport(word result.Result, status scalr.Status) Report {
	const host = "https://acme.scalr.io"
	return Report{
		Result:       word,
		Workspace:    scalr.Workspace{ID: "ws-v0o1", Name: "shop", Environment: "production"},
		Run:          scalr.Run{ID: "run-v0oq2a7d3k9", Status: status, ConfigurationID: "cv-v0oq29xk1", Dry: true},
		RunURL:       host + "/v2/e/env-v0o0/workspaces/ws-v0o1/runs/run-v0oq2a7d3k9",
		WorkspaceURL: host + "/v2/e/env-v0o0/workspaces/ws-v0o1",
		Bundle: &Bundle{
			Files:      14,
			Bytes:      31_400,
			Compressed: 8_210,
			SHA256:     "5d41402abc4b2a76b9719d911017c592ae3f1c0c9d5f4f1e8c2f3f5a6b7c8d9e",
		},
		Stages: []Stage{
			{progress.Bundle, 40 * time.Millisecond}, {progress.Queue, 3 * time.Second}, {progress.Plan, 41 * time.Second},
			{progress.Cost, 2 * time.Second}, {progress.Policy, 1200 * time.Millisecond},
		},
		Took: 52 * time.Second,
		Source: Source{
			Repository: "acme/shop", SHA: "9f1c2e7d8b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e", Actor: "octocat",
			CommitURL:      "https://github.com/acme/shop/commit/9f1c2e7d8b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e",
			WorkflowRunURL: "https://github.com/acme/shop/actions/runs/1234567890",
		},
		Action: "acme/scalr-run-action@v1",
	}
}

// concluded completes a report of a run as the action does, with its own words. The action also appends the URL of the run
// to an error.
func concluded(r Report) Report {
	o := step.WithAdvice(step.OutcomeOfRun(r.Run))
	if o.ExitCode() != 0 {
		o.Problem += " See " + r.RunURL
	}
	r.Result, r.ErrorCode, r.Problem, r.Hints = o.Result, string(o.Code), o.Problem, o.Hints
	return r
}

// readPlan reads a plan from its JSON and its log, either of which may be nil.
func readPlan(planJSON, log *io.SectionReader) tfplan.Plan {
	var from io.Reader
	if planJSON != nil {
		from = planJSON
	}
	return readLog(log).Plan(context.Background(), from)
}

func readLog(log *io.SectionReader) *tfplan.Log {
	l := tfplan.NewLog(nil)
	if log != nil {
		if _, err := io.Copy(l, log); err != nil {
			panic(err)
		}
	}
	return l
}
