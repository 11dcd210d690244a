package run

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/secret"
)

// newSharedFile returns a file for later steps.
func newSharedFile(t *testing.T, limit int64) *sharedFile {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(t.TempDir(), "log"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return &sharedFile{to: file, name: "log", clean: new(secret.Redactor).Stream(), limit: limit}
}

// TestRestartedLog checks that the copy of a log that Scalr rewrites contains only the new log, as if it were the first
// one.
func TestRestartedLog(t *testing.T) {
	t.Parallel()
	const limit = 1000
	lines := func(n int) string { return strings.Repeat("a line of the log\n", n) }
	for name, c := range map[string]struct{ before, after string }{
		"short after short": {lines(2), "new\n"},
		"short after long":  {lines(500), "new\n"},
		"long after long":   {lines(500), lines(300)},
		"nothing":           {lines(500), ""},
		"unfinished line":   {"a secret may go on here", "new\n"},
	} {
		f := newSharedFile(t, limit)
		f.Write([]byte(c.before))
		f.restart()
		f.Write([]byte(c.after))
		f.close()
		b, err := os.ReadFile(f.to.Name())
		if err != nil {
			t.Fatal(err)
		}
		got := string(b)
		if line := omission.FindStringSubmatch(got); line != nil {
			omitted, _ := strconv.Atoi(line[1])
			got = c.after[:omitted] + strings.TrimPrefix(got, line[0])
		}
		if got != c.after {
			t.Errorf("%s: the file stands for %d bytes %.60q, want %d bytes %.60q", name, len(got), got, len(c.after), c.after)
		}
	}
}

// TestLogWithoutLines checks that the end of a log is kept if it has no lines, or lines longer than a search for the next
// line.
func TestLogWithoutLines(t *testing.T) {
	t.Parallel()
	const limit = 400 << 10
	text := strings.Repeat("x", 300<<10) + "\n" + strings.Repeat("y", 900<<10)
	got := sharedText(t, text, limit)
	line := omission.FindStringSubmatch(got)
	if line == nil {
		t.Fatalf("the first line is %.200q", got)
	}
	kept := strings.TrimPrefix(got, line[0])
	if omitted, _ := strconv.Atoi(line[1]); text[omitted:] != kept || len(kept) < limit/4 || len(got) > limit {
		t.Errorf("%d bytes are kept, %d are said to be left out of %d", len(kept), omitted, len(text))
	}
}

// TestPlanJSONFile checks that later steps find a plan only if it was written completely and is valid.
func TestPlanJSONFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text        string
		noTemp      bool
		fails, kept bool
	}{
		"valid":            {text: `{"a":[1,2]}`, kept: true},
		"truncated":        {text: `{"a":[1`, fails: true},
		"no JSON":          {text: `<html>`, fails: true},
		"no directory":     {text: `{"a":1}`, noTemp: true},
		"invalid, no file": {text: `{`, noTemp: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			temp := t.TempDir()
			env := []string{"RUNNER_TEMP=" + temp, "GITHUB_ACTIONS=true"}
			if c.noTemp {
				env[0] = "RUNNER_TEMP=" + filepath.Join(temp, "nowhere")
			}
			s := &step.Step{Job: job.New(job.Options{Environ: env}), Redact: new(secret.Redactor)}
			f := createJSONFile(s, "scalr-run-1-plan.json")
			for i := range len(c.text) {
				f.Write([]byte(c.text[i : i+1]))
			}
			err := f.keep()
			if (err != nil) != c.fails || (f.fileName() != "") != c.kept {
				t.Errorf("the file is %q (%v)", f.fileName(), err)
			}
			entries, _ := os.ReadDir(temp)
			if (len(entries) == 1) != c.kept {
				t.Errorf("%d files are left, want one: %v", len(entries), c.kept)
			}
			if c.kept {
				if b, err := os.ReadFile(filepath.Join(temp, f.fileName())); err != nil || string(b) != c.text {
					t.Errorf("the file contains %q (%v)", b, err)
				}
			}
		})
	}
}
