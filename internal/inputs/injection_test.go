package inputs_test

import (
	"errors"
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
)

// hostile returns texts with commands for shells, runners, browsers and terminals.
func hostile() []string {
	return []string{
		`"; echo x; #`, `$(id)`, "`id`", `${{ github.token }}`, `%0A::set-output name=a::b`, "\n::stop-commands::x", "x\n::stop-commands::x",
		`##[add-mask]a`, "EOF\nadmin=true", "ghadelimiter_0000\nadmin=true\nghadelimiter_0000", "_GitHubActionsFileCommandDelimeter_\nx",
		`../../etc/passwd`, `<img src=x onerror=1>`, `](javascript:1)`, `</details>`, "````\n# x", "@org/team", "a\u202eb\u2066c",
		"\x1b]8;;http://evil.test\x07x",
		`{{7*7}}`, `' OR 1=1`, `%s%n%!`, strings.Repeat("A", 64<<10), `\" -x`, "a\rb", "\x00", "\xff\xfe", "\u2028::error::x",
		"\u0085::error::x", "-x", "--", "=",
		strings.Repeat("\n", 1000) + "x", strings.Repeat("é", 40<<10),
	}
}

// TestHostileText checks that messages about hostile values are one sanitized line.
func TestHostileText(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"", "environment", "workspace"} {
		for _, in := range names(action) {
			t.Run(action+"/"+in.Name, func(t *testing.T) {
				t.Parallel()
				for _, value := range hostile() {
					c := row{action: action, with: with{in.Name: value, "comment": "true"}}
					if in.Name == "comment" {
						c.with = with{in.Name: value}
					}
					if checkSanitized(t, c, value); t.Failed() {
						t.Fatalf("the value is %.60q", value)
					}
				}
			})
		}
	}
}

func checkSanitized(t *testing.T, c row, value string) {
	t.Helper()
	src := c.source()
	src.Given = []string{"INPUT_" + value, "wait" + value}
	notes, err := load(c.action, src)
	for _, n := range notes {
		checkText(t, n.Text)
	}
	var problems inputs.Problems
	if err != nil && !errors.As(err, &problems) {
		t.Fatalf("got error %v, want Problems", err)
	}
	for _, p := range problems {
		checkText(t, p.String())
	}
	if err != nil && len(err.Error()) > 4096 {
		t.Errorf("got %d bytes, want at most 4096", len(err.Error()))
	}
	for _, name := range []string{"token", "github-token", "sensitive-variables", "environment-variables", "sensitive-environment-variables"} {
		shown := strings.TrimSpace(c.with[name])
		// Short texts can occur in a message by chance.
		if len(shown) >= 8 && err != nil && strings.Contains(err.Error(), shown) {
			t.Errorf("%s %.40q is shown:\n%.400s", name, shown, err)
		}
	}
}

// TestEveryInputIsChecked checks that no input accepts a control character, except for the message, from
// which it is removed.
func TestEveryInputIsChecked(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"", "environment", "workspace"} {
		for _, in := range names(action) {
			t.Run(action+"/"+in.Name, func(t *testing.T) {
				t.Parallel()
				w := with{"comment": "true"}
				if in.Name == "service-account" {
					w["token"] = ""
				}
				w[in.Name] = "a=a\x00b"
				_, err := load(action, row{action: action, with: w}.source())
				var problems inputs.Problems
				errors.As(err, &problems)
				found := false
				for _, p := range problems {
					found = found || p.Input == in.Name
				}
				if want := in.Name != "message"; found != want {
					t.Errorf("got a problem with it: %t, want %t (%v)", found, want, err)
				}
			})
		}
	}
}
