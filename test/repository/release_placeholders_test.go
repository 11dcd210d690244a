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
	needAll(t)
	s := copied(t)
	s.release("placeholders", releaseRepository, "v1.2.3")
	for _, problem := range unreleased(t, s.dir) {
		t.Error(problem)
	}
	changed := s.changed("HEAD")
	for _, file := range changed {
		if !regexp.MustCompile(`\.md$|^examples/|^Dockerfile$|(^|/)action\.yml$|^\.github/(CODEOWNERS|zizmor\.yml)$`).MatchString(file) {
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

// TestPlaceholdersOfAnyDocument checks how the script rewrites link forms that no current document contains.
func TestPlaceholdersOfAnyDocument(t *testing.T) {
	t.Parallel()
	s := newScratch(t)
	const png, raw = "docs/pictures/planned-mixed.summary.png", rawAddress + "docs/pictures/planned-mixed.summary.png"
	const unchanged = "![a](https://acme.example/" + png + ") `" + png + "` ![a](docs/none.png)"
	cases := []struct{ file, before, after string }{
		{file: "A.md", before: "![a](" + png + ")", after: "![a](" + raw + ")"},
		{file: "B.md", before: "![a [b]](./" + png + ` "title")`, after: "![a [b]](" + raw + ` "title")`},
		{file: "C.md", before: "![a](<" + png + ">)", after: "![a](<" + raw + ">)"},
		{file: "D.md", before: "![a][b]\n\n[b]: " + png, after: "![a][b]\n\n[b]: " + raw},
		{
			file:   "E.md",
			before: `<img alt="x" src="` + png + `"><img src='/` + png + `'/>`,
			after:  `<img alt="x" src="` + raw + `"><img src='` + raw + `'/>`,
		},
		{
			file:   "F.md",
			before: `<source media="(x)" srcset="` + png + ` 1x, ` + png + ` 2x">`,
			after:  `<source media="(x)" srcset="` + raw + ` 1x, ` + raw + ` 2x">`,
		},
		{
			file:   "G.md",
			before: "[![a](" + png + "#gh-dark-mode-only)](" + png + ")",
			after:  "[![a](" + raw + "#gh-dark-mode-only)](" + raw + ")",
		},
		{
			file:   "docs/H.md",
			before: "![a](pictures/planned-mixed.summary.png) ![a](../" + png + ")",
			after:  "![a](" + raw + ") ![a](" + raw + ")",
		},
		{file: "overview/README.md", before: "![a](../" + png + ")", after: "![a](" + raw + ")"},
		{file: "I.md", before: unchanged, after: unchanged},
		{
			file:   "J.md",
			before: "`docker pull ghcr.io/OWNER/scalr-run-action:v1` https://github.com/OWNER/scalr-run-action/issues",
			after:  "`docker pull ghcr.io/acme-corp/scalr-run-action:v1` https://github.com/Acme-Corp/scalr-run-action/issues",
		},
		{
			file:   "K.md",
			before: "a\n<!-- before the release -->\nReplace `OWNER`.\n<!-- end of before the release -->\nb",
			after:  "a\nb",
		},
		{
			file:   "affected/action.yml",
			before: "description: https://github.com/OWNER/scalr-run-action",
			after:  "description: https://github.com/Acme-Corp/scalr-run-action",
		},
		{
			file:   ".github/ISSUE_TEMPLATE/config.yml",
			before: "url: https://github.com/OWNER/scalr-run-action/discussions",
			after:  "url: https://github.com/Acme-Corp/scalr-run-action/discussions",
		},
		{
			file:   "internal/x/testdata/L.md",
			before: "OWNER/scalr-run-action ![a](" + png + ")",
			after:  "OWNER/scalr-run-action ![a](" + png + ")",
		},
		{file: "x_test.go", before: "// OWNER/scalr-run-action", after: "// OWNER/scalr-run-action"},
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

// TestUnreleased checks that the search for remaining placeholders finds some.
func TestUnreleased(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, want string }{
		"nothing": {
			file:    "a.md",
			content: "![a](" + rawAddress + "docs/a.png) the role `OWNER_ROLE` and [\"OWNER\", \"MEMBER\"]",
		},
		"another repository": {file: "a.yml", content: "uses: OWNER/other@v1", want: "a.yml names the placeholder"},
		"the owner in prose": {file: "a.md", content: "Replace `OWNER` by yours.", want: "a.md names the placeholder"},
		"a workflow": {
			file:    ".github/workflows/a.yml",
			content: "x: OWNER/scalr-run-action",
			want:    "names the placeholder",
		},
		"code that is shipped": {
			file:    "internal/a.go",
			content: `action = "OWNER/scalr-run-action@v1"`,
			want:    "names the placeholder",
		},
		"a relative picture": {file: "docs/a.md", content: "![a](a.png)", want: "docs/a.md shows a.png"},
		"an image in HTML":   {file: "a.md", content: "text <img src='docs/a.png'> text", want: "a.md shows docs/a.png"},
		"a source in HTML": {
			file:    "a.md",
			content: "<picture><source srcset=\"docs/a.png\"></picture>",
			want:    "a.md shows docs/a.png",
		},
		"a missing picture": {
			file:    "a.md",
			content: "![a](" + rawAddress + "docs/b.png)",
			want:    "docs/b.png, which does not exist",
		},
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

// unreleased lists text that must not occur in a released repository: the placeholder, and relative URLs of
// pictures. Tests and the scripts that replace the placeholder may contain it.
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

// pictures returns the addresses of the pictures that GitHub shows in a document.
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
