package action_test

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

func TestWorkspaceByName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		workspace string
		code      int
		outputs   []string
		says      string
	}{
		{"production/network", 0, []string{"workspace-id=" + scalrsim.WorkspaceID}, ""},
		{scalrsim.EnvironmentID + "/network", 0, []string{"workspace-id=" + scalrsim.WorkspaceID}, ""},
		{"production/netwrk", 3, []string{"error-code=workspace-not-found"}, `Did you mean "network"`},
		{"production/net", 3, []string{"error-code=workspace-not-found"}, `"network"`},
		{"producton/network", 3, []string{"error-code=environment-not-found"}, `Did you mean "production"`},
	} {
		t.Run(c.workspace, func(t *testing.T) {
			t.Parallel()
			newStepTest(t, scenario(t, "plan-changes"), "workspace-id=", "workspace="+c.workspace).play().
				want(c.code, c.outputs...).logContains(c.says)
		})
	}
}

// TestPreflightProblems checks that problems are reported before a run is created.
func TestPreflightProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		setup  func(*scalrsim.Scenario)
		inputs []string
		code   string
		says   string
	}{
		{
			name:   "repository",
			inputs: []string{"workspace-id=" + scalrsim.VCSWorkspaceID},
			code:   "workspace-vcs-driven",
			says:   "acme/network",
		},
		{
			name:   "local",
			inputs: []string{"workspace-id=" + scalrsim.LocalWorkspaceID},
			code:   "workspace-local",
			says:   "local",
		},
		{
			name:   "locked",
			inputs: []string{"workspace-id=" + scalrsim.LockedWorkspaceID, "dry-run=false"},
			code:   "workspace-locked",
			says:   "ada@acme.example",
		},
		{
			name: "environment locked",
			setup: func(s *scalrsim.Scenario) {
				s.Setup = func(s *scalrsim.Server) {
					s.SetAttribute(scalrsim.EnvironmentID, "locked", true)
					s.SetAttribute(scalrsim.EnvironmentID, "lock-reason", "freeze")
				}
			},
			code: "environment-locked",
			says: "freeze",
		},
		{
			name:  "working directory missing",
			setup: func(s *scalrsim.Scenario) { s.Config.Workspace = map[string]any{"working-directory": "live/prod"} },
			code:  "working-directory-missing",
			says:  "live/prod",
		},
		{
			name:   "no such workspace",
			inputs: []string{"workspace-id=ws-nothere"},
			code:   "workspace-not-found",
			says:   "ws-nothere",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "plan-changes")
			if c.setup != nil {
				c.setup(&s)
			}
			p := newStepTest(t, s, c.inputs...).play().want(3, "result=refused", "error-code="+c.code).logContains(c.says)
			p.requestCount("POST /runs", 0).requestCount("POST /configuration-versions", 0)
		})
	}
}

// TestCheck checks that the mode check creates no run and reports all problems.
func TestCheck(t *testing.T) {
	t.Parallel()
	newStepTest(t, scenario(t, "plan-changes"), "mode=check").play().want(0, "result=checked").
		logContains(`"main.tf"`, "The token may start runs: unknown", "Check passed").requestCount("POST /runs", 0).
		requestCount("POST /configuration-versions", 0)
	s := scenario(t, "plan-changes")
	s.Config.Workspace = map[string]any{"execution-mode": "local", "working-directory": "live"}
	newStepTest(t, s, "mode=check").play().want(3, "result=refused", "error-code=check-failed").
		logContains("execution mode local", "live", "remote")

	// An unreadable file is an error in a run, and also in a check.
	r := newStepTest(t, scenario(t, "plan-changes"), "mode=check")
	r.stdout = func(log io.Writer) io.Writer { return &removeFile{to: log, file: filepath.Join(r.checkout, "main.tf")} }
	p := r.play().want(2, "result=invalid", "error-code=file-changed").logContains("was removed")
	if strings.Contains(p.log, "excluded (") {
		t.Errorf("the list continues after the error\n%s", p.log)
	}

	// A file that becomes unreadable after it was listed is an error too.
	r = newStepTest(t, scenario(t, "plan-changes"), "mode=check")
	r.stdout = func(log io.Writer) io.Writer {
		return &onLog{log, "excluded (", func() { os.Remove(filepath.Join(r.checkout, "main.tf")) }}
	}
	r.play().want(2, "result=invalid", "error-code=file-changed").logContains("was removed").requestCount(readWorkspace, 0)
}

// TestCheckLogsWarningsOfRun checks that a check logs the same warnings as a run, including those that require reading
// the files.
func TestCheckLogsWarningsOfRun(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"check", "run"} {
		r := newStepTest(t, scenario(t, "plan-changes"), "mode="+mode, "path=infra/network")
		for name, text := range map[string]string{
			"infra/network/main.tf": `module "vpc" { source = "../../modules/vpc" }` + "\n" +
				`module "dns" { source = "./dns" }`,
			"infra/network/read.tf":          `locals { a = file("${path.module}/absent.json") }`,
			"modules/vpc/main.tf":            "",
			"infra/network/dns/main.tf":      "",
			"infra/network/.terraformignore": "dns\n",
			"infra/network/zip":              "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
			"infra/network/tls.txt":          "-----BEGIN EC PRIVATE KEY-----\nAAAA\n",
		} {
			file := filepath.Join(r.checkout, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		secret := filepath.Join(r.checkout, ".env")
		if err := os.WriteFile(secret, []byte("A=b"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(secret, filepath.Join(r.checkout, "infra/network/notes.txt")); err != nil {
			t.Fatal(err)
		}
		p := r.play().
			logContains("::warning", "outside `path`, which are not uploaded (1): \"main.tf\"",
				`use modules that are not in the archive (1): "main.tf"`,
				`templatefile() with a constant path (1): "read.tf"`,
				`LFS pointers, not the files themselves, are uploaded (1): "zip"`, `private key are uploaded (1): "tls.txt"`,
				`"notes.txt -> .env"`)
		if n := len(regexp.MustCompile(`(?m)^::warning.*notes\.txt`).FindAllString(p.log, -1)); n != 1 {
			t.Errorf("mode %s warns of the hard link %d times, want once\n%s", mode, n, p.log)
		}
	}
}
