package plays

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"scalr-run-action/internal/job/runnertest"
)

// stepRecord is the result of a step.
type stepRecord struct {
	title, id string
	outcome   string // success, failure, `cancelled` or skipped
	code      int    // of the process
	outputs   map[string]string
	log       string // as shown to users, with masks
	commands  []runnertest.Command
	summary   string
	wrote     string // the requests that changed something
	what      string // the action and its mode
}

// step runs a step unless its condition is false.
func (j *jobRun) step(st step) error {
	rec := &stepRecord{title: st.title(), id: st.ID, outcome: "skipped", outputs: map[string]string{}}
	j.record.steps = append(j.record.steps, rec)
	in := j.scope().with("env", texts(j.env))
	begins, err := evalIf(st.If, in)
	if err == nil && begins {
		err = j.begun(st, rec, in)
	}
	if st.ID != "" {
		j.steps[st.ID] = object{"outputs": texts(rec.outputs), "outcome": rec.outcome, "conclusion": rec.outcome}
	}
	j.failed = j.failed || rec.outcome == "failure"
	return err
}

func (j *jobRun) begun(st step, rec *stepRecord, in scope) error {
	// Only `with:` and `env:` of a step may contain secrets.
	in = in.with("secrets", texts(j.secrets))
	env, err := fillAll(st.Env, in)
	if err != nil {
		return err
	}
	for name, value := range j.env {
		if _, ok := env[name]; !ok {
			env[name] = value
		}
	}
	in = in.with("env", texts(env))
	with, err := fillAll(st.With, in)
	if err != nil {
		return err
	}
	mark := j.marked()
	switch {
	case st.Run != "":
		err = j.script(st, rec, env)
	case strings.HasPrefix(st.Uses, "OWNER/scalr-run-action"):
		err = j.ours(st, rec, with, env)
	case strings.HasPrefix(st.Uses, "actions/checkout@"):
		err = j.checkout(rec, with)
	default:
		err = fmt.Errorf("the action %s is not supported", st.Uses)
	}
	if j.alone {
		rec.wrote = j.since(mark)
	}
	return err
}

// checkout writes the files of a commit to the workspace.
func (j *jobRun) checkout(rec *stepRecord, with map[string]string) error {
	ref, depth := j.event.sha, "1"
	for name, value := range with {
		switch name {
		case "ref":
			ref = cmp.Or(value, ref)
		case "fetch-depth":
			depth = value
		case "persist-credentials":
		default:
			return fmt.Errorf("checkout: the input %s is not supported", name)
		}
	}
	files, ok := j.testbed.commits[ref]
	if !ok {
		return fmt.Errorf("checkout: there is no commit %q", ref)
	}
	rec.outcome = "success"
	if !j.granted.reads("contents") {
		rec.outcome = "failure"
		rec.log = "the token may not read the repository"
		return nil
	}
	switch {
	case depth == "1":
		return j.lay(files)
	case depth == "2" && ref == j.event.sha && j.event.name == "pull_request":
		return j.merge(j.testbed.commits[commit("main")], files)
	}
	return fmt.Errorf("checkout: fetch-depth %s of %s is not supported", depth, ref)
}

func (j *jobRun) lay(files map[string]string) error {
	for name, content := range files {
		file := filepath.Join(j.workspace, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// merge creates a Git repository in the workspace whose current commit is a merge commit with the target branch as
// its first parent.
func (j *jobRun) merge(base, files map[string]string) error {
	git := func(args ...string) error {
		c := exec.Command("git",
			append([]string{"-c", "user.name=GitHub", "-c", "user.email=noreply@github.com"}, args...)...)
		c.Dir = j.workspace
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("git %q: %w: %s", args, err, out)
		}
		return nil
	}
	if err := git("init", "-q"); err != nil {
		return err
	}
	for i, content := range []map[string]string{base, files} {
		if i > 0 {
			if err := git("rm", "-q", "-r", "--ignore-unmatch", "."); err != nil {
				return err
			}
		}
		if err := j.lay(content); err != nil {
			return err
		}
		if err := errors.Join(git("add", "--all"), git("commit", "-q", "--allow-empty", "-m", "commit")); err != nil {
			return err
		}
	}
	return nil
}

// script executes a `run:` step.
func (j *jobRun) script(st step, rec *stepRecord, env map[string]string) error {
	shells := map[string][]string{"": {"-e"}, "bash": {"--noprofile", "--norc", "-eo", "pipefail"}}
	args, ok := shells[st.Shell]
	if !ok {
		return fmt.Errorf("the shell %s is not supported", st.Shell)
	}
	file := filepath.Join(j.temp, "script.sh")
	if err := os.WriteFile(file, []byte(st.Run), 0o644); err != nil {
		return err
	}
	env = maps.Clone(env)
	env["PATH"] = tools() + string(os.PathListSeparator) + os.Getenv("PATH")
	rec.what = "script"
	return j.process(rec, invocation{program: "bash", argv: append(append([]string{"bash"}, args...), file), env: env})
}

// files contains the runner's files that a step may write to, such as GITHUB_OUTPUT.
type files map[string]string // paths by variable

func (j *jobRun) newFiles() (files, error) {
	f := files{}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"} {
		file, err := os.CreateTemp(filepath.Join(j.temp, "files"), strings.ToLower(name)+"_")
		if err != nil {
			return nil, err
		}
		f[name] = file.Name()
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// read parses the files that the step has written, like the runner after the end of a step.
func (f files) read(rec *stepRecord, masker *runnertest.Masker) (state map[string]string, err error) {
	for _, name := range []string{"GITHUB_ENV", "GITHUB_PATH"} {
		if text, err := os.ReadFile(f[name]); err != nil || len(text) > 0 {
			return nil, fmt.Errorf("%s is not supported: %q, %v", name, text, err)
		}
	}
	outputs, err := runnertest.Outputs(f["GITHUB_OUTPUT"])
	if err != nil {
		rec.outcome = "failure" // like the runner; the previous lines take effect
	}
	maps.Copy(rec.outputs, outputs)
	text, err := os.ReadFile(f["GITHUB_STEP_SUMMARY"])
	if err != nil {
		return nil, err
	}
	if runnertest.ShowsSummary(string(text)) {
		rec.summary += masker.Mask(string(text))
	}
	return runnertest.Outputs(f["GITHUB_STATE"])
}
