package job_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/job/runnertest"
)

// TestFilesInTheCheckout checks that links in the checkout cannot redirect writes to other files.
func TestFilesInTheCheckout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plant   func(checkout, elsewhere string) error
		file    string // below the checkout, or absolute
		refused bool
		lands   string
	}{
		"a new file": {nil, "scalr.env", false, "scalr.env"},
		"an existing file": {func(c, _ string) error { return os.WriteFile(c+"/scalr.env", []byte("SCALR_A='b'\n"), 0o600) },
			"scalr.env", false, "scalr.env"},
		"a link out":            {func(c, e string) error { return os.Symlink(e+"/victim", c+"/scalr.env") }, "scalr.env", true, ""},
		"a relative link out":   {func(c, _ string) error { return os.Symlink("../elsewhere/victim", c+"/scalr.env") }, "scalr.env", true, ""},
		"a link to nothing":     {func(c, e string) error { return os.Symlink(e+"/new", c+"/scalr.env") }, "scalr.env", true, ""},
		"a link to a directory": {func(c, e string) error { return os.Symlink(e, c+"/out") }, "out/victim", true, ""},
		"a link inside":         {func(c, _ string) error { return os.Symlink("real.env", c+"/scalr.env") }, "scalr.env", false, "real.env"},
		"outside":               {nil, "../elsewhere/new", false, "../elsewhere/new"},
		"a user's link outside": {func(_, e string) error { return os.Symlink("target", e+"/link") }, "../elsewhere/link", false, "../elsewhere/target"},
	} {
		for _, variable := range []string{"SCALR_OUTPUT_FILE", "SCALR_SUMMARY_FILE"} {
			t.Run(name+" "+variable, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				checkout, elsewhere := filepath.Join(dir, "checkout"), filepath.Join(dir, "elsewhere")
				for _, d := range []string{checkout, elsewhere} {
					if err := os.Mkdir(d, 0o755); err != nil {
						t.Fatal(err)
					}
				}
				victim := filepath.Join(elsewhere, "victim")
				if err := os.WriteFile(victim, []byte("untouched"), 0o600); err != nil {
					t.Fatal(err)
				}
				if c.plant != nil {
					if err := c.plant(checkout, elsewhere); err != nil {
						t.Fatal(err)
					}
				}
				j, _ := newJob(t, "GITHUB_WORKSPACE="+checkout, variable+"="+filepath.Join(checkout, c.file))
				err := j.SetOutput("run-id", "run-1")
				if variable == "SCALR_SUMMARY_FILE" {
					err = j.WriteSummary("run-1")
				}
				if (err != nil) != c.refused {
					t.Errorf("got %v, want refused %v", err, c.refused)
				}
				if err != nil && !strings.Contains(err.Error(), filepath.Base(c.file)) {
					t.Errorf("%q does not name the file", err)
				}
				if text, err := os.ReadFile(victim); string(text) != "untouched" || err != nil {
					t.Errorf("the other file has %q, %v", text, err)
				}
				if _, err := os.Lstat(filepath.Join(elsewhere, "new")); err == nil && c.refused {
					t.Error("a file was created outside the checkout")
				}
				if c.lands != "" {
					if text, err := os.ReadFile(filepath.Join(checkout, c.lands)); !strings.Contains(string(text), "run-1") {
						t.Errorf("%s has %q, %v", c.lands, text, err)
					}
				}
			})
		}
	}
}

// TestWorkingDirectoryIsRoot checks that the program works in /, where devices are links.
func TestWorkingDirectoryIsRoot(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(filepath.Dir(link), "file"), link); err != nil {
		t.Fatal(err)
	}
	j, _ := newJob(t, "GITHUB_WORKSPACE=/", "SCALR_OUTPUT_FILE="+link)
	if err := j.SetOutput("run-id", "run-1"); err != nil {
		t.Error(err)
	}
}

// TestExistingOutputFile checks that there is a warning about lines that a shell would execute, and about
// no others.
func TestExistingOutputFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		warn bool
	}{
		"empty":                  {"", false},
		"our outputs":            {"SCALR_RUN_ID='run-1'\nSCALR_TEXT='it'\\''s\n$(touch hit)\n'\\'''\nSCALR_EMPTY=''\n", false},
		"a command":              {"touch hit\n", true},
		"a command behind":       {"SCALR_RUN_ID='run-1'; touch hit\n", true},
		"an open quotation mark": {"SCALR_RUN_ID='", true},
		"a command in the value": {"SCALR_RUN_ID=$(touch hit)\n", true},
		"double quotes":          {"SCALR_RUN_ID=\"$(touch hit)\"\n", true},
		"another variable":       {"PATH='/tmp'\n", true},
		"a false escape":         {"SCALR_RUN_ID='\\'; touch hit; '\n", true},
		"a false escape twice":   {"SCALR_RUN_ID='\\''\\'; touch hit; ''\n", true},
		"no line end":            {"SCALR_RUN_ID='run-1'", true},
		"a command before":       {"touch hit '\n", true},
		"only a quotation mark":  {"'\n", true},
		"many escapes":           {`SCALR_RUN_ID=''\'''\''a'\''` + "\n" + `b'\'''` + "\n", false},
		"an open escape":         {`SCALR_RUN_ID='a'\''`, true},
		// A shell executes the command in the second line, because the first value ends before its last quotation mark.
		"an escape after the value": {`SCALR_A='x''\''` + "\nSCALR_B='; touch hit; '\n" + `SCALR_C='a'\''b'` + "\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkout, elsewhere := t.TempDir(), t.TempDir()
			for dir, warn := range map[string]bool{checkout: c.warn, elsewhere: false} {
				file := filepath.Join(dir, "scalr.env")
				if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
				j, out := newJob(t, "GITHUB_WORKSPACE="+checkout, "SCALR_OUTPUT_FILE="+file)
				for range 2 {
					if err := j.SetOutput("run-id", "run-1"); err != nil {
						t.Fatal(err)
					}
				}
				if got := strings.Count(out.String(), "executes them"); got > 1 || (got == 1) != warn {
					t.Errorf("in the checkout %v: warned %d times, want %v: %q", dir == checkout, got, warn, out)
				}
				if text, _ := os.ReadFile(file); !strings.HasPrefix(string(text), c.text) || !strings.HasSuffix(string(text), "SCALR_RUN_ID='run-1'\n") {
					t.Errorf("the file has %q, want the output appended", text)
				}
			}
		})
	}
}

// TestNoWarningAboutOutputsOfEarlierStep checks that there is no warning about outputs of an earlier step, whatever
// their values are.
func TestNoWarningAboutOutputsOfEarlierStep(t *testing.T) {
	t.Parallel()
	checkout := t.TempDir()
	file := filepath.Join(checkout, "scalr.env")
	first, _ := newJob(t, "GITHUB_WORKSPACE="+checkout, "SCALR_OUTPUT_FILE="+file)
	for _, value := range append(runnertest.Hostile(), "'", "''", `\'`, `'\''`, "'\n'", `'\`) {
		if strings.ContainsRune(value, 0) {
			continue
		}
		if err := first.SetOutput("a-value", value); err != nil {
			t.Fatal(err)
		}
	}
	second, out := newJob(t, "GITHUB_WORKSPACE="+checkout, "SCALR_OUTPUT_FILE="+file)
	if err := second.SetOutput("a-value", "b"); err != nil || out.Len() > 0 {
		t.Errorf("got %q, %v", out, err)
	}
	if shell, err := exec.LookPath("sh"); err == nil {
		command := exec.Command(shell, "-c", `. "$0"`, file)
		command.Dir = checkout
		if text, err := command.CombinedOutput(); err != nil || len(text) > 0 {
			t.Errorf("the shell says %q, %v", text, err)
		}
	}
}

// TestFilesThatBlock checks that a pipe without a reader does not block the program, and that it reads no
// endless file.
func TestFilesThatBlock(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	runner, _ := onGitHub(t, "GITHUB_OUTPUT="+pipe, "GITHUB_STATE="+pipe, "GITHUB_STEP_SUMMARY="+pipe)
	shell, _ := newJob(t, "SCALR_OUTPUT_FILE="+pipe, "SCALR_SUMMARY_FILE="+pipe)
	for name, err := range map[string]error{
		"output": runner.SetOutput("a", "b"), "state": runner.SaveState("a", "b"), "summary": runner.WriteSummary("a"),
		"the shell's outputs": shell.SetOutput("a", "b"), "another summary": shell.WriteSummary("a"),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, name := range []string{pipe, "/dev/zero", t.TempDir()} {
		if text, err := job.ReadFile(name, 10); err == nil {
			t.Errorf("%s: read %q", name, text)
		}
		if e := onEvent(t, "GITHUB_EVENT_PATH="+name); e.Name != "push" {
			t.Errorf("%s: the event is %+v", name, e)
		}
	}
}

// TestReadPipe checks that a pipe with a reader works like a file, as in SCALR_OUTPUT_FILE=>(cat).
func TestReadPipe(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	j, _ := newJob(t, fmt.Sprintf("SCALR_OUTPUT_FILE=/dev/fd/%d", w.Fd()))
	got := make(chan string)
	go func() { text, _ := io.ReadAll(r); got <- string(text) }()
	value := strings.Repeat("x", 200_000) // exceeds the buffer of a pipe
	err = j.SetOutput("a", value)
	w.Close()
	if text := <-got; err != nil || text != "SCALR_A='"+value+"'\n" {
		t.Errorf("got %d bytes, %v", len(text), err)
	}
}

func onEvent(t *testing.T, environ ...string) job.Event {
	t.Helper()
	j, _ := onGitHub(t, append(environ, "GITHUB_EVENT_NAME=push")...)
	return j.Event()
}

// TestModeOfNewFiles: other users can read a new file, since later steps may run as another user, and cannot run it.
func TestModeOfNewFiles(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "scalr.env")
	j, _ := newJob(t, "SCALR_OUTPUT_FILE="+name)
	if err := j.SetOutput("a", "b"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode()&0o600 != 0o600 || info.Mode()&^0o644 != 0 { // the umask may remove permissions of others
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}
