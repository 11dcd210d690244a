package run

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestApplyPolicy checks who starts the apply of a run.
func TestApplyPolicy(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	gates := inputs.FailOn{Changes: true}
	for name, c := range map[string]struct {
		in        inputs.Run
		workspace bool // auto-apply of the workspace
		want      applyPolicy
	}{
		"dry run":                          {inputs.Run{Dry: true, AutoApply: &yes, FailOn: gates}, true, appliesNever},
		"workspace applies":                {inputs.Run{}, true, appliesByItself},
		"workspace does not apply":         {inputs.Run{}, false, appliesByOthers},
		"input overrides workspace":        {inputs.Run{AutoApply: &no}, true, appliesByOthers},
		"input applies":                    {inputs.Run{AutoApply: &yes}, false, appliesByItself},
		"saved plan":                       {inputs.Run{AutoApply: &yes, SavePlan: true}, true, appliesByOthers},
		"gates":                            {inputs.Run{FailOn: gates}, true, appliesAfterGates},
		"gates, workspace does not apply":  {inputs.Run{FailOn: gates}, false, appliesByOthers},
		"gates, input overrides workspace": {inputs.Run{FailOn: gates, AutoApply: &yes}, false, appliesAfterGates},
	} {
		got := policyFor(c.in, scalr.Workspace{AutoApply: c.workspace})
		if got != c.want || got.stepConfirms() != (c.want == appliesAfterGates) {
			t.Errorf("%s: policy %d (the step confirms: %v), want %d", name, got, got.stepConfirms(), c.want)
		}
	}
}

// TestPostStepNotNeeded checks when the post step has nothing left to do.
func TestPostStepNotNeeded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o        step.Outcome
		accepted bool
		onCancel inputs.OnCancel
		status   scalr.Status
		want     bool
	}{
		"success":                  {o: step.Outcome{Result: result.Planned}, want: true},
		"failed run":               {o: step.Outcome{Result: result.Errored, Code: step.CodeRunErrored}, want: true},
		"unknown run":              {o: step.Outcome{Result: result.Refused, Code: step.CodeRunUnknown}, accepted: true},
		"wrong run":                {o: step.Outcome{Result: result.Refused, Code: step.CodeWrongRun}},
		"stopped wrong run":        {o: step.Outcome{Result: result.Refused, Code: step.CodeWrongRun}, accepted: true, want: true},
		"interrupted":              {o: step.Outcome{Result: result.Interrupted}, status: "planning"},
		"timed out":                {o: step.Outcome{Result: result.TimedOut}, status: "planning"},
		"interrupted and stopped":  {o: step.Outcome{Result: result.Interrupted}, accepted: true, status: "planning", want: true},
		"timed out and stopped":    {o: step.Outcome{Result: result.TimedOut}, accepted: true, status: "planning", want: true},
		"interrupted, leave":       {o: step.Outcome{Result: result.Interrupted}, onCancel: inputs.OnCancelLeave, want: true},
		"interrupted, stop":        {o: step.Outcome{Result: result.Interrupted}, onCancel: inputs.OnCancelStopApply},
		"interrupted, run applied": {o: step.Outcome{Result: result.Interrupted}, status: "applied", want: true},
	} {
		r := &command{in: inputs.Run{OnCancel: c.onCancel}, stopAccepted: c.accepted, facts: facts{run: scalr.Run{Status: c.status}}}
		if got := r.postStepNotNeeded(c.o); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestMessageLength checks that a message with the address of the workflow run never exceeds Scalr's limit.
func TestMessageLength(t *testing.T) {
	t.Parallel()
	const short = "https://github.com/acme/infra/actions/runs/7/attempts/1"
	long := func(n int) string { return "https://github.com/" + strings.Repeat("a", n-len("https://github.com/")) }
	for name, c := range map[string]struct{ text, address, want string }{
		"no address":            {"Release", "", "Release"},
		"no text":               {"", short, short},
		"text that ends blank":  {"Release   ", short, "Release " + short},
		"one character left":    {"Release", long(510), "R " + long(510)},
		"no character left":     {"Release", long(511), "Release"},
		"address at the limit":  {"Release", long(512), "Release"},
		"address over limit":    {"Release", long(600), "Release"},
		"text at the limit":     {strings.Repeat("é", 512), "", strings.Repeat("é", 512)},
		"text over the limit":   {strings.Repeat("é", 513), "", strings.Repeat("é", 512)},
		"URL within the limit":  {short + strings.Repeat(" x", 300), short, short + strings.Repeat(" x", 300)[:512-len(short)]},
		"blank at the limit":    {strings.Repeat("a ", 400), short, strings.TrimRight(strings.Repeat("a ", 400)[:511-len(short)], " ") + " " + short},
		"address of its length": {strings.Repeat("b", 511-len(short)), short, strings.Repeat("b", 511-len(short)) + " " + short},
	} {
		got := withAddress(c.text, c.address)
		if got != c.want || utf8.RuneCountInString(got) > 512 {
			t.Errorf("%s: %d characters\n%q, want\n%q", name, utf8.RuneCountInString(got), got, c.want)
		}
	}
}

// TestUploadProgress checks that the progress of an upload is logged at most every ten seconds.
func TestUploadProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		r := &command{Step: &step.Step{Job: job.New(job.Options{Stdout: &log})}}
		sent := r.everyTenSeconds(30 << 20)
		sent(1)
		for i := range 5 {
			time.Sleep(4999 * time.Millisecond)
			sent(int64(i+1) << 20)
			time.Sleep(time.Millisecond)
		}
		sent(25 << 20) // a millisecond after the last message
		if want := "Uploaded 3.0 MiB of 30.0 MiB\nUploaded 5.0 MiB of 30.0 MiB\n"; log.String() != want {
			t.Errorf("logged\n%s, want\n%s", log.String(), want)
		}
	})
}

// TestReadRetries checks the delays between the attempts of a read.
func TestReadRetries(t *testing.T) {
	t.Parallel()
	after := func(d time.Duration) error { return &scalr.Error{HTTPStatus: 503, RetryAfter: &d} }
	for name, c := range map[string]struct {
		err      error
		attempts int
		took     time.Duration
	}{
		"unavailable":                   {&scalr.Error{HTTPStatus: 503}, 3, 2 * time.Second},
		"unavailable, shorter interval": {after(time.Millisecond), 3, 2 * time.Second},
		"unavailable, longer interval":  {after(7 * time.Second), 3, 14 * time.Second},
		"within the limit":              {after(10 * time.Second), 3, 20 * time.Second},
		"the second wait is too long":   {after(11 * time.Second), 2, 11 * time.Second},
		"too long an interval":          {after(21 * time.Second), 1, 0},
		"rate limited":                  {&scalr.Error{HTTPStatus: 429}, 3, 2 * time.Second},
		"rate limited, with interval":   {&scalr.Error{HTTPStatus: 429, RetryAfter: new(7 * time.Second)}, 3, 14 * time.Second},
		"no response":                   {&scalr.Error{Network: scalr.TimedOut}, 3, 2 * time.Second},
		"forbidden":                     {&scalr.Error{HTTPStatus: 403}, 1, 0},
		"not found":                     {&scalr.Error{HTTPStatus: 404}, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, attempts := time.Now(), 0
				_, err := retry.Do(t.Context(), retryRead(3, 20*time.Second), func() error { attempts++; return c.err })
				if took := time.Since(began); err == nil || attempts != c.attempts || took != c.took {
					t.Errorf("%d attempts in %s, want %d in %s (%v)", attempts, took, c.attempts, c.took, err)
				}
			})
		})
	}
}

// TestDownloadKeepsError checks that the end of a document is not an error, and that its size is counted.
func TestDownloadKeepsError(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	for name, c := range map[string]struct {
		from io.Reader
		size int64
		err  error
	}{
		"empty":         {from: strings.NewReader("")},
		"complete":      {from: iotest.OneByteReader(strings.NewReader("abc")), size: 3},
		"data with end": {from: iotest.DataErrReader(strings.NewReader("abc")), size: 3},
		"broken":        {from: io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(broken)), size: 2, err: broken},
	} {
		d := &download{from: c.from}
		io.Copy(io.Discard, d)
		if d.size != c.size || !errors.Is(d.err, c.err) {
			t.Errorf("%s: %d bytes and %v, want %d bytes and %v", name, d.size, d.err, c.size, c.err)
		}
	}
}

// TestFilesInCheckout checks which files of diagnostics may be in the repository, and that errors come first.
func TestFilesInCheckout(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]bool{"": false, "main.tf": true, "/opt/main.tf": false, "modules/vpc/main.tf": true,
		".terraform/modules/vpc/main.tf": false, "live/.terraform/x.tf": false, "a.terraform/x.tf": true} {
		if got := inCheckout(file); got != want {
			t.Errorf("%q: %v, want %v", file, got, want)
		}
	}
	if a, b := severity(tfplan.Diagnostic{Level: "error"}), severity(tfplan.Diagnostic{Level: "warning"}); a >= b {
		t.Errorf("an error has the sort key %d, a warning %d", a, b)
	}
}

// TestFileCount checks the number of files in a message.
func TestFileCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 files", 1: "1 file", 2: "2 files"} {
		if got := files(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// TestIDsOfRun checks which ids a response that lacks some of them gets.
func TestIDsOfRun(t *testing.T) {
	t.Parallel()
	own := scalr.Run{ID: "run-1", WorkspaceID: "ws-1", EnvironmentID: "env-1", ConfigurationID: "cv-1"}
	earlier := facts{run: scalr.Run{WorkspaceID: "ws-2", EnvironmentID: "env-2", ConfigurationID: "cv-2"},
		workspace: scalr.Workspace{ID: "ws-3", EnvironmentID: "env-3"}, configurationID: "cv-3"}
	found := earlier
	found.run = scalr.Run{}
	for name, c := range map[string]struct {
		f         facts
		run       scalr.Run
		ws, env   string
		configure string
	}{
		"response":        {earlier, own, "ws-1", "env-1", "cv-1"},
		"earlier":         {earlier, scalr.Run{ID: "run-1"}, "ws-2", "env-2", "cv-2"},
		"workspace found": {found, scalr.Run{ID: "run-1"}, "ws-3", "env-3", "cv-3"},
	} {
		got := c.f.complete(c.run)
		if got.WorkspaceID != c.ws || got.EnvironmentID != c.env || got.ConfigurationID != c.configure || got.ID != "run-1" {
			t.Errorf("%s: %+v, want %s, %s and %s", name, got, c.ws, c.env, c.configure)
		}
	}
	r := &command{facts: earlier}
	r.updateRun(scalr.Run{})
	if r.facts.run.WorkspaceID != "ws-2" {
		t.Errorf("a run without id replaced the last known one by %+v", r.facts.run)
	}
	if r.updateRun(own); r.facts.run.ID != "run-1" {
		t.Errorf("the last known run is %+v", r.facts.run)
	}
}

// TestLargeBundleWarning checks the size of the upload from which a bundle is reported as large.
func TestLargeBundleWarning(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size int64
		want string
	}{
		"at the limit":   {50 << 20, ""},
		"over the limit": {50<<20 + 1, "The archive is large: 50.0 MiB. The largest: . List what Terraform does not need in .terraformignore.\n"},
	} {
		var log bytes.Buffer
		r := &command{Step: &step.Step{Job: job.New(job.Options{Stdout: &log})}}
		if r.warnOfSize(&bundle.Archive{Compressed: c.size}); !strings.HasSuffix(log.String(), c.want) || (log.Len() == 0) != (c.want == "") {
			t.Errorf("%s: logged %q, want %q", name, log.String(), c.want)
		}
	}
}
