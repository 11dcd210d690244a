package action_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"scalr-run-action/internal/dirtest"
)

// planFiles are the outputs that name a file in RUNNER_TEMP.
var planFiles = []string{"plan-log-file", "plan-json-file"}

// TestPlanFilesReplaceExistingFiles checks that existing files in RUNNER_TEMP with the names of the plan files are
// neither followed nor written to, and that the outputs name files with the plan.
func TestPlanFilesReplaceExistingFiles(t *testing.T) {
	t.Parallel()
	const untouched = "not a file of this step"
	first := newStepTest(t, scenario(t, "plan-changes")).play()
	for name, plant := range map[string]func(path, victim string) error{
		"link to file":         func(path, victim string) error { return os.Symlink(victim, path) },
		"link to missing file": func(path, victim string) error { return os.Symlink(victim+".new", path) },
		"link to directory":    func(path, victim string) error { return os.Symlink(filepath.Dir(victim), path) },
		"relative link":        func(path, victim string) error { return os.Symlink("../victim/file", path) },
		"hard link":            func(path, victim string) error { return os.Link(victim, path) },
		"read-only file":       func(path, _ string) error { return os.WriteFile(path, []byte(untouched), 0o400) },
		"named pipe":           func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
		"empty directory":      func(path, _ string) error { return os.Mkdir(path, 0o755) },
		"directory with files": func(path, _ string) error { return os.MkdirAll(filepath.Join(path, "sub"), 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			victim, temp := filepath.Join(dirtest.InMemory(t), "victim", "file"), dirtest.InMemory(t)
			write(t, victim, untouched)
			for _, output := range planFiles {
				if err := plant(filepath.Join(temp, first.outputs[output]), victim); err != nil {
					t.Fatal(err)
				}
			}
			r := newStepTest(t, scenario(t, "plan-changes"))
			r.env["RUNNER_TEMP"] = temp
			p := r.play().want(0, "result=planned")
			for _, output := range planFiles {
				wantSameFile(t, output, filepath.Join(first.dir, first.outputs[output]), filepath.Join(temp, p.outputs[output]))
			}
			if text, err := os.ReadFile(victim); err != nil || string(text) != untouched {
				t.Errorf("the linked file contains %q, %v", text, err)
			}
			if _, err := os.Lstat(victim + ".new"); err == nil {
				t.Error("a file was created at the target of the link")
			}
		})
	}
}

// wantSameFile compares a plan file with that of another step.
func wantSameFile(t *testing.T, output, want, got string) {
	t.Helper()
	info, err := os.Lstat(got)
	if err != nil {
		t.Errorf("%s: %v", output, err)
		return
	}
	if !info.Mode().IsRegular() || info.Mode().Perm() != 0o644 || info.Sys().(*syscall.Stat_t).Nlink != 1 {
		t.Errorf("%s is %s with %d names, want a new regular file that all users can read", output, info.Mode(),
			info.Sys().(*syscall.Stat_t).Nlink)
	}
	a, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(got); err != nil || string(a) != string(b) || len(a) == 0 {
		t.Errorf("%s: %d bytes, want %d as in another step (%v)", output, len(b), len(a), err)
	}
}

// TestSecondStepWithSameRun checks a second step of a job that follows the same run, so that its files have the same
// names.
func TestSecondStepWithSameRun(t *testing.T) {
	t.Parallel()
	s, temp := scenario(t, "waits-for-approval"), dirtest.InMemory(t)
	first, second := newStepTest(t, s, "dry-run=false"), newStepTest(t, s, "mode=watch", "workspace-id=")
	first.env["RUNNER_TEMP"], second.env["RUNNER_TEMP"] = temp, temp
	a, b := newResult(t), newResult(t)
	var before string
	first.then(a, func() {
		a.read()
		text, _ := os.ReadFile(filepath.Join(temp, a.outputs["plan-log-file"]))
		before = string(text)
		b.server = a.server
		second.set("run-id=" + a.outputs["run-id"])
		second.step(b)
	})
	b.read()
	b.want(0, "result=needs-confirmation", "plan-log-file="+a.outputs["plan-log-file"])
	if after, err := os.ReadFile(filepath.Join(temp, b.outputs["plan-log-file"])); err != nil || string(after) != before ||
		before == "" {
		t.Errorf("the second step's log has %d bytes, want %d as in the first step (%v)", len(after), len(before), err)
	}
	files := 0
	err := filepath.WalkDir(temp, func(_ string, e fs.DirEntry, err error) error {
		if !e.IsDir() {
			files++
		}
		return err
	})
	if want := len(planFiles); err != nil || files != want {
		t.Errorf("%d files are left in RUNNER_TEMP, want %d (%v)", files, want, err)
	}
}

// TestRunnerTempIsSymlink checks that RUNNER_TEMP may be a symbolic link.
func TestRunnerTempIsSymlink(t *testing.T) {
	t.Parallel()
	link := filepath.Join(dirtest.InMemory(t), "temp")
	if err := os.Symlink(dirtest.InMemory(t), link); err != nil {
		t.Fatal(err)
	}
	r := newStepTest(t, scenario(t, "plan-changes"))
	r.env["RUNNER_TEMP"] = link
	p := r.play().want(0, "result=planned")
	if text, err := os.ReadFile(filepath.Join(link, p.outputs["plan-log-file"])); err != nil ||
		!strings.Contains(string(text), "Plan:") {
		t.Errorf("the plan's log is %q, %v", text, err)
	}
}
