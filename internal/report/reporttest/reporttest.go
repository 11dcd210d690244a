// Package reporttest parses Markdown as GitHub does, so that tests can check the rendered page.
package reporttest

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"scalr-run-action/internal/sanitize"
)

// allowedHTML matches every tag that reports contain.
var allowedHTML = regexp.MustCompile(`^</?(?:details|summary|b|code|sub)>$|^<details open>$`)

var anyTag = regexp.MustCompile(`<[^>]*>?`)

// mention matches text that GitHub turns into a link to a user, which sends a notification, or to an issue, which then
// shows a reference.
var mention = regexp.MustCompile(`(?:^|\W)(?:@\w|#\d|(?i:GH-)\d)`)

// Page is a report as parsed by an independent Markdown parser.
type Page struct {
	Problems    []string // markup that a report must not contain
	Blocks      []string // contents of code blocks
	Links       []string // targets of links
	Visible     string   // all text outside of code blocks
	openDetails int      // collapsed sections that are not closed yet
}

// Parse parses Markdown as GitHub does, as far as goldmark supports it.
func Parse(markdown string) *Page {
	source := []byte(markdown)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	p := &Page{}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			p.visit(n, source)
		}
		return ast.WalkContinue, nil
	})
	if p.openDetails != 0 {
		p.Problems = append(p.Problems, fmt.Sprintf("%d collapsed sections are not closed", p.openDetails))
	}
	return p
}

func (p *Page) visit(n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.FencedCodeBlock:
		p.Blocks = append(p.Blocks, string(n.Lines().Value(source)))
	case *ast.HTMLBlock:
		p.html(string(n.Lines().Value(source)))
		if n.HasClosure() {
			p.html(string(n.ClosureLine.Value(source)))
		}
	case *ast.RawHTML:
		p.html(string(n.Segments.Value(source)))
	case *ast.Link:
		p.Links = append(p.Links, string(n.Destination))
	case *ast.AutoLink:
		p.Problems = append(p.Problems, "an automatic link to "+string(n.URL(source)))
	case *ast.Image:
		p.Problems = append(p.Problems, "an image: "+string(n.Destination))
	case *ast.CodeBlock:
		p.Problems = append(p.Problems, "indented code")
	case *ast.Text:
		shown := string(n.Value(source))
		if n.Parent().Kind() != ast.KindCodeSpan {
			shown = html.UnescapeString(shown)
			if m := mention.FindString(shown); m != "" {
				p.Problems = append(p.Problems, "a mention: "+m)
			}
		}
		p.Visible += strings.ReplaceAll(shown, "\u200B", "")
	case *extast.Strikethrough, *extast.TaskCheckBox:
		p.Problems = append(p.Problems, "unexpected formatting")
	}
}

func (p *Page) html(raw string) {
	for _, tag := range anyTag.FindAllString(raw, -1) {
		switch {
		case !allowedHTML.MatchString(tag):
			p.Problems = append(p.Problems, "unexpected HTML: "+tag)
		case strings.HasPrefix(tag, "<details"):
			p.openDetails++
		case tag == "</details>":
			if p.openDetails--; p.openDetails < 0 {
				p.Problems = append(p.Problems, "a collapsed section is closed twice")
			}
		}
	}
}

// Check fails the test unless the report is within the limit, is complete, and contains only allowed tags and
// links to the given hosts.
func Check(t testing.TB, markdown string, limit int, hosts ...string) *Page {
	t.Helper()
	if len(markdown) > limit {
		t.Errorf("%d bytes are more than %d", len(markdown), limit)
	}
	if !utf8.ValidString(markdown) {
		t.Error("invalid UTF-8")
	}
	p := Parse(markdown)
	for _, l := range p.Links {
		if !slices.ContainsFunc(hosts, func(h string) bool { return strings.HasPrefix(l, "https://"+h+"/") }) {
			p.Problems = append(p.Problems, "a link to "+l)
		}
	}
	for _, problem := range p.Problems {
		t.Error(problem)
	}
	if sanitize.Text(markdown) != markdown {
		t.Error("invisible or control characters")
	}
	return p
}
