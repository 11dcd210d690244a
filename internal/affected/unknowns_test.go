package affected_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"scalr-run-action/internal/affected"
)

// brokenFS cannot open or examine broken.tf.
type brokenFS struct{ fstest.MapFS }

func (b brokenFS) Open(name string) (fs.File, error) {
	if path.Base(name) == "broken.tf" {
		return nil, fs.ErrPermission
	}
	return b.MapFS.Open(name)
}

func (b brokenFS) Stat(name string) (fs.FileInfo, error) {
	if path.Base(name) == "broken.tf" {
		return nil, fs.ErrPermission
	}
	return b.MapFS.Stat(name)
}

// TestUnknownNamesTheFile: the reason why references are unknown names the first file that causes it.
func TestUnknownNamesTheFile(t *testing.T) {
	t.Parallel()
	dynamic := "module \"m\" {\n source = var.m\n}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"two files": {map[string]string{"app/a.tf": dynamic, "app/b.tf": dynamic}, "app/a.tf: the source of a module is an expression"},
		"a module":  {map[string]string{"app/a.tf": moduleCall("../m"), "m/main.tf": dynamic}, "m/main.tf: the source of a module is an expression"},
		"the directory itself": {
			files: map[string]string{"app/a.tf": dynamic + moduleCall("../m"), "m/main.tf": dynamic},
			want:  "app/a.tf: the source of a module is an expression",
		},
		"a file that is too large": {
			files: map[string]string{"app/a.tf": strings.Repeat(" ", 8<<20+1)},
			want:  "app/a.tf: it is not a file of at most 8 MiB",
		},
		"a broken file":           {map[string]string{"app/broken.tf": ""}, "app/broken.tf: it cannot be read"},
		"a link to a broken file": {map[string]string{"app/a.tf": "-> ../broken.tf", "broken.tf": ""}, "app/a.tf: it cannot be read"},
		"a link to a directory":   {map[string]string{"app/a.tf": "-> ../d", "d/x": ""}, "app/a.tf: it is not a file of at most 8 MiB"},
		"a link out of the checkout": {
			files: map[string]string{"app/a.tf": "-> ../../etc/a.tf"},
			want:  "app/a.tf: it is a link that points outside the checkout",
		},
		"a syntax error": {map[string]string{"app/a.tf": `x = "abc`}, "app/a.tf: a string, comment or heredoc has no end"},
	} {
		results, err := findAffected(brokenFS{checkout(c.files)}, []string{"z"}, workspaces("app"), nil)
		file, _, _ := strings.Cut(c.want, ":")
		if err != nil || !results[0].Affected || results[0].Unknown != c.want || results[0].ChangedFile != file {
			t.Errorf("%s: got %+v and %v, want the reason %s", name, results[0], err, c.want)
		}
	}
}

// TestParsePattern: blank lines and comments are not patterns, and a pattern that cannot match a path is an error.
func TestParsePattern(t *testing.T) {
	t.Parallel()
	const (
		empty       = `it has an empty, "." or ".." element, which matches no path`
		unclosed    = "it has a [ without a ] or ends in a backslash"
		unknown     = "it has an unknown class of characters; [[:alpha:]] and [[:digit:]], for example, are known"
		placeholder = "it has a placeholder other than {environment} and {workspace}"
	)
	for line, want := range map[string]struct {
		ok  bool
		err string
	}{
		"": {}, "  ": {}, "# a": {}, "!": {},
		"a": {true, ""}, " a/ ": {true, ""}, "/a/**/b": {true, ""}, "!#a": {true, ""}, "!a": {true, ""}, `\#a`: {true, ""},
		"x/{environment}-{workspace}/y": {true, ""},
		"a//b":                          {true, empty}, "/": {true, empty}, "../a": {true, empty}, "./a": {true, empty},
		"a/.": {true, empty}, ".": {true, empty},
		"[a": {true, unclosed}, `a\`: {true, unclosed}, "[]": {true, unclosed}, "[!]": {true, unclosed}, "[a-": {true, unclosed}, `[a\`: {true, unclosed},
		"[[:alpha:]": {true, unclosed}, "[[:a": {true, unclosed}, "[[:letter:]]": {true, unknown}, "[[:Alpha:]]": {true, unknown},
		"[[:word:]]": {true, unknown},
		"[]a].yml":   {true, ""}, "[!]a]": {true, ""}, `\[a`: {true, ""}, `a\\`: {true, ""}, `\\[a]`: {true, ""},
		"[[::]": {true, unknown}, "[[:]": {true, ""}, "[a-]": {true, ""},
		"x/{env}/y": {true, placeholder}, "a}": {true, placeholder}, "{": {true, placeholder},
	} {
		p, ok, err := affected.ParsePattern(line)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if ok != want.ok || message != want.err {
			t.Errorf("%q: got %t, %q, want %+v", line, ok, message, want)
		}
		if ok && p.String() != strings.Trim(line, " ") {
			t.Errorf("%q: String returns %q", line, p)
		}
	}
}

// TestUnmatched: a pattern is unmatched if it matches neither a changed path nor a file of the checkout, for any workspace.
func TestUnmatched(t *testing.T) {
	t.Parallel()
	tree, err := affected.ReadTree(checkout(map[string]string{"vars/prod/app.tfvars": "", "modules/vpc/main.tf": "", "README.md": ""}))
	if err != nil {
		t.Fatal(err)
	}
	changed, list := []string{"old/file.txt"}, workspaces("app", "db")
	for line, matched := range map[string]bool{
		"README.md": true, "modules/": true, "modules/vpc/*.tf": true, "**/main.tf": true, "old/": true, "old/*.txt": true,
		"vars/{environment}/{workspace}.tfvars": true, "/vars/*/app.tfvars": true, "!gone/": true,
		"gone/": false, "/main.tf": false, "modules/vpc": true, "module/": false, "vars/{environment}/{workspace}.json": false, "old/*.md": false,
	} {
		got := tree.Unmatched(parsePatterns(t, line), changed, list)
		if (len(got) == 0) != matched {
			t.Errorf("%s: got %v", line, got)
		}
	}
	var several []string
	for _, p := range tree.Unmatched(parsePatterns(t, "gone/", "README.md", "lost/"), nil, nil) {
		several = append(several, p.String())
	}
	if got := strings.Join(several, " "); got != "gone/ lost/" {
		t.Errorf("got %s, want the first and the last", got)
	}
}
