package job_test

import (
	"regexp"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

var anyColor = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestColorsInSecrets: a color inside a secret does not hide it in the log of a run, in a long line of it, or in a line
// of the action.
func TestColorsInSecrets(t *testing.T) {
	t.Parallel()
	const token, word = "tok-SECRET0123456789abcdefXYZ", "hunter2-correct-horse"
	long := strings.Repeat("x ", 40<<10)
	for n := 1; n <= len(token); n++ {
		var pieces []string
		for i := 0; i < len(token); i += n {
			pieces = append(pieces, token[i:min(i+n, len(token))])
		}
		colored := strings.Join(pieces, "\x1b[31m")
		for name, text := range map[string]string{
			"line": colored, "long line": long + colored + long, "beginning of a long line": colored + long,
			"word": "hunter2\x1b[1m-correct\x1b[0m-horse", "in color": "\x1b[1m" + word + "\x1b[0m",
		} {
			j, out := newJob(t)
			j.Mask(secret.New(token))
			j.Mask(secret.Declared(word))
			writeUntrusted(t, j, text+"\n", 3000)
			j.Infof("%s", text[:min(len(text), 1000)])
			visible := anyColor.ReplaceAllString(out.String(), "")
			leaks := strings.Contains(visible, token) || strings.Contains(visible, token[:12]) || strings.Contains(visible, word)
			if leaks || !strings.Contains(visible, "***") {
				t.Errorf("%s, pieces of %d bytes: got %.200q", name, n, visible)
			}
		}
	}
}
