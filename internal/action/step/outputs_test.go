package step

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// outputStep is a step on GitHub with a file for its outputs.
type outputStep struct {
	*Step
	t    *testing.T
	dir  string
	log  bytes.Buffer
	file string
}

// newOutputStep returns a step with these environment variables.
func newOutputStep(t *testing.T, environ ...string) *outputStep {
	t.Helper()
	s := &outputStep{t: t, dir: t.TempDir()}
	s.file = filepath.Join(s.dir, "output")
	base := []string{"GITHUB_ACTIONS=true", "GITHUB_OUTPUT=" + s.file, "RUNNER_TEMP=" + s.dir}
	redact := new(secret.Redactor)
	s.Step = &Step{Redact: redact, Job: job.New(job.Options{Stdout: &s.log, Environ: append(base, environ...), Redact: redact})}
	return s
}

// outputs returns the outputs as the runner reads them.
func (s *outputStep) outputs() map[string]string {
	s.t.Helper()
	all, err := runnertest.Outputs(s.file)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// TestOutputs checks the values of outputs of each kind.
func TestOutputs(t *testing.T) {
	t.Parallel()
	s := newOutputStep(t)
	out := s.NewOutputs()
	out.Set("plain", "a b")
	out.SetText("text", "a\nb")
	errs := []error{out.SetJSON("json", map[string]any{"a": []int{1}}), out.SetLarge("large", strings.Repeat("x", MaxOutput)), out.err}
	s.SetResult(Outcome{Result: "done", Code: "a-code"}, &out)
	want := map[string]string{"plain": "a b", "text": "a b", "json": `{"a":[1]}`, "large": strings.Repeat("x", 1<<20), "result": "done",
		"error-code": "a-code"}
	got := s.outputs()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("the output %s is %.80q, want %.80q", name, got[name], value)
		}
	}
	if len(got) != len(want) || fmt.Sprint(errs) != "[<nil> <nil> <nil>]" {
		t.Errorf("%d outputs, %v", len(got), errs)
	}
	tooLarge := out.SetLarge("large", strings.Repeat("x", 1<<20+1))
	if CodeOf(tooLarge) != CodeOutputTooLarge || tooLarge.Error() != "The output large exceeds GitHub's limit of 1 MiB: 1.0 MiB." {
		t.Errorf("got %v", tooLarge)
	}
	if err := out.SetJSON("json", math.NaN()); err == nil || !strings.HasPrefix(err.Error(), "set output json: json: unsupported value") {
		t.Errorf("got %v", err)
	}
}

// TestOutputsKeepTheFirstError checks the error of a file that cannot be written, and how the step ends with it.
func TestOutputsKeepTheFirstError(t *testing.T) {
	t.Parallel()
	s := newOutputStep(t, "GITHUB_OUTPUT=/dev/full")
	out := s.NewOutputs()
	out.Set("first", "1")
	out.Set("second", "2")
	if out.err == nil || !strings.Contains(out.err.Error(), "set output first: ") {
		t.Errorf("got %v", out.err)
	}
	for _, c := range []struct {
		o    Outcome
		exit int
		says string
	}{
		{Outcome{Result: "planned"}, 3,
			"::error title=Scalr%3A outputs-unwritable::The result is planned, but the outputs could not be written: set output first: "},
		{Outcome{Result: "errored", Code: CodeRunErrored, Problem: "The run failed."}, 1, "::error title=Scalr%3A run-errored::The run failed.\n"},
	} {
		s.log.Reset()
		if exit := s.Finish(c.o, &out); exit != c.exit || !strings.HasPrefix(s.log.String(), c.says) {
			t.Errorf("exit %d, want %d\n%s, want\n%s", exit, c.exit, s.log.String(), c.says)
		}
	}
}

// TestFinish checks what the end of a step logs, and its outputs.
func TestFinish(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    Outcome
		set  bool // the outputs were set before
		exit int
		log  string
	}{
		"success": {o: Outcome{Result: "planned"}, log: "Result: planned\n"},
		"success with a problem": {o: Outcome{Result: "planned", Problem: "A note.", Hints: []string{"Do this.", "And that."}},
			log: "::notice::A note.%0ADo this.%0AAnd that.\nResult: planned\n"},
		"outputs set": {o: Outcome{Result: "planned"}, set: true, log: "Result: planned\n"},
		"failure": {o: Outcome{Result: "invalid", Code: "a-code", Problem: "It failed."}, exit: 2,
			log: "::error title=Scalr%3A a-code::It failed.\n"},
		"failure of an input": {o: Outcome{Result: "refused", Code: "a-code", Input: "path", Problem: "It failed.", Hints: []string{"Do this."}}, exit: 3,
			log: "::error title=Scalr%3A a-code (path)::It failed.%0ADo this.\n"},
		"failure without a code": {o: Outcome{Result: "rejected", Problem: "No."}, set: true, exit: 1, log: "::error title=Scalr%3A rejected::No.\n"},
	} {
		s := newOutputStep(t)
		var out *Outputs
		want := map[string]string{"result": string(c.o.Result), "error-code": string(c.o.Code)}
		if c.set {
			all := s.NewOutputs()
			all.Set("other", "1")
			out, want = &all, map[string]string{"other": "1"}
		}
		if exit := s.Finish(c.o, out); exit != c.exit || s.log.String() != c.log {
			t.Errorf("%s: exit %d, want %d\n%s, want\n%s", name, exit, c.exit, s.log.String(), c.log)
		}
		if got := s.outputs(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: outputs %v, want %v", name, got, want)
		}
	}
}

// TestOutputsJSON checks which outputs of a workspace are included.
func TestOutputsJSON(t *testing.T) {
	t.Parallel()
	list := []scalr.Output{
		{Name: "b", Value: json.RawMessage(`{"x": [1, 2]}`)},
		{Name: "a", Value: json.RawMessage(`"text"`)},
		{Name: "secret", Value: json.RawMessage(`"s"`), Sensitive: true},
		{Name: "broken", Value: json.RawMessage(`{`)},
		{Name: "broken secret", Value: json.RawMessage(`{`), Sensitive: true},
	}
	if got := OutputsJSON(list, false); got != `{"a":"text","b":{"x":[1,2]}}` {
		t.Errorf("got %s", got)
	}
	if got := OutputsJSON(list, true); got != `{"a":"text","b":{"x":[1,2]},"secret":"s"}` {
		t.Errorf("with sensitive outputs: got %s", got)
	}
	if got := OutputsJSON(nil, false); got != "{}" {
		t.Errorf("without outputs: got %s", got)
	}
}

// TestTerraformOutputs checks the outputs, the file and the warning for texts around GitHub's and Linux's limits.
func TestTerraformOutputs(t *testing.T) {
	t.Parallel()
	const variable, output = 128<<10 - 128, 1 << 20
	const noFile = "::warning::The output terraform-outputs has %s: an environment variable can have at most 128 KiB, so a step that receives it " +
		"through `env:` cannot start. Read the file that terraform-outputs-file names in ${{ runner.temp }}; it was not written, " +
		"because RUNNER_TEMP is not writable.\n"
	large := strings.Replace(noFile, "; it was not written, because RUNNER_TEMP is not writable", "", 1)
	for name, c := range map[string]struct {
		size   int
		temp   string // RUNNER_TEMP; "" for a directory
		log    string
		empty  bool // the output is empty
		failed bool
	}{
		"small":                       {size: 2},
		"small, no file":              {size: 2, temp: "/proc/nowhere"},
		"fits a variable":             {size: variable},
		"exceeds a variable":          {size: variable + 1, log: fmt.Sprintf(large, "127.9 KiB")},
		"exceeds a variable, no file": {size: variable + 1, temp: "/proc/nowhere", log: fmt.Sprintf(noFile, "127.9 KiB")},
		"fits an output":              {size: output, log: fmt.Sprintf(large, "1.0 MiB")},
		"fits an output, no file":     {size: output, temp: "/proc/nowhere", log: fmt.Sprintf(noFile, "1.0 MiB")},
		"exceeds an output": {size: output + 1, empty: true, log: "::warning::The output terraform-outputs is left empty: 1.0 MiB exceeds GitHub's limit " +
			"of 1 MiB. Read the file that terraform-outputs-file names in ${{ runner.temp }}.\n"},
		"exceeds an output, no file": {size: output + 1, temp: "/proc/nowhere", empty: true, failed: true},
	} {
		var environ []string
		if c.temp != "" {
			environ = []string{"RUNNER_TEMP=" + c.temp}
		}
		s := newOutputStep(t, environ...)
		out, text := s.NewOutputs(), strings.Repeat("x", c.size)
		err := s.SetTerraformOutputs(&out, "outputs.json", text, false)
		if (err != nil) != c.failed || c.failed && CodeOf(err) != CodeOutputTooLarge {
			t.Errorf("%s: got %v", name, err)
		}
		if s.log.String() != c.log {
			t.Errorf("%s: logged\n%s, want\n%s", name, s.log.String(), c.log)
		}
		got := s.outputs()
		if want := map[bool]string{false: text}[c.empty]; got["terraform-outputs"] != want {
			t.Errorf("%s: the output has %d bytes, want %d", name, len(got["terraform-outputs"]), len(want))
		}
		file := got["terraform-outputs-file"]
		if (file == "outputs.json") != (c.temp == "") || file == "" && c.temp == "" {
			t.Errorf("%s: the file is %q", name, file)
		}
		if c.temp == "" {
			if content, err := os.ReadFile(filepath.Join(s.dir, file)); err != nil || string(content) != text {
				t.Errorf("%s: the file has %d bytes, %v", name, len(content), err)
			}
		}
	}
}

// TestSharedFile checks that a file for later steps replaces an existing one, and gets another name if that is impossible.
func TestSharedFile(t *testing.T) {
	t.Parallel()
	other := regexp.MustCompile(`^log-[a-z0-9]{8}\.txt$`)
	for name, c := range map[string]struct {
		before func(file string) error
		same   bool // the file has the wanted name
	}{
		"new":             {before: func(string) error { return nil }, same: true},
		"file":            {before: func(file string) error { return os.WriteFile(file, []byte("older and longer text"), 0o600) }, same: true},
		"link":            {before: func(file string) error { return os.Symlink(file+".target", file) }, same: true},
		"empty directory": {before: func(file string) error { return os.Mkdir(file, 0o755) }, same: true},
		"directory":       {before: func(file string) error { return os.MkdirAll(filepath.Join(file, "x"), 0o755) }},
	} {
		s := newOutputStep(t)
		if err := c.before(filepath.Join(s.dir, "log.txt")); err != nil {
			t.Fatal(err)
		}
		f := s.CreateSharedFile("log.txt")
		if f == nil {
			t.Fatalf("%s: no file", name)
		}
		if _, err := f.WriteString("text"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		info, err := f.Stat()
		if err != nil || info.Mode() != 0o644 || info.Size() != 4 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if base := filepath.Base(f.Name()); (base == "log.txt") != c.same || !c.same && !other.MatchString(base) {
			t.Errorf("%s: the file is named %q", name, base)
		}
		if _, err := os.Stat(filepath.Join(s.dir, "log.txt.target")); err == nil {
			t.Errorf("%s: the target of the link was written", name)
		}
		f.Close()
	}
	for _, temp := range []string{"", "/proc/nowhere", "/dev/null"} {
		if f := newOutputStep(t, "RUNNER_TEMP="+temp).CreateSharedFile("log.txt"); f != nil {
			t.Errorf("RUNNER_TEMP=%s: created %s", temp, f.Name())
		}
	}
	if f := newOutputStep(t).CreateSharedFile("no/directory"); f != nil {
		t.Errorf("created %s", f.Name())
	}
}

// TestSharedFileLeavesDirectoryClosed checks that only the new file remains open.
func TestSharedFileLeavesDirectoryClosed(t *testing.T) {
	t.Parallel()
	s := newOutputStep(t)
	f := s.CreateSharedFile("log.txt")
	if f == nil {
		t.Fatal("no file")
	}
	defer f.Close()
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	var open []string
	for _, d := range descriptors {
		name, err := os.Readlink("/proc/self/fd/" + d.Name())
		if err == nil && (name == s.dir || filepath.Dir(name) == s.dir) {
			open = append(open, filepath.Base(name))
		}
	}
	if !slices.Equal(open, []string{"log.txt"}) {
		t.Errorf("%q are open, want log.txt only", open)
	}
}

// TestMaskVariables checks that sensitive values are redacted, and the warning if there are too many.
func TestMaskVariables(t *testing.T) {
	t.Parallel()
	s := newOutputStep(t)
	s.MaskVariables([]inputs.Variable{{Key: "a", Value: secret.New("Elizabeth-7"), Sensitive: true}, {Key: "b", Value: secret.New("Margaret-8")}})
	if got := s.Redact.String("Elizabeth-7 Margaret-8"); got != "*** Margaret-8" || s.log.String() != "::add-mask::Elizabeth-7\n" {
		t.Errorf("got %q and the log %q", got, s.log.String())
	}
	s.log.Reset()
	large := func(c string) inputs.Variable {
		return inputs.Variable{Value: secret.New(strings.Repeat(c, 2<<20)), Sensitive: true}
	}
	s.MaskVariables([]inputs.Variable{large("x"), large("y"), {Value: secret.New("Josephine-9"), Sensitive: true}})
	const warning = "::warning::There are too many sensitive variables, or they are too long, to redact them in every encoding: log and reports may show " +
		"some of them in base64 or hex.\n"
	if !strings.HasSuffix(s.log.String(), "::add-mask::Josephine-9\n"+warning) || strings.Count(s.log.String(), "::warning::") != 1 {
		t.Errorf("got the log %.300s", s.log.String()[max(0, s.log.Len()-300):])
	}
}

// TestScalrVariable checks the conversion of a variable.
func TestScalrVariable(t *testing.T) {
	t.Parallel()
	v := inputs.Variable{Key: "a", Value: secret.New("b"), Category: "shell", HCL: true, Sensitive: true}
	if got := ScalrVariable(v); got != (scalr.Variable{Key: "a", Value: "b", Shell: true, HCL: true, Sensitive: true}) {
		t.Errorf("got %+v", got)
	}
	if got := ScalrVariable(inputs.Variable{Key: "a", Category: "terraform"}); got != (scalr.Variable{Key: "a"}) {
		t.Errorf("got %+v", got)
	}
}
