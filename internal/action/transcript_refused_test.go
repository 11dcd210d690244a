package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestRefusedTranscripts records the error and the advice of steps that are refused because of the files to upload or of
// the workspace, before a run is created.
func TestRefusedTranscripts(t *testing.T) {
	t.Parallel()
	attribute := func(id, name string, value any) func(*scalrsim.Server) {
		return func(s *scalrsim.Server) { s.SetAttribute(id, name, value) }
	}
	transcripts := newTranscripts(t, "refused")
	for _, c := range []struct {
		title  string
		files  []string // files as "name" or "name=content", links as "name->target", directories as "name/"
		inputs []string
		setup  func(*scalrsim.Server)
		env    string
	}{
		{title: "missing", files: []string{"infra/network/main.tf"}, inputs: []string{"path=infra/netwrok"}},
		{title: "missing, nothing similar", inputs: []string{"path=infra/network"}},
		{title: "missing, and another input is invalid", inputs: []string{"path=infra", "dry-run=maybe"}},
		{title: "outside", inputs: []string{"path=../infra"}},
		{title: "outside through a link", files: []string{"out->../infra"}, inputs: []string{"path=out"}},
		{title: "a file", files: []string{"notes.txt"}, inputs: []string{"path=notes.txt"}},
		{title: "a link to the outside", files: []string{"hosts->/etc/hosts"}},
		{title: "links in a circle", files: []string{"live/main.tf", "live/a->../shared", "shared/b->../live/a"}, inputs: []string{"path=live"}},
		{title: "ignore file", files: []string{".terraformignore/"}},
		{title: "empty", files: []string{"infra/"}, inputs: []string{"path=infra"}},
		{title: "no configuration", files: []string{"docs/notes.txt"}, inputs: []string{"path=docs"}},
		{title: "no archive", files: []string{"plan.tar.gz=text"}, inputs: []string{"path=plan.tar.gz"}},
		{title: "damaged archive", files: []string{"plan.tar.gz=\x1f\x8b\b\x00\x00\x00\x00\x00\x00\x03text"}, inputs: []string{"path=plan.tar.gz"}},
		{title: "repository", inputs: []string{"workspace-id=" + scalrsim.VCSWorkspaceID}},
		{title: "local", inputs: []string{"workspace-id=" + scalrsim.LocalWorkspaceID}},
		{title: "locked", inputs: []string{"workspace-id=" + scalrsim.LockedWorkspaceID, "dry-run=false"}},
		{title: "environment locked", setup: attribute(scalrsim.EnvironmentID, "locked", true)},
		{title: "cost estimation off", inputs: []string{"fail-on=cost-increase"}, setup: attribute(scalrsim.EnvironmentID, "cost-estimation-enabled", false)},
		{title: "working directory missing", setup: attribute(scalrsim.WorkspaceID, "working-directory", "live/network")},
		{title: "working directory empty", files: []string{"live/notes.txt"}, setup: attribute(scalrsim.WorkspaceID, "working-directory", "live")},
		{title: "certificate file", env: "SSL_CERT_FILE=/etc/ssl/own.pem"},
		{title: "proxy", env: "HTTPS_PROXY=proxy:port"},
	} {
		s := scenario(t, "plan-changes")
		s.Setup = c.setup
		r := newStepTest(t, s, c.inputs...)
		for _, file := range c.files {
			createFile(t, r.checkout, file)
		}
		if name, value, ok := strings.Cut(c.env, "="); ok {
			r.env[name] = value
		}
		p := r.play()
		transcripts.line("=== %s: exit %d", c.title, p.code)
		for line := range strings.Lines(p.log) {
			if strings.HasPrefix(line, "::error ") {
				transcripts.line("%s", strings.NewReplacer(p.dir, "DIR", r.checkout, "CHECKOUT", "%0A", "\n").Replace(strings.TrimSpace(line)))
			}
		}
	}
}

// createFile creates a file, a link or a directory below a directory.
func createFile(t *testing.T, dir, file string) {
	t.Helper()
	name, target, link := strings.Cut(file, "->")
	name, content, _ := strings.Cut(name, "=")
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	switch {
	case link:
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	case strings.HasSuffix(name, "/"):
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
	default:
		write(t, path, content)
	}
}
