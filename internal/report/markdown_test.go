package report

import (
	"strings"
	"testing"

	"scalr-run-action/internal/report/reporttest"
	"scalr-run-action/internal/sanitize"
)

// TestInline checks with the oracle that text within a line is visible as it is, and has no meaning in Markdown.
func TestInline(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{
		"plain", "a|b", "`", "``x``", "a`b", `back\slash`, `\`, "*b* _i_ ~~s~~ **x**",
		"<img src=x>", "<!-- x", "&lt;&#64;",
		"![p](https://evil.example/p.png)",
		"[l](https://evil.example)", "https://evil.example", "www.evil.example",
		"me@evil.example",
		"# heading", "- item", "1. item", "1) item", "> quote", "    code",
		"---", "===", "| a | b |", "[x]: https://evil.example", "[ ] task",
		"$x$", ":tada:",
		"@octocat", "#1", "GH-1", "a\nb", "~~~", "```", "a  b", "a \t  b | c",
	} {
		t.Run(hostile, func(t *testing.T) {
			t.Parallel()
			checkInline(t, hostile)
		})
	}
}

func FuzzInline(f *testing.F) {
	f.Add("aws_instance.web[\"`|<b>@x\"]")
	f.Fuzz(checkInline)
}

func checkInline(t *testing.T, s string) {
	shown := sanitize.Name(s, maxNameLength)
	for name, markdown := range map[string]string{
		"prose":    "- " + prose(strings.ReplaceAll(s, "`", "'")) + "\n",
		"code":     "- " + code(s) + "\n",
		"cell":     "| a | b |\n| - | - |\n| x | " + code(s) + " |\n",
		"heading":  "## x " + link(code(s), "https://acme.scalr.io/x") + "\n",
		"fold":     details(htmlCode(s)+" "+prose(s), "text"),
		"sentence": "x " + prose(s) + "\n",
	} {
		p := reporttest.Check(t, markdown+"\nend\n", 1<<20, "acme.scalr.io")
		if !strings.HasSuffix(p.Visible, "end") {
			t.Errorf("%s: the text after it is not visible: %q", name, markdown)
		}
		if visible := strings.ReplaceAll(strings.TrimSuffix(p.Visible, "end"), "\u00a0", " "); name == "code" && visible != shown {
			t.Errorf("code: got %q, want %q", visible, shown)
		}
		if t.Failed() {
			t.Fatalf("%s: %q", name, markdown)
		}
	}
}

// TestNamesAreDistinct: addresses that differ only in spaces or in the end of a long key are shown differently.
func TestNamesAreDistinct(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 400)
	for _, pair := range [][2]string{
		{`aws_a.r["a b"]`, `aws_a.r["a  b"]`},
		{`aws_a.r["a  b"]`, `aws_a.r["a   b"]`},
		{`aws_a.r["` + long + `1"]`, `aws_a.r["` + long + `2"]`},
	} {
		for name, format := range map[string]func(string) string{
			"code": code, "htmlCode": htmlCode, "prose": func(s string) string { return prose("moved from " + quoteCode(s)) },
		} {
			one, other := reporttest.Parse(format(pair[0])+"\n").Visible, reporttest.Parse(format(pair[1])+"\n").Visible
			if strings.Join(strings.Split(one, " "), "") == strings.Join(strings.Split(other, " "), "") {
				t.Errorf("%s: both are shown as %q", name, one)
			}
		}
	}
	if got, want := htmlCode("a   b"), "<code>a&#160;&#160; b</code>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestMentions checks the sequences that GitHub turns into links in rendered text.
func TestMentions(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"@octocat":       "@&#8203;octocat",
		"see #12":        "see &#35;&#8203;12",
		"see GH-12":      "see G&#8203;H-12",
		"high-12 gh-x":   "high-12 gh-x",
		"@GH-1":          "@&#8203;G&#8203;H-1",
		"@www.x.y":       "@&#8203;w&#8203;ww.x.y",
		"https://x.y":    "https:&#8203;//x.y",
		"www.x.y":        "w&#8203;ww.x.y",
		"done :tada:":    "done :&#8203;tada:",
		"note: it's #ok": "note: it&#39;s &#35;ok",
	} {
		if got := prose(in); got != want {
			t.Errorf("prose(%q): got %q, want %q", in, got, want)
		}
	}
}

// FuzzBlock: any text in a block is one complete block of code.
func FuzzBlock(f *testing.F) {
	f.Add("```\n~~~\n````` x\n</details>")
	f.Add("\n\n  \t\n```diff\n\r`")
	f.Fuzz(func(t *testing.T, s string) {
		p := reporttest.Parse(codeBlock("diff", s) + "\nend\n")
		want := strings.TrimRight(sanitize.Text(s), "\n") + "\n"
		if len(p.Blocks) != 1 || p.Blocks[0] != want || p.Visible != "end" || len(p.Problems) > 0 {
			t.Errorf("got %q and %q, want %q", p.Blocks, p.Visible, want)
		}
	})
}

func TestLink(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://acme.scalr.io/v2/e/1":  "[x](https://acme.scalr.io/v2/e/1)",
		"http://127.0.0.1:8080/a":       "[x](http://127.0.0.1:8080/a)",
		"https://h/?q=b)(<>|`\"'*[]\\ ": "[x](https://h/?q=b%29%28%3C%3E%7C%60%22%27%2A%5B%5D%5C%20)",
		"https://h/a b)(<>|`\"'*[]\\":   "[x](https://h/a%20b%29%28%3C%3E%7C%60%22%27%2A%5B%5D%5C)",
		"javascript:alert(1)":           "x",
		"//evil.example/":               "x",
		"data:text/html,x":              "x",
		"":                              "x",
		"https://h/\n[y](z)":            "x",
		"https:///v2/e/1":               "x",
		"https:acme.scalr.io":           "x",
		"http://h":                      "[x](http://h)",
		"ftp://h/":                      "x",
	} {
		if got := link("x", address); got != want {
			t.Errorf("%q: got %s, want %s", address, got, want)
		}
	}
}
