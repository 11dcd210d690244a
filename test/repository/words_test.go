package repository_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWords checks which text .ci/words reports and which it accepts.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "perl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the check needs %s", tool)
		}
	}
	for name, c := range map[string]struct{ text, want string }{
		"a word of the list":                 {"Nobody reads the log.", `"Nobody"`},
		"an inflected form of a listed word": {"Somebody mended the run.", `"mended"`},
		"two words":                          {"A plan that is no plan.", `"is no plan"`},
		"British spelling":                   {"The behaviour of a cancelled job.", `"behaviour"`},
		"in the second line":                 {"Fine.\nWhat became of it.", ":2:"},
		"text of Terraform":                  {"The resource is no longer needed.", ""},
		"plain negation":                     {"There is no token to store.", ""},
		"GitHub's status":                    {"if: needs.apply.result == 'cancelled' || cancelled()", ""},
		"in code":                            {"The status `cancelled` is GitHub's.", ""},
		"the user of Unix":                   {"exec setpriv --reuid nobody", ""},
		"part of another word":               {"Recommend a foretold amendment.", ""},
		"American spelling":                  {"The color, behavior and license of a canceled job.", ""},
		"cancellation, in English":           {"The cancellation of a job.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "document.md")
			if err := os.WriteFile(file, []byte(c.text+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command("bash", ".ci/words", file).CombinedOutput()
			if (err != nil) != (c.want != "") || !strings.Contains(string(out), c.want) {
				t.Errorf("got %v and %q, want %q", err, out, c.want)
			}
		})
	}
}
