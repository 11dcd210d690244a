// Package hclscan finds the literal strings of Terraform's files by the lexical
// grammar of HCL: strings with templates in them, heredocs and comments. It parses
// no expressions; of the structure it knows brackets, the name of a function before
// its first argument, and the argument source of module blocks.
package hclscan

import (
	"errors"
	"strings"
	"unicode"
)

// ErrUnclosed means that a string, a comment, a heredoc or a template has no end.
// What was found before it was reported.
var ErrUnclosed = errors.New("a string, comment or heredoc has no end")

// Visitor receives what a scan finds, in the order of the file. Neither function may be nil.
type Visitor struct {
	// Text receives the content of a string as written between its quotes; call is
	// the function of which it is the first argument, and empty for any other string.
	Text func(content, call string)
	// Source receives the argument source of a module block; literal is false if it
	// is not a single string.
	Source func(content string, literal bool)
}

// Scan reads a file, in JSON syntax if name ends in .json. The error is
// [ErrUnclosed] or [ErrNotJSON].
func Scan(name, text string, v Visitor) error {
	if strings.HasSuffix(name, ".json") {
		return scanJSON(text, v)
	}
	l := &lexer{text: strings.TrimPrefix(text, "\ufeff"), visitor: v}
	for l.pos < len(l.text) {
		if !l.next() {
			return ErrUnclosed
		}
	}
	l.endLine()
	return nil
}

// mostDepth is how deep templates are followed.
const mostDepth = 100

type lexer struct {
	text    string
	pos     int
	depth   int // of templates
	visitor Visitor

	stack  []byte // the open brackets
	line   []item // what the current line of a body has so far
	module int    // the depth of the module block's body; 0 outside of one
	name   string // the word right before
	call   string // the word before the bracket right before
}

// item is a token, as far as it matters.
type item struct {
	word   string // of an identifier, a string or a single character
	quoted bool
}

// next reads one token; false if it has no end.
func (l *lexer) next() bool {
	rest := l.text[l.pos:]
	switch c := rest[0]; {
	case c == '#' || strings.HasPrefix(rest, "//"):
		l.pos += lineLength(rest)
	case strings.HasPrefix(rest, "/*"):
		end := strings.Index(rest[2:], "*/")
		if end < 0 {
			return false
		}
		l.pos += end + 4
	case strings.HasPrefix(rest, "<<"):
		return l.heredoc()
	case c == '"':
		return l.quoted()
	case isWord(c):
		n := 1
		for n < len(rest) && (isWord(rest[n]) || rest[n] == '-') {
			n++
		}
		l.add(item{word: rest[:n]})
		l.name, l.pos = rest[:n], l.pos+n
	default:
		l.punctuation(c)
		l.pos++
	}
	return true
}

func isWord(c byte) bool {
	return c == '_' || c >= 0x80 || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c))
}

// lineLength is the length of the first line without its end.
func lineLength(text string) int {
	if n := strings.IndexByte(text, '\n'); n >= 0 {
		return n
	}
	return len(text)
}

// add takes down a token; what was right before it is not any more.
func (l *lexer) add(i item) {
	l.line = append(l.line, i)
	l.name, l.call = "", ""
}

func (l *lexer) punctuation(c byte) {
	if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
		name := l.name
		if l.name, l.call = "", ""; c == '(' {
			l.call = name
		}
	}
	switch c {
	case '{', '[', '(':
		// A block opens where its header stands; an object after an = is within an expression.
		header := c == '{' && len(l.line) == 2 && l.line[0] == item{word: "module"} && len(l.stack) == 0
		l.stack = append(l.stack, c)
		if header {
			l.module = len(l.stack)
			l.line = nil
		}
	case '}', ']', ')':
		if len(l.stack) == l.module {
			l.endLine()
			l.module = 0
		}
		if len(l.stack) > 0 {
			l.stack = l.stack[:len(l.stack)-1]
		}
	case '\n':
		if len(l.stack) == 0 || len(l.stack) == l.module {
			l.endLine()
		}
	case ' ', '\t', '\r':
	default:
		l.add(item{word: string(c)})
	}
}

// endLine looks at a whole attribute of a body.
func (l *lexer) endLine() {
	line := l.line
	l.line = nil
	isSource := l.module > 0 && len(line) > 2 && !line[0].quoted && line[0].word == "source" && line[1].word == "="
	if !isSource {
		return
	}
	literal := len(line) == 3 && line[2].quoted
	content := ""
	if literal {
		content = line[2].word
	}
	l.visitor.Source(content, literal)
}

// quoted reads a string; those within its templates are read too.
func (l *lexer) quoted() bool {
	start, call := l.pos+1, l.call
	l.pos++
	for l.pos < len(l.text) {
		switch rest := l.text[l.pos:]; {
		case rest[0] == '\\':
			l.pos += 2
		case rest[0] == '"':
			content := l.text[start:l.pos]
			l.pos++
			l.add(item{word: content, quoted: true})
			l.visitor.Text(content, call)
			return true
		case strings.HasPrefix(rest, "$${") || strings.HasPrefix(rest, "%%{"):
			l.pos += 3
		case strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "%{"):
			l.pos += 2
			if !l.template() {
				return false
			}
		default:
			l.pos++
		}
	}
	return false
}

// template reads an interpolation up to and with its closing brace.
func (l *lexer) template() bool {
	inner := &lexer{text: l.text, pos: l.pos, depth: l.depth + 1, visitor: l.visitor}
	if inner.depth > mostDepth {
		return false
	}
	for inner.pos < len(inner.text) {
		if inner.text[inner.pos] == '}' && len(inner.stack) == 0 {
			l.pos = inner.pos + 1
			return true
		}
		if !inner.next() {
			return false
		}
	}
	return false
}

// heredoc reads <<EOT or <<-EOT; what looks like one and is none is punctuation.
func (l *lexer) heredoc() bool {
	rest := l.text[l.pos+2:]
	first := lineLength(rest)
	tag := strings.TrimSuffix(strings.TrimPrefix(rest[:first], "-"), "\r")
	if tag == "" || strings.ContainsAny(tag, " \t\"") {
		l.pos += 2
		return true
	}
	l.pos += 2 + first
	for l.pos < len(l.text) {
		l.pos++ // the end of the line before
		line := l.text[l.pos:][:lineLength(l.text[l.pos:])]
		if strings.TrimSpace(line) == tag {
			l.pos += len(line)
			l.add(item{word: tag})
			return true
		}
		if !l.heredocLine(l.pos + len(line)) {
			return false
		}
	}
	return false
}

// heredocLine reads a line's templates, which may go on over further lines, and
// stops at the end of the line in which the last of them ends.
func (l *lexer) heredocLine(end int) bool {
	for l.pos < end {
		switch rest := l.text[l.pos:]; {
		case strings.HasPrefix(rest, "$${") || strings.HasPrefix(rest, "%%{"):
			l.pos += 3
		case strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "%{"):
			l.pos += 2
			if !l.template() {
				return false
			}
			end = max(end, l.pos+lineLength(l.text[l.pos:]))
		default:
			l.pos++
		}
	}
	return true
}
