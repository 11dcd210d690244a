package step

import (
	"fmt"

	"scalr-run-action/internal/lazyregexp"
)

// actionName matches a repository or ref name that needs no escaping in a URL.
var actionName = lazyregexp.New(`^[A-Za-z0-9._/-]+$`)

// documentation returns a line about environment variables if inputs are invalid outside GitHub, otherwise a line with a
// link to the section about an error code in docs/errors.md, in the running version of the action. The line is empty for a
// local action, which has no repository name. On GitHub Enterprise Server the line names the file without a URL, because
// the action may have been copied from github.com.
func (s *Step) documentation(code Code) string {
	if code == CodeInputInvalid && !s.Job.OnGitHub() {
		return "\nOutside GitHub Actions, inputs are environment variables, such as INPUT_WORKSPACE_ID for workspace-id."
	}
	repository, ref := s.Job.Env("GITHUB_ACTION_REPOSITORY"), s.Job.Env("GITHUB_ACTION_REF")
	if code == "" || !actionName.MatchString(repository) || !actionName.MatchString(ref) {
		return ""
	}
	if s.Job.Env("GITHUB_SERVER_URL") != "https://github.com" {
		return fmt.Sprintf("\nMore about %s: docs/errors.md of %s@%s", code, repository, ref)
	}
	return fmt.Sprintf("\nMore about %s: https://github.com/%s/blob/%s/docs/errors.md#%s", code, repository, ref, code)
}
