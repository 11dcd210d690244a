package repository_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// TestLinks checks every link in the documents to a file, a picture or a heading of the repository.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, file := range documents(t) {
		for _, link := range links(t, file) {
			target, heading, _ := strings.Cut(link, "#")
			if strings.Contains(target, "://") {
				continue
			}
			to := path.Join(path.Dir(filepath.ToSlash(file)), target)
			if target == "" {
				to = file
			}
			if _, err := os.Stat(filepath.FromSlash(to)); err != nil {
				t.Errorf("%s links to %s, which is not there", file, link)
				continue
			}
			if heading != "" && !headings(t, to)[heading] {
				t.Errorf("%s links to %s, which has no such heading", file, link)
			}
		}
	}
}

func links(t *testing.T, file string) []string {
	t.Helper()
	var found []string
	walk(t, file, func(n ast.Node, _ []byte) {
		switch n := n.(type) {
		case *ast.Link:
			found = append(found, string(n.Destination))
		case *ast.Image:
			found = append(found, string(n.Destination))
		}
	})
	return found
}

// headings are the names by which GitHub links to headings.
func headings(t *testing.T, file string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	walk(t, file, func(n ast.Node, source []byte) {
		if h, ok := n.(*ast.Heading); ok {
			found[anchor(string(h.Lines().Value(source)))] = true
		}
	})
	return found
}

var notInAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

func anchor(heading string) string {
	return strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// walk visits every node of a document.
func walk(t *testing.T, file string, visit func(n ast.Node, source []byte)) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_ = ast.Walk(goldmark.DefaultParser().Parse(text.NewReader(source)),
		func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering {
				visit(n, source)
			}
			return ast.WalkContinue, nil
		})
}
