package job_test

import (
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/secret"
)

func TestSetOutput(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "output")
	j, out := onGitHub(t, "GITHUB_OUTPUT="+path)
	want := map[string]string{"run-id": "run-1", "empty": "", "json": `{"a": "b=c<<d"}`, "percent": "%0A100%"}
	for name, value := range want {
		if err := j.SetOutput(name, value); err != nil {
			t.Fatal(err)
		}
	}
	got, err := runnertest.Outputs(path)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v\n%s", err, diff)
	}
	if out.Len() > 0 {
		t.Errorf("printed %q", out)
	}
}

// With a predictable delimiter, a value could forge outputs.
func TestSetOutputDelimiterIsRandom(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "output")
	j, _ := onGitHub(t, "GITHUB_OUTPUT="+path)
	delimiters := map[string]bool{}
	for range 3 {
		if err := j.SetOutput("a", "b"); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if _, delimiter, ok := strings.Cut(line, "<<"); ok {
			delimiters[delimiter] = true
			if len(delimiter) < 26 {
				t.Errorf("got delimiter %q, want 128 bits", delimiter)
			}
		}
	}
	if len(delimiters) != 3 {
		t.Errorf("got %d delimiters, want 3", len(delimiters))
	}
}

func TestSetOutputRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "output")
	for name, c := range map[string]struct{ file, name, value, want string }{
		"line end":        {path, "a", "b\nc", "set output a: the value is more than one line"},
		"carriage return": {path, "a", "b\rc", "set output a: the value is more than one line"},
		"NUL":             {path, "a", "b\x00c", "set output a: the value contains a NUL character"},
		"name":            {path, "a=b", "c", "set output a=b: the name is not made of letters, digits, - and _"},
		"empty name":      {path, "", "c", "set output : the name is not made of letters, digits, - and _"},
		"directory":       {dir, "a", "b", "set output a: open " + dir + ": is a directory"},
		"no directory":    {dir + "/x/y", "a", "b", "set output a: open " + dir + "/x/y: no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, _ := onGitHub(t, "GITHUB_OUTPUT="+c.file)
			err := j.SetOutput(c.name, c.value)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("something was written")
	}
}

func TestFilesOnFullDisk(t *testing.T) {
	t.Parallel()
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("this system has no /dev/full")
	}
	for _, j := range []*job.Job{
		job.New(job.Options{Environ: []string{"GITHUB_ACTIONS=true", "GITHUB_OUTPUT=" + full, "GITHUB_STATE=" + full, "GITHUB_STEP_SUMMARY=" + full}}),
		job.New(job.Options{Environ: []string{"SCALR_OUTPUT_FILE=" + full, "SCALR_SUMMARY_FILE=" + full}}),
	} {
		errs := []error{j.SetOutput("a", "b"), j.WriteSummary("x")}
		if j.OnGitHub() {
			errs = append(errs, j.SaveState("a", "b"))
		}
		for _, err := range errs {
			if err == nil || !strings.Contains(err.Error(), "write /dev/full: no space left on device") {
				t.Errorf("got %v, want the file and what is wrong with it", err)
			}
		}
	}
}

func TestSetOutputWithoutAFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file string
		env  []string
	}{
		{"GITHUB_OUTPUT", []string{"GITHUB_ACTIONS=true"}},
		{"GITHUB_OUTPUT", []string{"GITHUB_ACTIONS=true", "SCALR_OUTPUT_FILE=/dev/null"}},
		{"SCALR_OUTPUT_FILE", []string{"GITHUB_OUTPUT=/dev/null"}},
	} {
		j, out := newJob(t, c.env...)
		for _, value := range []string{"run-1", "a\n::error::b"} {
			if err := j.SetOutput("run-id", value); err != nil {
				t.Error(err)
			}
		}
		want := "warning: " + c.file + " is not set; the outputs are printed here instead\nrun-id: run-1\nrun-id: a ::error::b\n"
		if got := out.String(); got != want {
			t.Errorf("%q: got %q, want %q", c.env, got, want)
		}
	}
}

func TestSetOutputForAShell(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "output")
	j, _ := newJob(t, "SCALR_OUTPUT_FILE="+path)
	for _, pair := range [][2]string{{"run-id", "run-1"}, {"policy-status", "it's"}} {
		if err := j.SetOutput(pair[0], pair[1]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	want := "SCALR_RUN_ID='run-1'\nSCALR_POLICY_STATUS='it'\\''s'\n"
	if string(got) != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestSetOutputIsSourcedByAShell(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("this system has no sh")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "output")
	j, _ := newJob(t, "SCALR_OUTPUT_FILE="+path)
	for _, want := range runnertest.Hostile() {
		if strings.ContainsRune(want, 0) {
			continue // not possible in a shell; SetOutput refuses it
		}
		if err := os.Truncate(path, 0); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if err := errors.Join(j.SetOutput("a-value", want), j.SetOutput("last", "end")); err != nil {
			t.Fatal(err)
		}
		command := exec.Command(shell, "-c", `. "$0" && printf %s "$SCALR_A_VALUE$SCALR_LAST"`, path)
		command.Dir = dir
		got, err := command.CombinedOutput()
		if string(got) != want+"end" || err != nil {
			t.Errorf("got %.200q, %v, want %.200q", got, err, want)
		}
	}
}

func TestSaveState(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	j, _ := onGitHub(t, "GITHUB_STATE="+path)
	if err := j.SaveState("run-id", "run-1"); err != nil {
		t.Fatal(err)
	}
	got, err := runnertest.Outputs(path)
	if diff := cmp.Diff(map[string]string{"run-id": "run-1"}, got); diff != "" || err != nil {
		t.Errorf("error %v\n%s", err, diff)
	}
	for _, pair := range [][2]string{{"a b", "x"}, {"a", "x\ny"}} {
		if err := j.SaveState(pair[0], pair[1]); err == nil {
			t.Errorf("%q: no error", pair)
		}
	}
	j, _ = onGitHub(t)
	if err := j.SaveState("a", "b"); err == nil || err.Error() != "save state a: GITHUB_STATE is not set" {
		t.Errorf("got %v", err)
	}
	j, _ = newJob(t)
	if err := j.SaveState("a", "b"); err != nil {
		t.Errorf("elsewhere: got %v", err)
	}
}

func TestWriteSummary(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "summary")
	for _, env := range [][]string{
		{"GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=" + path, "SCALR_SUMMARY_FILE=/proc/nowhere"},
		{"SCALR_SUMMARY_FILE=" + path, "GITHUB_STEP_SUMMARY=/proc/nowhere"},
	} {
		_ = os.Remove(path)
		j, _ := newJob(t, env...)
		j.Mask(secret.New(canary))
		if err := errors.Join(j.WriteSummary("# a "+canary), j.WriteSummary("100%s")); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if want := "# a ***\n100%s\n"; string(got) != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

func TestWriteSummaryLimit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		there, size int
		fits        bool
	}{
		"just": {0, job.SummaryLimit - 1, true}, "too much": {0, job.SummaryLimit, false},
		"limit reached with existing text": {500_000, 499_999, true}, "limit exceeded with existing text": {500_000, 500_000, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "summary")
			if err := os.WriteFile(path, make([]byte, c.there), 0o600); err != nil {
				t.Fatal(err)
			}
			j, _ := onGitHub(t, "GITHUB_STEP_SUMMARY="+path)
			err := j.WriteSummary(strings.Repeat("x", c.size))
			if (err == nil) != c.fits {
				t.Errorf("got %v, want it to fit: %v", err, c.fits)
			}
			text, err := os.ReadFile(path)
			if err != nil || len(text) > job.SummaryLimit || !c.fits && len(text) != c.there || !runnertest.ShowsSummary(string(text)) && c.fits {
				t.Errorf("got %d bytes, %v", len(text), err)
			}
		})
	}
}

func TestWriteSummaryWithoutAFile(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"GITHUB_ACTIONS=true", "CI=true"} {
		j, _ := newJob(t, env)
		if err := j.WriteSummary("x"); !errors.Is(err, job.ErrNoSummary) {
			t.Errorf("got %v, want %v", err, job.ErrNoSummary)
		}
	}
}

// TestTokensInOutputs: outputs and states never contain a token or a part of one, but keep other secrets, which may be
// ordinary words.
func TestTokensInOutputs(t *testing.T) {
	t.Parallel()
	const token, runtime = "tok-0123456789abcdefXYZ", "runtime-abcdefghij0123456789"
	output, state := filepath.Join(t.TempDir(), "output"), filepath.Join(t.TempDir(), "state")
	j, out := onGitHub(t, "GITHUB_OUTPUT="+output, "GITHUB_STATE="+state, "ACTIONS_RUNTIME_TOKEN="+runtime)
	j.MaskToken(secret.New(token))
	j.Mask(secret.Declared("planned"))
	j.Mask(secret.New("configuration-version-1")) // of a signed URL
	out.Reset()
	values := map[string]string{"whole": token, "part": "run-" + token[8:], "escaped": url.QueryEscape(token + "+"), "runtime": runtime,
		"declared": "planned", "address": "configuration-version-1"}
	want := map[string]string{"whole": "***", "part": "run-***", "escaped": "***%2B", "runtime": "***", "declared": "planned",
		"address": "configuration-version-1"}
	for name, value := range values {
		if err := j.SetOutput(name, value); err != nil {
			t.Fatal(err)
		}
		if err := j.SaveState(name, value); (err != nil) != (want[name] != value) {
			t.Errorf("state %s: got %v", name, err)
		}
	}
	if err := j.SetSensitiveOutput("sensitive", token); err != nil {
		t.Fatal(err)
	}
	want["sensitive"] = token
	got, err := runnertest.Outputs(output)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v\n%s", err, diff)
	}
	saved, err := runnertest.Outputs(state)
	if diff := cmp.Diff(map[string]string{"declared": "planned", "address": "configuration-version-1"}, saved); diff != "" || err != nil {
		t.Errorf("error %v\n%s", err, diff)
	}
	for document, want := range map[string]string{
		`{"a":"x \u0074ok-0123456789abcdefXYZ","b":[1.50,"planned"]}`: `{"a":"x ***","b":[1.50,"planned"]}`,
		"no JSON: " + token: "no JSON: ***",
	} {
		if got := j.RedactJSON(document); got != want {
			t.Errorf("%s: got %s, want %s", document, got, want)
		}
	}
}
