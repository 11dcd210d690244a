package job_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"scalr-run-action/internal/job/runnertest"
)

// TestTextsAboutOutputFiles checks the whole warning about an existing file, and the error for a pipe.
func TestTextsAboutOutputFiles(t *testing.T) {
	t.Parallel()
	checkout := t.TempDir()
	file, pipe := filepath.Join(checkout, "scalr.env"), filepath.Join(checkout, "pipe")
	if err := os.WriteFile(file, []byte("touch hit\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	j, out := newJob(t, "GITHUB_WORKSPACE="+checkout, "SCALR_OUTPUT_FILE="+file)
	if err := j.SetOutput("run-id", "run-1"); err != nil {
		t.Fatal(err)
	}
	want := `warning: The file "` + file + `", which SCALR_OUTPUT_FILE names, is in the checkout and has lines that are not outputs of ` +
		"this action. A shell that sources the file executes them. Set SCALR_OUTPUT_FILE to a new file outside the checkout, such as one " +
		"in a directory that mktemp -d creates.\n"
	if out.String() != want {
		t.Errorf("logged %q, want %q", out, want)
	}
	runner, _ := onGitHub(t, "GITHUB_OUTPUT="+pipe)
	err := runner.SetOutput("a", "b")
	if want := "open " + pipe + ": it is a pipe or a socket, not a file"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want %q", err, want)
	}
}

// TestDefaultTempDirs checks the directories for temporary files if the environment names none.
func TestDefaultTempDirs(t *testing.T) {
	t.Parallel()
	for _, environ := range [][]string{nil, {"TMPDIR=/tmp"}} {
		j, _ := newJob(t, environ...)
		if got := j.TempDirs(); !slices.Equal(got, []string{"/tmp", "/var/tmp"}) {
			t.Errorf("got %q", got)
		}
	}
}

// TestCutMessage checks that a message of at most 11 KiB is printed as a whole, and that a longer one ends with an ellipsis.
func TestCutMessage(t *testing.T) {
	t.Parallel()
	const limit = 11 << 10
	for length, want := range map[int]string{
		limit - 1: strings.Repeat("x", limit-1) + "\n",
		limit:     strings.Repeat("x", limit) + "\n",
		limit + 1: strings.Repeat("x", limit) + "…\n",
		3 * limit: strings.Repeat("x", limit) + "…\n",
	} {
		j, out := newJob(t)
		if j.Infof("%s", strings.Repeat("x", length)); out.String() != want {
			t.Errorf("%d bytes: printed %d bytes that end with %q", length, out.Len(), out.String()[out.Len()-5:])
		}
	}
}

// TestInvalidTextInOutputs checks that bytes that are not UTF-8 are replaced in outputs and states.
func TestInvalidTextInOutputs(t *testing.T) {
	t.Parallel()
	output, state := filepath.Join(t.TempDir(), "output"), filepath.Join(t.TempDir(), "state")
	j, _ := onGitHub(t, "GITHUB_OUTPUT="+output, "GITHUB_STATE="+state)
	if err := j.SetOutput("name", "a\xffb"); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveState("name", "a\xffb"); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{output, state} {
		got, err := runnertest.Outputs(file)
		if err != nil || got["name"] != "a\uFFFDb" {
			t.Errorf("%s: %q, %v", filepath.Base(file), got, err)
		}
	}
}
