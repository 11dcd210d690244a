package action_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// diagnostics returns a log with errors or warnings in a file, one for each line number.
func diagnostics(level, file string, lines ...int) (log string) {
	for _, n := range lines {
		log += fmt.Sprintf("╷\n│ %s: Wrong\n│ \n│   on %s line %d:\n│   (source code not available)\n│ \n│ It is wrong.\n╵\n", level, file, n)
	}
	return log
}

// TestAnnotationLimit checks that at most nine diagnostics get an annotation, and that the number of others is logged.
func TestAnnotationLimit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		errors, shown int
		says          string
	}{
		"one":    {errors: 1, shown: 1},
		"nine":   {errors: 9, shown: 9},
		"ten":    {errors: 10, shown: 9, says: "The log lists 1 more places.\n"},
		"twelve": {errors: 12, shown: 9, says: "The log lists 3 more places.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "plan-error")
			s.Script.Plan.Log = ""
			for i := range c.errors {
				s.Script.Plan.Log += diagnostics("Error", "main.tf", i+1)
			}
			p := newStepTest(t, s).play().want(1, "result=errored").logContains(c.says)
			if n := strings.Count(p.log, "file=main.tf,line="); n != c.shown {
				t.Errorf("%d annotations have a file, want %d\n%s", n, c.shown, p.log)
			}
			if c.says == "" && strings.Contains(p.log, "more places") {
				t.Errorf("more places are reported\n%s", p.log)
			}
		})
	}
}

// TestFilesOfAnnotations checks that the file of an annotation is its path in the repository, also if the bundle is a
// subdirectory or the file was copied through a link.
func TestFilesOfAnnotations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tree      []string
		path      string
		directory string // working directory of the workspace
		file      string // as Terraform names it
		want      string // "" for no annotation with a file
	}{
		"checkout":            {file: "main.tf", want: "main.tf"},
		"path":                {tree: []string{"infra/main.tf"}, path: "infra", file: "main.tf", want: "infra/main.tf"},
		"working directory":   {tree: []string{"live/main.tf"}, directory: "live", file: "main.tf", want: "live/main.tf"},
		"path and directory":  {tree: []string{"a/live/main.tf"}, path: "a", directory: "live", file: "main.tf", want: "a/live/main.tf"},
		"above the directory": {tree: []string{"live/main.tf", "modules/x.tf"}, directory: "live", file: "../modules/x.tf", want: "modules/x.tf"},
		"missing file":        {tree: []string{"infra/main.tf"}, path: "infra", file: "gone.tf", want: "infra/gone.tf"},
		"linked file": {
			tree: []string{"infra/main.tf", "infra/x.tf->../shared/x.tf", "shared/x.tf"}, path: "infra", file: "x.tf", want: "shared/x.tf",
		},
		"linked directory":     {tree: []string{"infra/main.tf", "infra/m->../mods", "mods/y.tf"}, path: "infra", file: "m/y.tf", want: "mods/y.tf"},
		"downloaded module":    {file: ".terraform/modules/x/main.tf"},
		"absolute":             {file: "/opt/main.tf"},
		"prebuilt archive":     {path: "x.tgz", file: "main.tf"},
		"path through a link":  {tree: []string{"real/main.tf", "infra->real"}, path: "infra", file: "main.tf", want: "real/main.tf"},
		"nested configuration": {tree: []string{"a/b/main.tf"}, path: "a/b", file: "c/d.tf", want: "a/b/c/d.tf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "plan-error")
			s.Script.Plan.Log = diagnostics("Error", c.file, 7)
			if c.directory != "" {
				s.Config.Workspace = map[string]any{"working-directory": c.directory}
			}
			r := newStepTest(t, s)
			if tree(c.tree...)(r); c.path != "" {
				r.set("path=" + c.path)
			}
			if c.path == "x.tgz" {
				readyArchive("main.tf")(r)
			}
			p := r.play().want(1, "result=errored")
			if got := strings.Contains(p.log, "file="+c.want+",line=7"); got != (c.want != "") {
				t.Errorf("an annotation for %q: %v, want %v\n%s", c.want, got, c.want != "", p.log)
			}
			if c.want == "" && strings.Contains(p.log, "line=7") {
				t.Errorf("the file has an annotation\n%s", p.log)
			}
		})
	}
}

// TestLevelsOfAnnotations checks that warnings of a successful run are annotated as warnings.
func TestLevelsOfAnnotations(t *testing.T) {
	t.Parallel()
	s := scenario(t, "plan-error")
	s.Script.Plan.Log = diagnostics("Warning", "main.tf", 3) + diagnostics("Error", "main.tf", 5)
	p := newStepTest(t, s).play().want(1, "result=errored")
	p.logContains("::warning file=main.tf,line=3,title=Wrong::", "::error file=main.tf,line=5,title=Wrong::")
	if strings.Index(p.log, "line=5") > strings.Index(p.log, "line=3") {
		t.Errorf("the error comes after the warning\n%s", p.log)
	}
}

// TestSourceInSummary checks that the summary links the commit and the workflow run, and only what is known.
func TestSourceInSummary(t *testing.T) {
	t.Parallel()
	const commit = "/acme/infra/commit/5f2c1e8a9b7d4f60a1b2c3d4e5f60718293a4b5c"
	for name, c := range map[string]struct {
		env     map[string]string
		want    []string
		without string
	}{
		"GitHub":        {want: []string{"https://github.com" + commit, "https://github.com/acme/infra/actions/runs/7"}},
		"other server":  {env: map[string]string{"GITHUB_SERVER_URL": "https://ghe.acme.example"}, want: []string{"https://ghe.acme.example" + commit}},
		"no repository": {env: map[string]string{"GITHUB_REPOSITORY": ""}, without: "/commit/"},
		"no commit":     {env: map[string]string{"GITHUB_SHA": ""}, without: "/commit/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, scenario(t, "plan-error"))
			for key, value := range c.env {
				r.env[key] = value
			}
			p := r.play()
			for _, text := range c.want {
				if !strings.Contains(p.summary, text) {
					t.Errorf("the summary does not contain %q\n%s", text, p.summary)
				}
			}
			if c.without != "" && strings.Contains(p.summary, c.without) {
				t.Errorf("the summary contains %q\n%s", c.without, p.summary)
			}
		})
	}
}

// TestUnwritableState checks that a state that cannot be written is reported once, and in detail in the debug log.
func TestUnwritableState(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"))
	r.env["GITHUB_STATE"], r.env["RUNNER_DEBUG"] = "/dev/full", "1"
	p := r.play().want(0, "result=planned")
	if n := strings.Count(p.log, "::warning::GITHUB_STATE cannot be written ("); n != 1 {
		t.Errorf("%d warnings, want 1\n%s", n, p.log)
	}
	for _, name := range []string{"run-id", "on-cancel", "finished"} {
		p.logContains("::debug::keep " + name + " for the post step: ")
	}
}

// TestOutputsOfExistingRun checks the outputs of a step on an existing run.
func TestOutputsOfExistingRun(t *testing.T) {
	t.Parallel()
	a, b := existing(t, scenario(t, "waits-for-approval"), []string{"dry-run=false"}, "mode=watch")
	for _, name := range []string{"run-id", "run-url", "workspace-id", "environment-id", "configuration-version-id"} {
		if a.outputs[name] == "" || b.outputs[name] != a.outputs[name] {
			t.Errorf("output %s is %q, want %q as in the first step", name, b.outputs[name], a.outputs[name])
		}
	}
}

// TestMaskedOutputs checks which values of sensitive outputs are masked before they are written: each object and list,
// in both of its forms, and each string that looks like a secret.
func TestMaskedOutputs(t *testing.T) {
	t.Parallel()
	const key, other = "s3cr3t-Xk29-qpLm-77ab", "pw-9fK2-mmZZ-01q8"
	long := strings.Repeat("kQ7-", 20_000) // more than 64 KiB
	for name, c := range map[string]struct {
		value   any
		masked  []string
		plain   []string
		leftOut bool
	}{
		"string":       {value: key, masked: []string{key}},
		"plain string": {value: "eu-central-1", plain: []string{"eu-central-1"}},
		"list":         {value: []any{key, other}, masked: []string{key, other, `["` + key + `","` + other + `"]`}},
		"object":       {value: map[string]any{"password": key, "region": "eu-central-1"}, masked: []string{key}, plain: []string{"eu-central-1"}},
		"nested":       {value: map[string]any{"a": []any{map[string]any{"token": other}}}, masked: []string{other}},
		"short list":   {value: []any{443}, plain: []string{"[443]"}},
		"list of 12 B": {value: []any{"abcdefgh"}, masked: []string{`["abcdefgh"]`}},
		"list of 11 B": {value: []any{"abcdefg"}, plain: []string{`["abcdefg"]`}},
		"numbers":      {value: map[string]any{"port": 5432, "open": true, "none": nil}, masked: []string{`{"none":null,"open":true,"port":5432}`}},
		"long object":  {value: map[string]any{"text": long, "password": key}, masked: []string{key}, leftOut: true},
		"long string":  {value: long, leftOut: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "applied")
			s.Script.Outputs = []scalrsim.Output{{Name: "secret", Value: c.value, Sensitive: true}, {Name: "plain", Value: "shown"}}
			p := newStepTest(t, s, "dry-run=false", "terraform-outputs=all").play().want(0, "result=applied")
			for _, text := range c.masked {
				p.logContains("::add-mask::" + text + "\n")
			}
			for _, text := range c.plain {
				if strings.Contains(p.log, "::add-mask::"+text+"\n") {
					t.Errorf("%q is masked\n%.2000s", text, p.log)
				}
			}
			if got := !strings.Contains(p.outputs["terraform-outputs"], `"secret"`); got != c.leftOut {
				t.Errorf("the sensitive output is left out: %v, want %v: %.200s", got, c.leftOut, p.outputs["terraform-outputs"])
			}
			if c.leftOut {
				p.logContains("terraform-outputs omits the sensitive outputs")
			}
		})
	}
}

// TestSummaryIsOptional checks that summary: false writes no summary.
func TestSummaryIsOptional(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"), "summary=false")
	p := r.play().want(0, "result=planned")
	if _, err := os.Stat(filepath.Join(p.dir, "summary.md")); err == nil || p.summary != "" {
		t.Errorf("a summary of %d bytes was written", len(p.summary))
	}
}
