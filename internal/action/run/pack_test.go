package run

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"scalr-run-action/internal/inputs"
)

// TestListMessages checks what the log says about the files to upload: warnings, details for debugging, and up to 100 links
// to files outside path.
func TestListMessages(t *testing.T) {
	t.Parallel()
	for links, want := range map[int]string{0: "", 1: "1 file", 100: "100 files", 101: "101 files"} {
		root := t.TempDir()
		write := func(name, text string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Mkdir(filepath.Join(root, "live"), 0o755); err != nil {
			t.Fatal(err)
		}
		write("live/main.tf", "")
		write("live/left.tmp", "")
		write("live/.terraformignore", "*.tmp\n[a\n")
		write("shared.tf", "")
		lines := "warning: .terraformignore line 2, \"[a\", is skipped: a [ in it is not closed.\n" +
			"debug: excluded \"left.tmp\": .terraformignore line 1, \"*.tmp\"\n"
		for i := range links {
			if err := os.Symlink("../shared.tf", filepath.Join(root, "live", fmt.Sprintf("l%03d.tf", i))); err != nil {
				t.Fatal(err)
			}
		}
		if links > 0 {
			lines += fmt.Sprintf("Links bring in %s from outside \"live\"\n", want)
		}
		for i := range min(links, 100) {
			lines += fmt.Sprintf("\"l%03d.tf\" -> \"shared.tf\" (1 file)\n", i)
		}
		if links > 100 {
			lines += "and 1 more; mode: check lists every file\n"
		}
		r, log := commandIn(inputs.Run{Path: "live"}, "GITHUB_WORKSPACE="+root, "RUNNER_DEBUG=1")
		if _, err := r.list(t.Context()); err != nil {
			t.Fatal(err)
		}
		if log.String() != lines || r.facts.directory != "live" {
			t.Errorf("%d links: the path is %q, logged\n%s, want\n%s", links, r.facts.directory, log, lines)
		}
	}
}
