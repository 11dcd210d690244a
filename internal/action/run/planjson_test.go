package run

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
)

// planServer is a transport that returns the same status and body to each request.
type planServer struct {
	status int
	body   func() io.Reader
}

func (p planServer) RoundTrip(q *http.Request) (*http.Response, error) {
	header := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: p.status, Header: header, Body: io.NopCloser(p.body()), ContentLength: -1, Request: q}, nil
}

// TestPlanJSON checks what is known of a plan after its document was read, whether the document is saved for later
// steps, and why not.
func TestPlanJSON(t *testing.T) {
	t.Parallel()
	const document = `{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[{"address":"terraform_data.a",` +
		`"mode":"managed","type":"terraform_data","name":"a","change":{"actions":["create"],"before":null,"after":{}}}]}`
	broken := iotest.ErrReader(io.ErrUnexpectedEOF)
	for name, c := range map[string]struct {
		status   int
		body     func() io.Reader
		complete bool
		saved    bool
		failed   bool
		missing  string // its beginning
	}{
		"complete":      {200, func() io.Reader { return strings.NewReader(document) }, true, true, false, ""},
		"byte by byte":  {200, func() io.Reader { return iotest.OneByteReader(strings.NewReader(document)) }, true, true, false, ""},
		"broken at end": {200, func() io.Reader { return io.MultiReader(strings.NewReader(document), broken) }, false, false, true, "it could not be read: "},
		"broken inside": {
			200, func() io.Reader { return io.MultiReader(strings.NewReader(document[:90]), broken) }, false, false, true, "it could not be read: ",
		},
		"broken at start": {200, func() io.Reader { return broken }, false, false, true, "it could not be read: "},
		"empty":           {200, func() io.Reader { return strings.NewReader("") }, false, false, false, "Scalr has none for this plan"},
		"no content":      {204, func() io.Reader { return strings.NewReader("") }, false, false, false, "Scalr has none for this plan"},
		"forbidden":       {403, func() io.Reader { return strings.NewReader("") }, false, false, true, "Scalr has none, or the token may not read it"},
		"too large":       {413, func() io.Reader { return strings.NewReader("") }, false, false, true, "it is too large for Scalr to serve"},
		"not JSON":        {200, func() io.Reader { return strings.NewReader("{]") }, false, false, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s, ctx, end := step.Begin(context.Background(), step.Env{Environ: []string{"RUNNER_TEMP=" + dir}, Stdout: io.Discard, Version: "test"})
				defer end()
				r := newCommand(s, inputs.Run{})
				r.client = scalrtest.NewClient(t, planServer{c.status, c.body})
				run := scalr.Run{ID: "run-1", Plan: &scalr.Plan{ID: "plan-1", Status: scalr.TaskFinished}}
				got := r.readPlanJSON(ctx, run, r.logs.of(scalr.PlanPhase))
				if got.plan.JSON.Complete != c.complete || (got.err != nil) != c.failed {
					t.Errorf("the plan is complete: %v, with the error %v; want complete: %v, an error: %v",
						got.plan.JSON.Complete, got.err, c.complete, c.failed)
				}
				if c.missing == "" && got.missing != "" || !strings.HasPrefix(got.missing, c.missing) {
					t.Errorf("the reason is %q, want %q", got.missing, c.missing)
				}
				files, err := os.ReadDir(dir)
				if err != nil || (len(files) == 1) != c.saved || (got.file != "") != c.saved {
					t.Errorf("%d files, and %q is reported (%v); saved: %v", len(files), got.file, got.saveErr, c.saved)
				}
				if c.status == 200 && name == "empty" && got.plan.JSONProblem != "" {
					t.Errorf("an empty document has the problem %q", got.plan.JSONProblem)
				}
			})
		})
	}
}
