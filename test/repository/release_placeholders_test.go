package repository_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
)

const (
	releaseRepository = "Acme-Corp/scalr-run-action" // names of images are lower case
	rawAddress        = "https://raw.githubusercontent.com/" + releaseRepository + "/v1.2.3/"
)

// TestPlaceholdersLeaveNothing runs the script of a release on this repository: afterwards no file names the
// placeholder, no document has a picture by a relative address, and each picture that is addressed exists.
func TestPlaceholdersLeaveNothing(t *testing.T) {
	t.Parallel()
	s := copied(t)
	s.release("placeholders", releaseRepository, "v1.2.3")
	for _, problem := range unreleased(t, s.dir) {
		t.Error(problem)
	}
	changed := s.changed("HEAD")
	for _, file := range changed {
		if !regexp.MustCompile(`\.md$|^examples/|^Dockerfile$|(^|/)action\.yml$`).MatchString(file) {
			t.Errorf("the script changed %s", file)
		}
	}
	for _, file := range []string{"README.md", "Dockerfile", "examples/dry-run.yml", "docs/other-ci.md"} {
		if !slices.Contains(changed, file) {
			t.Errorf("the script did not change %s, but %q", file, changed)
		}
	}
	actions := actionFiles(t)
	for _, file := range changed {
		if strings.HasPrefix(file, "examples/") {
			if problems := workflowProblems(s.read(file), actions); len(problems) > 0 {
				t.Errorf("%s: %q", file, problems)
			}
		}
	}
	first := s.commit("released")
	s.release("placeholders", releaseRepository, "v1.2.3")
	if again := s.changed("HEAD"); len(again) > 0 {
		t.Errorf("a second time the script changed %q of %s", again, first)
	}
}

// TestPlaceholdersOfAnyDocument shows what becomes of forms that no document has today.
func TestPlaceholdersOfAnyDocument(t *testing.T) {
	t.Parallel()
	s := newScratch(t)
	const png, raw = "docs/pictures/planned-mixed.summary.png", rawAddress + "docs/pictures/planned-mixed.summary.png"
	const unchanged = "![a](https://acme.example/" + png + ") `" + png + "` ![a](docs/none.png)"
	cases := []struct{ file, before, after string }{
		{"A.md", "![a](" + png + ")", "![a](" + raw + ")"},
		{"B.md", "![a [b]](./" + png + ` "title")`, "![a [b]](" + raw + ` "title")`},
		{"C.md", "![a](<" + png + ">)", "![a](<" + raw + ">)"},
		{"D.md", "![a][b]\n\n[b]: " + png, "![a][b]\n\n[b]: " + raw},
		{"E.md", `<img alt="x" src="` + png + `"><img src='/` + png + `'/>`, `<img alt="x" src="` + raw + `"><img src='` + raw + `'/>`},
		{"F.md", `<source media="(x)" srcset="` + png + ` 1x, ` + png + ` 2x">`, `<source media="(x)" srcset="` + raw + ` 1x, ` + raw + ` 2x">`},
		{"G.md", "[![a](" + png + "#gh-dark-mode-only)](" + png + ")", "[![a](" + raw + "#gh-dark-mode-only)](" + raw + ")"},
		{"docs/H.md", "![a](pictures/planned-mixed.summary.png) ![a](../" + png + ")", "![a](" + raw + ") ![a](" + raw + ")"},
		{"overview/README.md", "![a](../" + png + ")", "![a](" + raw + ")"},
		{"I.md", unchanged, unchanged},
		{"J.md", "`docker pull ghcr.io/OWNER/scalr-run-action:v1` https://github.com/OWNER/scalr-run-action/issues",
			"`docker pull ghcr.io/acme-corp/scalr-run-action:v1` https://github.com/Acme-Corp/scalr-run-action/issues"},
		{"K.md", "a\n<!-- before the release -->\nReplace `OWNER`.\n<!-- end of before the release -->\nb", "a\nb"},
		{"affected/action.yml", "description: https://github.com/OWNER/scalr-run-action", "description: https://github.com/Acme-Corp/scalr-run-action"},
		{".github/ISSUE_TEMPLATE/config.yml", "url: https://github.com/OWNER/scalr-run-action/discussions",
			"url: https://github.com/Acme-Corp/scalr-run-action/discussions"},
		{"internal/x/testdata/L.md", "OWNER/scalr-run-action ![a](" + png + ")", "OWNER/scalr-run-action ![a](" + png + ")"},
		{"x_test.go", "// OWNER/scalr-run-action", "// OWNER/scalr-run-action"},
	}
	for _, c := range cases {
		s.write(c.file, c.before+"\n")
	}
	s.commit("planted")
	s.release("placeholders", releaseRepository, "v1.2.3")
	for _, c := range cases {
		if got := strings.TrimSpace(s.read(c.file)); got != c.after {
			t.Errorf("%s: got\n%s\nwant\n%s", c.file, got, c.after)
		}
	}
}

// TestUnreleased makes sure that the search for what is left finds something.
func TestUnreleased(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, want string }{
		"nothing":              {"a.md", "![a](" + rawAddress + "docs/a.png) the role `OWNER_ROLE` and [\"OWNER\", \"MEMBER\"]", ""},
		"another repository":   {"a.yml", "uses: OWNER/other@v1", "a.yml names the placeholder"},
		"the owner in prose":   {"a.md", "Replace `OWNER` by yours.", "a.md names the placeholder"},
		"a workflow":           {".github/workflows/a.yml", "x: OWNER/scalr-run-action", "names the placeholder"},
		"code that is shipped": {"internal/a.go", `action = "OWNER/scalr-run-action@v1"`, "names the placeholder"},
		"a relative picture":   {"docs/a.md", "![a](a.png)", "docs/a.md shows a.png"},
		"an image in HTML":     {"a.md", "text <img src='docs/a.png'> text", "a.md shows docs/a.png"},
		"a source in HTML":     {"a.md", "<picture><source srcset=\"docs/a.png\"></picture>", "a.md shows docs/a.png"},
		"a missing picture":    {"a.md", "![a](" + rawAddress + "docs/b.png)", "docs/b.png, which does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scratch{t, t.TempDir()}
			s.write("docs/a.png", "")
			s.write(c.file, c.content)
			got := strings.Join(unreleased(t, s.dir), "; ")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

var (
	placeholder = regexp.MustCompile("\\bOWNER/|`OWNER`")
	htmlPicture = regexp.MustCompile(`(?i)<(?:img|source)\s[^>]*?\b(?:src|srcset)\s*=\s*["']([^"' ,]+)`)
)

// unreleased lists what a user of a released repository would trip over: the placeholder, and pictures that only show
// within the repository. Tests and the scripts that fill in the placeholder may name it.
func unreleased(t *testing.T, root string) (problems []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel(root, file)
		name = filepath.ToSlash(name)
		if err != nil || entry.IsDir() {
			if name == ".git" || name == ".github/release" || path.Base(name) == "testdata" {
				return fs.SkipDir
			}
			return err
		}
		content, err := os.ReadFile(file)
		if !strings.HasSuffix(name, "_test.go") && placeholder.Match(content) {
			problems = append(problems, name+" names the placeholder")
		}
		if strings.HasSuffix(name, ".md") {
			for _, address := range pictures(t, file, string(content)) {
				shown, ours := strings.CutPrefix(address, rawAddress)
				if _, err := os.Stat(filepath.Join(root, shown)); ours && err != nil {
					problems = append(problems, name+" shows "+shown+", which does not exist")
				} else if !strings.Contains(address, "://") {
					problems = append(problems, name+" shows "+address)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return problems
}

// pictures gives the addresses of the pictures that GitHub shows in a document.
func pictures(t *testing.T, file, content string) (addresses []string) {
	t.Helper()
	walk(t, file, func(n ast.Node, _ []byte) {
		if image, ok := n.(*ast.Image); ok {
			addresses = append(addresses, string(image.Destination))
		}
	})
	for _, m := range htmlPicture.FindAllStringSubmatch(content, -1) {
		addresses = append(addresses, m[1])
	}
	for i, address := range addresses {
		addresses[i], _, _ = strings.Cut(address, "#")
	}
	return addresses
}
