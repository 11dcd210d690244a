package step

import (
	"fmt"
	"scalr-run-action/internal/lazyregexp"
)

// actionName is what a name or a ref of a repository consists of, as far as it
// needs no escaping in an address.
var actionName = lazyregexp.New(`^[A-Za-z0-9._/-]+$`)

// documentation is a line that leads to the section about an error code in docs/errors.md, in the version of the
// action that is running. It is empty for a local action, which has no name. A GitHub Enterprise Server may have
// copied the action from github.com, so the line then names the file without an address.
func (s *Step) documentation(code Code) string {
	repository, ref := s.Job.Env("GITHUB_ACTION_REPOSITORY"), s.Job.Env("GITHUB_ACTION_REF")
	if code == "" || !actionName.MatchString(repository) || !actionName.MatchString(ref) {
		return ""
	}
	if s.Job.Env("GITHUB_SERVER_URL") != "https://github.com" {
		return fmt.Sprintf("\nMore about %s: docs/errors.md of %s@%s", code, repository, ref)
	}
	return fmt.Sprintf("\nMore about %s: https://github.com/%s/blob/%s/docs/errors.md#%s", code, repository, ref, code)
}
