package action_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/job/runnertest"
)

// TestErrorLinksToDocumentation checks that the annotation of a failed step links to the section about its error
// code, in the running version of the action.
func TestErrorLinksToDocumentation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ repository, ref, server, want string }{
		"tag": {
			repository: "acme/scalr-run-action",
			ref:        "v1",
			server:     "https://github.com",
			want:       "https://github.com/acme/scalr-run-action/blob/v1/docs/errors.md#input-invalid",
		},
		"commit": {
			repository: "acme/scalr-run-action",
			ref:        "5f2c1e8",
			server:     "https://github.com",
			want:       "https://github.com/acme/scalr-run-action/blob/5f2c1e8/docs/errors.md#input-invalid",
		},
		"local action": {server: "https://github.com"},
		"other server": {
			repository: "acme/scalr-run-action",
			ref:        "v1",
			server:     "https://github.acme.test",
			want:       "docs/errors.md of acme/scalr-run-action@v1",
		},
		"invalid repository": {repository: "acme/x)[y](https://evil.test", ref: "v1", server: "https://github.com"},
		"invalid ref":        {repository: "acme/scalr-run-action", ref: "v1 and more", server: "https://github.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, scenario(t, "no-changes"), "dry-run=perhaps")
			r.env["GITHUB_ACTION_REPOSITORY"], r.env["GITHUB_ACTION_REF"], r.env["GITHUB_SERVER_URL"] = c.repository, c.ref,
				c.server
			p := r.play().want(2, "error-code=input-invalid")
			var led []string
			for _, command := range runnertest.Read(p.log).Commands {
				if command.Name == "error" {
					_, more, _ := strings.Cut(command.Data, "\nMore about input-invalid: ")
					led = append(led, more)
				}
			}
			if len(led) != 1 || led[0] != c.want {
				t.Errorf("the annotations link to %q, want %q", led, c.want)
			}
		})
	}
}
