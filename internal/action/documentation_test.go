package action_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/job/runnertest"
)

// TestErrorLinksToItsDocumentation: the annotation of a failed step leads to the
// section about its code, in the version of the action that is running.
func TestErrorLinksToItsDocumentation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ repository, ref, server, want string }{
		"by a tag":         {"acme/scalr-run-action", "v1", "https://github.com", "https://github.com/acme/scalr-run-action/blob/v1/docs/errors.md#input-invalid"},
		"by a commit":      {"acme/scalr-run-action", "5f2c1e8", "https://github.com", "https://github.com/acme/scalr-run-action/blob/5f2c1e8/docs/errors.md#input-invalid"},
		"local action":     {"", "", "https://github.com", ""},
		"another server":   {"acme/scalr-run-action", "v1", "https://github.acme.test", "docs/errors.md of acme/scalr-run-action@v1"},
		"not a repository": {"acme/x)[y](https://evil.test", "v1", "https://github.com", ""},
		"not a ref":        {"acme/scalr-run-action", "v1 and more", "https://github.com", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, scenario(t, "no-changes"), "dry-run=perhaps")
			r.env["GITHUB_ACTION_REPOSITORY"], r.env["GITHUB_ACTION_REF"], r.env["GITHUB_SERVER_URL"] = c.repository, c.ref, c.server
			p := r.play().want(2, "error-code=input-invalid")
			var led []string
			for _, command := range runnertest.Read(p.log).Commands {
				if command.Name == "error" {
					_, more, _ := strings.Cut(command.Data, "\nMore about input-invalid: ")
					led = append(led, more)
				}
			}
			if len(led) != 1 || led[0] != c.want {
				t.Errorf("the annotations lead to %q, want %q", led, c.want)
			}
		})
	}
}
