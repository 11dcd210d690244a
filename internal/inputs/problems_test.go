package inputs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/inputs"
)

// TestAllProblemsAtOnce checks that all problems are reported together, in the order of action.yml.
func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	everything := map[string]with{
		"": {"base-url": "http://acme.scalr.io", "token": "***", "oidc-audience": "a\nb", "workspace-id": "network", "path": "..", "dry-run": "yes",
			"destroy": "1", "auto-apply": "maybe", "save-plan": "x", "refresh": "x", "refresh-only": "x", "targets": "a", "replace": "b", "variables": "c",
			"sensitive-variables": "d", "environment-variables": "e", "mode": "destory", "run-id": "7", "wait": "x", "timeout": "30", "on-cancel": "x",
			"fail-on": "x", "terraform-outputs": "x", "summary": "x", "comment": "x", "comment-tag": "<", "pr-number": "#1",
			"allow-pull-request-target": "x"},
		"environment": {"base-url": "", "service-account": "ci", "token": "", "mode": "x", "name": "a\nb", "environment-id": "x", "rename-to": "a\nb",
			"account-id": "x", "tags": "a\x00", "tags-mode": "x", "cost-estimation-enabled": "x", "mask-sensitive-output": "x", "remote-backend": "x",
			"provider-configurations": "a\x00", "default-provider-configurations": "a\x00", "policy-groups": "a\x00", "policy-groups-mode": "x",
			"query": "a\nb", "filter-tag": "a\nb", "filter-policy-group": "a\nb", "filter-latest-run-date": "x", "sort": "x"},
		"workspace": {"base-url": "ftp://x", "token": "", "mode": "x", "workspace-id": "x", "environment": "a\nb", "name": "a\nb", "tags": "a\x00",
			"tags-mode": "x", "iac-platform": "x", "terraform-version": "?", "working-directory": "..", "auto-apply": "x", "execution-mode": "x",
			"auto-destroy-days": "x", "environment-type": "x", "deletion-protection": "x", "query": "a\nb", "filter-tag": "a\nb", "filter-name": "a\nb"},
	}
	for action, bad := range everything {
		_, err := load(action, row{action: action, with: bad}.source())
		var problems inputs.Problems
		if !errors.As(err, &problems) {
			t.Fatalf("%s: got error %v, want Problems", action, err)
		}
		var got, want []string
		for _, p := range problems {
			got = append(got, p.Input)
			checkText(t, p.Text)
		}
		for _, in := range names(action) {
			// An empty value removes an input, which is a problem for these two.
			if v, ok := bad[in.Name]; ok && (v != "" || in.Name == "base-url" || in.Name == "token" && bad["service-account"] == "") {
				want = append(want, in.Name)
			}
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s: got -, want +:\n%s", action, diff)
		}
		text := err.Error()
		if len(text) > 4096 {
			t.Errorf("%s: got %d bytes, want at most 4096", action, len(text))
		}
		head, _, _ := strings.Cut(text, "\n")
		if want := fmt.Sprintf("%d problems with the inputs: %s, ", len(problems), want[0]); !strings.HasPrefix(head, want) || len([]rune(head)) > 100 {
			t.Errorf("%s: got the headline %q, want one of at most 100 characters that begins %q", action, head, want)
		}
		if n := strings.Count(text, "\n"); !strings.HasSuffix(text, "more.") && n != len(problems) {
			t.Errorf("%s: got %d lines below the headline, want %d", action, n, len(problems))
		}
	}
}

func TestProblemsText(t *testing.T) {
	t.Parallel()
	var many inputs.Problems
	for range 40 {
		many = append(many, inputs.Problem{Input: "variables", Text: strings.Repeat("ä", 100)})
	}
	tests := []struct {
		name     string
		problems inputs.Problems
		want     string
	}{
		{"one", inputs.Problems{{"mode", "is bad"}}, "mode: is bad"},
		{"two", inputs.Problems{{"mode", "is bad"}, {"wait", "is worse"}},
			"2 problems with the inputs: mode, wait.\nmode: is bad\nwait: is worse"},
		{"two of one", inputs.Problems{{"mode", "is bad"}, {"mode", "is worse"}},
			"2 problems with the inputs: mode.\nmode: is bad\nmode: is worse"},
		{"4096 bytes", inputs.Problems{{"mode", strings.Repeat("a", 4090)}}, "mode: " + strings.Repeat("a", 4090)},
		{"too long", inputs.Problems{{"mode", strings.Repeat("ä", 4096)}}, "mode: " + strings.Repeat("ä", 2043) + "…"},
		{"too many", many, "40 problems with the inputs: variables.\n" +
			strings.Repeat("variables: "+strings.Repeat("ä", 100)+"\n", 19) + "… and 21 more."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.problems.Error(), tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

// TestProblemsFitAnAnnotation checks that the text of many problems has at most 4,096 bytes, and says how many are left out.
func TestProblemsFitAnAnnotation(t *testing.T) {
	t.Parallel()
	for length := range 300 {
		var problems inputs.Problems
		for range 400 {
			problems = append(problems, inputs.Problem{Input: "variables", Text: strings.Repeat("a", length)})
		}
		text := problems.Error()
		shown := strings.Count(text, "\nvariables: ")
		if end := fmt.Sprintf("\n… and %d more.", len(problems)-shown); !strings.HasSuffix(text, end) || len(text) > 4096 {
			t.Errorf("problems of %d bytes: got %d bytes that end in %q, want at most 4096 that end in %q", length, len(text), text[len(text)-20:], end)
		}
		if next := "\n" + problems[0].String(); len(text)+len(next) <= 4096 {
			t.Errorf("problems of %d bytes: got %d bytes without one more, which would fit", length, len(text))
		}
	}
}

// TestQuotedValue checks that at most 80 characters of a value are shown, and never a runner command.
func TestQuotedValue(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, value, want string }{
		{"long", strings.Repeat("ä", 100), `"` + strings.Repeat("ä", 79) + `…"`},
		{"line break", "a\n::error::b", `"a\n::error::b"`},
		{"carriage return", "a\r::error::b", `"a\r::error::b"`},
		{"old command", "##[add-mask]a", `"#\x23[add-mask]a"`},
		{"turned around", "a\u202eb", `"a\u202eb"`},
		{"bytes", "a\xffb", `"a\xffb"`},
		{"token in the wrong input", "x " + goodToken + " y", `"x *** y"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := load("", row{with: with{"mode": tt.value}}.source())
			if err == nil || !strings.Contains(err.Error(), ": "+tt.want+". ") {
				t.Errorf("got %v, want it to contain %s", err, tt.want)
			}
		})
	}
}
