package report

import (
	"fmt"
	"html"
	"regexp"
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

// parsedPage is a report as parsed by an independent Markdown parser.
type parsedPage struct {
	problems    []string
	openDetails int // sections that are open at the end
	maxDepth    int
	blocks      []string
	links       []string
	visible     string // all text outside of blocks
}

// parse parses Markdown as GitHub does, as far as goldmark supports it.
func parse(markdown string) *parsedPage {
	source := []byte(markdown)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	p := &parsedPage{}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			p.visit(n, source)
		}
		return ast.WalkContinue, nil
	})
	if p.openDetails != 0 {
		p.problems = append(p.problems, fmt.Sprintf("%d folds are left open", p.openDetails))
	}
	return p
}

func (p *parsedPage) visit(n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.FencedCodeBlock:
		p.blocks = append(p.blocks, string(n.Lines().Value(source)))
	case *ast.HTMLBlock:
		p.html(string(n.Lines().Value(source)))
		if n.HasClosure() {
			p.html(string(n.ClosureLine.Value(source)))
		}
	case *ast.RawHTML:
		p.html(string(n.Segments.Value(source)))
	case *ast.Link:
		p.links = append(p.links, string(n.Destination))
	case *ast.AutoLink:
		p.problems = append(p.problems, "an automatic link to "+string(n.URL(source)))
	case *ast.Image:
		p.problems = append(p.problems, "a picture of "+string(n.Destination))
	case *ast.CodeBlock:
		p.problems = append(p.problems, "indented code")
	case *ast.Text:
		seen := string(n.Value(source))
		if n.Parent().Kind() != ast.KindCodeSpan {
			seen = html.UnescapeString(seen)
		}
		p.visible += strings.ReplaceAll(seen, "\u200B", "")
	case *extast.Strikethrough, *extast.TaskCheckBox:
		p.problems = append(p.problems, "unexpected formatting")
	}
}

func (p *parsedPage) html(raw string) {
	for _, tag := range anyTag.FindAllString(raw, -1) {
		switch {
		case !allowedHTML.MatchString(tag):
			p.problems = append(p.problems, "unexpected HTML: "+tag)
		case strings.HasPrefix(tag, "<details"):
			p.openDetails++
			p.maxDepth = max(p.maxDepth, p.openDetails)
		case tag == "</details>":
			if p.openDetails--; p.openDetails < 0 {
				p.problems = append(p.problems, "a fold is closed twice")
			}
		}
	}
}

// checkWellFormed fails the test unless the report is within the limit, is complete, and contains only allowed tags and
// links to the given hosts.
func checkWellFormed(t testing.TB, markdown string, limit int, hosts ...string) *parsedPage {
	t.Helper()
	if len(markdown) > limit {
		t.Errorf("%d bytes are more than %d", len(markdown), limit)
	}
	if !utf8.ValidString(markdown) {
		t.Error("invalid UTF-8")
	}
	p := parse(markdown)
	for _, l := range p.links {
		ours := false
		for _, h := range hosts {
			ours = ours || strings.HasPrefix(l, "https://"+h+"/")
		}
		if !ours {
			p.problems = append(p.problems, "a link to "+l)
		}
	}
	for _, problem := range p.problems {
		t.Error(problem)
	}
	if sanitize.Text(markdown) != markdown {
		t.Error("invisible or control characters")
	}
	return p
}

var allowedHosts = []string{"acme.scalr.io", "github.com"}

// TestEveryOutcomeIsWellFormed checks all outcomes with the oracle.
func TestEveryOutcomeIsWellFormed(t *testing.T) {
	t.Parallel()
	for name, build := range outcomeReports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := build(t)
			checkWellFormed(t, r.Summary(), SummaryLimit, allowedHosts...)
			checkWellFormed(t, r.Comment(CommentLimit), CommentLimit, allowedHosts...)
		})
	}
}

// TestOracleFindsProblems checks that the oracle finds each kind of problem.
func TestOracleFindsProblems(t *testing.T) {
	t.Parallel()
	for name, markdown := range map[string]string{
		"open fold":      "<details><summary>x</summary>\n\ntext\n",
		"closed twice":   "<details><summary>x</summary>\n\n</details>\n\n</details>\n",
		"foreign html":   "text <img src=x>\n",
		"foreign block":  "<h1>x</h1>\n",
		"automatic link": "see https://example.com now\n",
		"picture":        "![x](https://example.com/x.png)\n",
		"strike":         "~~gone~~\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if len(parse(markdown).problems) == 0 {
				t.Errorf("no problem was found in %q", markdown)
			}
		})
	}
}
