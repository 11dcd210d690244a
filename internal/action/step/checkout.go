package step

import (
	"io"
	"os"
	"strings"

	"scalr-run-action/internal/github"
)

// CheckedOut returns the commit that is checked out in the root of the checkout according to .git, or "" if it is unknown.
func CheckedOut(checkout *os.Root) string {
	head := GitFile(checkout, "HEAD")
	if ref, isRef := strings.CutPrefix(head, "ref: "); isRef {
		head = GitFile(checkout, ref)
		if !github.IsSHA(head) {
			for line := range strings.Lines(GitFile(checkout, "packed-refs")) {
				if packed, ok := strings.CutSuffix(strings.TrimSpace(line), " "+ref); ok {
					head = packed
				}
			}
		}
	}
	if !github.IsSHA(head) {
		return ""
	}
	return head
}

// maxGitFile is the maximum number of bytes read from a file in .git.
const maxGitFile = 16 << 20

// GitFile returns the content of a file in .git, or "" if it does not exist.
func GitFile(checkout *os.Root, name string) string {
	info, err := checkout.Stat(".git/" + name)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := checkout.Open(".git/" + name)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxGitFile))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
