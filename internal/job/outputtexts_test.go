package job_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
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
