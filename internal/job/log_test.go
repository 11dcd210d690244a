package job_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/secret"
)

func TestLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		say              func(j *job.Job)
		github, anywhere string
	}{
		"info":          {func(j *job.Job) { j.Infof("run %s", "run-1") }, "run run-1\n", "run run-1\n"},
		"info, format":  {func(j *job.Job) { j.Infof("%s", "100%s") }, "100%s\n", "100%s\n"},
		"info, lines":   {func(j *job.Job) { j.Infof("a %s", "b\r\n::error::c\rd") }, "a b ::error::c d\n", "a b ::error::c d\n"},
		"info, command": {func(j *job.Job) { j.Infof("%s", "::error::c") }, "\x1b[0m::error::c\n", "\x1b[0m::error::c\n"},
		"info, color":   {func(j *job.Job) { j.Infof("\x1b[1mbold") }, "\x1b[1mbold\x1b[0m\n", "\x1b[1mbold\x1b[0m\n"},
		"info, empty":   {func(j *job.Job) { j.Infof("") }, "\n", "\n"},
		"debug, off":    {func(j *job.Job) { j.Debugf("x") }, "", ""},
		"notice":        {func(j *job.Job) { j.Noticef("%d%%", 5) }, "::notice::5%25\n", "notice: 5%\n"},
		"warning":       {func(j *job.Job) { j.Warnf("a\nb") }, "::warning::a%0Ab\n", "warning: a\n  b\n"},
		"warning, V1":   {func(j *job.Job) { j.Warnf("a ##[error]\x1b[31mb") }, "::warning::a # #[error]b\n", "warning: a # #[error]\x1b[31mb\x1b[0m\n"},
		"error":         {func(j *job.Job) { j.Error(job.Annotation{Message: "x"}) }, "::error::x\n", "error: x\n"},
		"error, empty":  {func(j *job.Job) { j.Error(job.Annotation{}) }, "::error::\n", "error: \n"},
		"error, level":  {func(j *job.Job) { j.Error(job.Annotation{Level: job.LevelNotice, Message: "x"}) }, "::error::x\n", "error: x\n"},
		"error, place": {
			func(j *job.Job) { j.Error(job.Annotation{Title: "a,b:c", Message: "x", File: "m.tf", Line: 3, Col: 7}) },
			"::error col=7,file=m.tf,line=3,title=a%2Cb%3Ac::x\n", "error: m.tf:3: a,b:c: x\n",
		},
		"error, range": {
			func(j *job.Job) { j.Error(job.Annotation{Message: "x", File: "m.tf", Line: 3, EndLine: 5, Col: 7}) },
			"::error endLine=5,file=m.tf,line=3::x\n", "error: m.tf:3: x\n",
		},
		"error, file": {
			func(j *job.Job) { j.Error(job.Annotation{Message: "x", File: "m.tf\n::", Col: 7}) },
			"::error file=m.tf %3A%3A::x\n", "error: m.tf ::: x\n",
		},
		"group": {func(j *job.Job) { j.Group("Plan\n::x")() }, "::group::Plan ::x\n::endgroup::\n", "Plan ::x\n"},
		"groups": {
			func(j *job.Job) { end := j.Group("a"); j.Group("b"); end(); j.Infof("c"); j.Group("d")() },
			"::group::a\n::endgroup::\n::group::b\nc\n::endgroup::\n::group::d\n::endgroup::\n", "a\nb\nc\nd\n",
		},
		"group, twice": {func(j *job.Job) { end := j.Group("a"); end(); end() }, "::group::a\n::endgroup::\n", "a\n"},
		"group, error": {
			func(j *job.Job) { end := j.Group("a"); j.Error(job.Annotation{Message: "x"}); end() },
			"::group::a\n::endgroup::\n::error::x\n", "a\nerror: x\n",
		},
		"group, warning": {func(j *job.Job) { end := j.Group("a"); j.Warnf("x"); end() }, "::group::a\n::warning::x\n::endgroup::\n", "a\nwarning: x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, out := onGitHub(t)
			c.say(j)
			if diff := cmp.Diff(c.github, out.String()); diff != "" {
				t.Errorf("on GitHub: %s", diff)
			}
			j, out = newJob(t)
			c.say(j)
			if diff := cmp.Diff(c.anywhere, out.String()); diff != "" {
				t.Errorf("elsewhere: %s", diff)
			}
		})
	}
}

func TestDebug(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t, "RUNNER_DEBUG=1")
	j.Debugf("a\n%s", "b")
	if got, want := out.String(), "::debug::a b\n"; got != want || !j.Debugging() {
		t.Errorf("got %q, want %q", got, want)
	}
	j, out = newJob(t, "RUNNER_DEBUG=1")
	j.Debugf("a")
	if got, want := out.String(), "debug: a\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMaskDeclared checks which lines of a declared secret are masked: those that are unlikely elsewhere.
func TestMaskDeclared(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t)
	j.Mask(secret.Declared("-----BEGIN PRIVATE KEY-----\n" + canary + "\n-----END PRIVATE KEY-----\n"))
	j.Mask(secret.Declared("debug"))
	j.Mask(secret.Declared("abc"))
	if got, want := out.String(), "::add-mask::"+canary+"\n::add-mask::debug\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	out.Reset()
	j.Infof("debug, debugging, abc, -----BEGIN PRIVATE KEY-----, %s", canary)
	if got, want := out.String(), "***, debugging, abc, -----BEGIN PRIVATE KEY-----, ***\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMaskWhole checks that the lines of a text that is only secret as a whole are not masked.
func TestMaskWhole(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t)
	j.Mask(secret.Whole("/bundles/production"))
	j.Infof("PUT /bundles/production, then /bundles/staging")
	if got, want := out.String(), "PUT ***, then /bundles/staging\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMaskOnce checks that each line is passed to the runner once, even if several values contain it.
func TestMaskOnce(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t)
	j.Mask(secret.New(canary))
	j.Mask(secret.New(canary))
	j.Mask(secret.New("first line\n" + canary + "\n"))
	if got, want := out.String(), "::add-mask::"+canary+"\n::add-mask::first line\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ value, want string }{
		"one line":           {canary, "::add-mask::" + canary + "\n"},
		"percent":            {"100%secret", "::add-mask::100%25secret\n"},
		"lines":              {"first line\nsecond line\n", "::add-mask::first line\n::add-mask::second line\n"},
		"lines, one trivial": {"{\n  \"key\": \"value\"\r\n}\n", "::add-mask::\"key\": \"value\"\n"},
		"lines, one a word":  {"some secret\ntrue\n", "::add-mask::some secret\n"},
		"short":              {"abc", ""},
		"a word":             {"True", ""},
		"empty":              {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, out := onGitHub(t)
			j.Mask(secret.New(c.value))
			if got := out.String(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if step := runnertest.Read(out.String() + "a } true\n"); len(step.Log) != 1 || step.Log[0] != "a } true" {
				t.Errorf("the mask changes the log: %q", step.Log)
			}
			j, out = newJob(t)
			j.Mask(secret.New(c.value))
			if out.Len() > 0 {
				t.Errorf("elsewhere: got %q, want nothing", out)
			}
		})
	}
}

func TestRedacts(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"GITHUB_ACTIONS=true", "CI=true"} {
		j, out := newJob(t, env, "RUNNER_DEBUG=1")
		j.Mask(secret.New(canary))
		out.Reset()
		speak(j, "x "+canary+" y "+fmt.Sprintf("%x", canary))
		_ = j.SetOutput("name", canary)
		if got := out.String(); strings.Contains(got, canary) || strings.Contains(got, fmt.Sprintf("%x", canary)) || !strings.Contains(got, secret.Mask) {
			t.Errorf("%s: got %q, want no secret", env, got)
		}
	}
}

// speak prints text with each method of Job.
func speak(j *job.Job, text string) {
	j.Infof("%s", text)
	j.Debugf("%s", text)
	j.Noticef("%s", text)
	j.Warnf("%s", text)
	end := j.Group(text)
	printUntrusted(j, text)
	end()
	j.Error(job.Annotation{Title: text, Message: text, File: text, Line: 1})
	_ = j.SetOutput("plain", text)
}

// checkSpoken fails if the runner sees commands other than those of speak.
func checkSpoken(t *testing.T, output string) {
	t.Helper()
	step := runnertest.Read(output)
	want := []string{"debug", "notice", "warning", "group", "endgroup", "error"}
	if diff := cmp.Diff(want, step.Names()); diff != "" || len(step.Problems) > 0 || step.Stopped {
		t.Errorf("problems %q, stopped %v, commands: %s", step.Problems, step.Stopped, diff)
	}
	for _, c := range step.Commands {
		if n := len(utf16.Encode([]rune(c.Data))); n > 4096 || n > 255 && c.Name == "group" {
			t.Errorf("got a message of %d units", n)
		}
		if strings.Contains(c.Data, "##[") {
			t.Errorf("got message %.60q, want no ##[", c.Data)
		}
	}
	for _, line := range runnertest.Lines(output) {
		if _, ok := runnertest.ParseCommand(line); !ok && len(line) > 16<<10 {
			t.Errorf("got a line of %d bytes", len(line))
		}
	}
}

func TestHostileMessages(t *testing.T) {
	t.Parallel()
	for _, text := range runnertest.Hostile() {
		j, out := onGitHub(t, "RUNNER_DEBUG=1")
		speak(j, text)
		checkSpoken(t, out.String())
		j, out = newJob(t, "RUNNER_DEBUG=1")
		speak(j, text)
		if step := runnertest.Read(out.String()); len(step.Commands) > 0 || step.Fences > 0 {
			t.Errorf("elsewhere: %q gives %q", text, step.Names())
		}
	}
}

func TestAnnotationsAreCounted(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t)
	for i := range 12 {
		j.Error(job.Annotation{Message: fmt.Sprint("e", i)})
		j.Warnf("w%d", i)
	}
	step := runnertest.Read(out.String())
	if diff := cmp.Diff([]string{"error: e10", "warning: w10", "error: e11", "warning: w11"}, step.Log); diff != "" || len(step.Commands) != 20 {
		t.Errorf("got %d commands; log: %s", len(step.Commands), diff)
	}
}

func TestAnnotationIsCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{strings.Repeat("x", 4096), strings.Repeat("x", 4096)},
		{strings.Repeat("x", 4097), strings.Repeat("x", 4095) + "…"},
		{strings.Repeat("👩", 2048), strings.Repeat("👩", 2048)},
		{strings.Repeat("👩", 2049), strings.Repeat("👩", 2047) + "…"},
		{strings.Repeat("%", 5000), strings.Repeat("%", 4095) + "…"},
	} {
		j, out := onGitHub(t)
		j.Warnf("%s", c.text)
		if got := runnertest.Read(out.String()).Commands[0].Data; got != c.want {
			t.Errorf("got %d bytes, want %d", len(got), len(c.want))
		}
	}
}

// Text must be redacted before it is truncated, because a truncated secret is not recognized.
func TestAnnotationIsRedactedBeforeItIsCut(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t)
	j.Mask(secret.New(canary))
	out.Reset()
	j.Warnf("%s%s", strings.Repeat("x", 4096-11), canary)
	if got := out.String(); strings.Contains(got, canary[:8]) {
		t.Errorf("got …%q", got[len(got)-20:])
	}
}

func TestMessageClosesFence(t *testing.T) {
	t.Parallel()
	for name, say := range map[string]func(*job.Job){
		"mask":  func(j *job.Job) { j.Mask(secret.New(canary)) },
		"info":  func(j *job.Job) { j.Infof("x") },
		"warn":  func(j *job.Job) { j.Warnf("x") },
		"error": func(j *job.Job) { j.Error(job.Annotation{Message: "x"}) },
		"group": func(j *job.Job) { j.Group("x")() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, out := onGitHub(t)
			f := j.UntrustedWriter()
			write(t, f, "foreign\n")
			if !runnertest.Read(out.String()).Stopped {
				t.Error("the fence is not open")
			}
			before := out.Len()
			say(j)
			if step := runnertest.Read(out.String()); step.Stopped || name != "info" && len(step.Commands) == 0 {
				t.Errorf("still fenced: %q", out.String()[before:])
			}
		})
	}
}
