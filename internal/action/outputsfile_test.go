package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/scalrsim"
)

// outputOf returns a scenario in which terraform-outputs has this many bytes.
func outputOf(t *testing.T, bytes int) scalrsim.Scenario {
	s := scenario(t, "applied")
	s.Script.Outputs = []scalrsim.Output{{Name: "big", Value: strings.Repeat("x", bytes-len(`{"big":""}`))}}
	return s
}

// TestTerraformOutputsFile checks that the file has the same content as the output, or the whole text if it exceeds
// the limit for outputs.
func TestTerraformOutputsFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bytes  int
		output bool
		warns  string
	}{
		"small":                 {bytes: 100, output: true},
		"maximum of a variable": {bytes: 128<<10 - 128, output: true},
		"exceeds a variable": {
			bytes:  128<<10 - 127,
			output: true,
			warns:  "The output terraform-outputs has 127.9 KiB: an environment variable can have at most 128 KiB",
		},
		"maximum of an output": {bytes: 1 << 20, output: true, warns: "an environment variable can have at most 128 KiB"},
		"exceeds an output": {
			bytes: 1<<20 + 1,
			warns: "terraform-outputs is left empty: 1.0 MiB exceeds GitHub's limit of 1 MiB",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newStepTest(t, outputOf(t, c.bytes), "dry-run=false").play().want(0, "result=applied").logContains(c.warns)
			path := filepath.Join(p.dir, p.outputs["terraform-outputs-file"])
			text, err := os.ReadFile(path)
			if err != nil || len(text) != c.bytes {
				t.Fatalf("the file has %d bytes, %v, want %d", len(text), err, c.bytes)
			}
			if info, err := os.Stat(path); err != nil || info.Mode() != 0o644 || !strings.HasPrefix(info.Name(), "scalr-run-") {
				t.Errorf("the file is %v, %v", info, err)
			}
			if want := map[bool]string{true: string(text)}[c.output]; p.outputs["terraform-outputs"] != want {
				t.Errorf("terraform-outputs has %d bytes, want %d", len(p.outputs["terraform-outputs"]), len(want))
			}
			if c.warns == "" && strings.Contains(p.log, "::warning") {
				t.Errorf("a warning\n%s", p.log)
			}
		})
	}
}

// TestNoTerraformOutputsFile checks that no file is written without an apply, or if no outputs are requested.
func TestNoTerraformOutputsFile(t *testing.T) {
	t.Parallel()
	newStepTest(t, scenario(t, "plan-changes")).play().want(0, "result=planned", "terraform-outputs-file=")
	newStepTest(t, scenario(t, "applied"), "dry-run=false", "terraform-outputs=none").play().
		want(0, "result=applied", "terraform-outputs-file=")
}

// TestTerraformOutputsWithoutFile checks a runner without RUNNER_TEMP.
func TestTerraformOutputsWithoutFile(t *testing.T) {
	t.Parallel()
	for bytes, warns := range map[int]string{
		200 << 10: "terraform-outputs-file names in ${{ runner.temp }}; it was not written, because RUNNER_TEMP is " +
			"not writable",
		2 << 20: "The output terraform-outputs exceeds GitHub's limit of 1 MiB: 2.0 MiB. terraform-outputs is left empty.",
	} {
		r := newStepTest(t, outputOf(t, bytes), "dry-run=false")
		r.env["RUNNER_TEMP"] = "/home/runner/work/_temp"
		r.play().want(0, "result=applied", "terraform-outputs-file=").logContains(warns)
	}
}

// TestWorkspaceOutputsFile checks that the workspace action also writes the file. Without a file, outputs that exceed
// the limit are an error.
func TestWorkspaceOutputsFile(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		temp := dirtest.InMemory(t)
		d.server.SetOutputs(scalrsim.WorkspaceID, outputOf(t, 2<<20).Script.Outputs...)
		d.environ = []string{"RUNNER_TEMP=" + temp}
		v := d.workspace("mode=outputs", "environment=production", "name=network").
			want(0, "result=done", "terraform-outputs=").
			logContains("2.0 MiB exceeds GitHub's limit of 1 MiB")
		if info, err := os.Stat(filepath.Join(temp, v.outputs["terraform-outputs-file"])); err != nil ||
			info.Size() != 2<<20 || info.Name() != "scalr-"+scalrsim.WorkspaceID+"-outputs.json" {
			t.Errorf("the file is %v, %v", info, err)
		}
		d.environ = nil
		d.workspace("mode=outputs", "environment=production", "name=network").
			want(3, "error-code=output-too-large", "terraform-outputs-file=").
			logContains("Make RUNNER_TEMP writable")
	})
}
