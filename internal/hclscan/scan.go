// Package hclscan finds the literal strings of Terraform files by the lexical grammar of HCL: strings with
// templates, heredocs and comments. It does not parse expressions; of the structure, it recognizes only
// brackets, the name of a function before its first argument, and the argument source of module blocks.
package hclscan

import (
	"errors"
	"slices"
	"strings"
)

// ErrUnclosed reports that a string, comment, heredoc or template has no end. The strings before it were
// reported.
var ErrUnclosed = errors.New("a string, comment or heredoc has no end")

// Visitor receives the results of a scan in the order of the file. Neither function may be nil.
type Visitor struct {
	// Text receives the content of a string as written between its quotes. call is the name of the function
	// if the string is its first argument, and empty otherwise.
	Text func(content, call string)
	// Source receives the argument source of a module block. literal reports whether it is a single string.
	Source func(content string, literal bool)
}

// Scan reads a file, in JSON syntax if name ends in .json. The error is [ErrUnclosed] or [ErrNotJSON].
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

// IsTerraform reports whether Terraform or OpenTofu reads the configuration in a file of this name in a module. Both ignore
// hidden files.
func IsTerraform(name string) bool {
	return !strings.HasPrefix(name, ".") &&
		slices.ContainsFunc([]string{".tf", ".tf.json", ".tofu", ".tofu.json"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

// maxDepth is the maximum nesting of templates.
const maxDepth = 100

type lexer struct {
	text    string
	pos     int
	depth   int // nesting of templates
	visitor Visitor

	stack        []byte // the open brackets
	line         line   // tokens of the current line of a body
	module       int    // the depth of the body of the current module block; 0 outside a module block, -1 in a template
	previousWord string // the previous token if it is a word
	callName     string // the word before the previous token if that is an opening parenthesis
}

// item is a token, reduced to the properties that the lexer needs.
type item struct {
	word   string // an identifier, the content of a string, or a single character
	quoted bool
}

// line is the beginning of a line. The argument source has three tokens if its value is a single string.
type line struct {
	items  [3]item
	length int // number of all tokens
}

func (l *line) add(i item) {
	if l.length < len(l.items) {
		l.items[l.length] = i
	}
	l.length++
}

// inWord is the set of the bytes of identifiers and numbers, without the hyphen, which is not allowed as the
// first byte.
var inWord = func() (set [256]bool) {
	for c := range set {
		set[c] = c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
	}
	return set
}()

// next reads one token, comment or blank. It returns false if the token has no end.
func (l *lexer) next() bool {
	switch c, rest := l.text[l.pos], l.text[l.pos:]; {
	case inWord[c]:
		l.word()
	case c == ' ' || c == '\t' || c == '\r':
		l.pos++
	case c == '"':
		return l.quotedString()
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
	default:
		l.punctuation(c)
		l.pos++
	}
	return true
}

// word reads an identifier or a number.
func (l *lexer) word() {
	end := l.pos + 1
	for end < len(l.text) && (inWord[l.text[end]] || l.text[end] == '-') {
		end++
	}
	name := l.text[l.pos:end]
	l.add(item{word: name})
	l.previousWord, l.pos = name, end
}

// lineLength returns the length of the first line without its line break.
func lineLength(text string) int {
	if n := strings.IndexByte(text, '\n'); n >= 0 {
		return n
	}
	return len(text)
}

// add appends a token to the current line.
func (l *lexer) add(i item) {
	l.line.add(i)
	l.previousWord, l.callName = "", ""
}

func (l *lexer) punctuation(c byte) {
	if c == '\n' {
		if len(l.stack) == l.module {
			l.endLine()
		}
		return
	}
	name := l.previousWord
	if l.previousWord, l.callName = "", ""; c == '(' {
		l.callName = name
	}
	switch c {
	case '{', '[', '(':
		// A block follows its header; an object after an = is part of an expression.
		header := c == '{' && l.line.length == 2 && l.line.items[0] == item{word: "module"} && len(l.stack) == 0
		l.stack = append(l.stack, c)
		if header {
			l.module = len(l.stack)
			l.line.length = 0
		}
	case '}', ']', ')':
		if len(l.stack) == l.module {
			l.endLine()
			l.module = 0
		}
		if len(l.stack) > 0 {
			l.stack = l.stack[:len(l.stack)-1]
		}
	case '~': // only allowed as the trim marker of a template
	default:
		l.add(item{word: l.text[l.pos : l.pos+1]})
	}
}

// endLine ends the current line and reports its source if it is the argument source of a module block.
func (l *lexer) endLine() {
	first, length := &l.line.items, l.line.length
	l.line.length = 0
	isSource := l.module > 0 && length > 2 && !first[0].quoted && first[0].word == "source" && first[1].word == "="
	if !isSource {
		return
	}
	literal := length == 3 && first[2].quoted
	content := ""
	if literal {
		content = first[2].word
	}
	l.visitor.Source(content, literal)
}

// quotedString reads a string and the strings in its templates.
func (l *lexer) quotedString() bool {
	start, call := l.pos+1, l.callName
	l.pos++
	for l.pos < len(l.text) {
		switch l.text[l.pos] {
		case '\\':
			l.pos += 2
		case '"':
			content := l.text[start:l.pos]
			l.pos++
			l.add(item{word: content, quoted: true})
			l.visitor.Text(content, call)
			return true
		case '$', '%':
			if _, ok := l.templateOrChar(); !ok {
				return false
			}
		default:
			l.pos++
		}
	}
	return false
}

// templateOrChar reads a template, the prefix of an escaped template, or a single character. It returns the lexer that read
// the content of a template. ok is false if the template has no end.
func (l *lexer) templateOrChar() (template *lexer, ok bool) {
	switch rest := l.text[l.pos:]; {
	case strings.HasPrefix(rest, "$${") || strings.HasPrefix(rest, "%%{"):
		l.pos += 3
	case strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "%{"):
		l.pos += 2
		template = l.template()
		return template, template != nil
	default:
		l.pos++
	}
	return nil, true
}

// template reads a template up to and including its closing brace. It returns the lexer that read the content, or nil if
// the template has no end.
func (l *lexer) template() *lexer {
	// A line break does not end a line of the content.
	inner := &lexer{text: l.text, pos: l.pos, depth: l.depth + 1, visitor: l.visitor, module: -1}
	if inner.depth > maxDepth {
		return nil
	}
	for inner.pos < len(inner.text) {
		if inner.text[inner.pos] == '}' && len(inner.stack) == 0 {
			l.pos = inner.pos + 1
			return inner
		}
		if !inner.next() {
			return nil
		}
	}
	return nil
}

// reference returns what the lexer has read, apart from blanks, comments and brackets, if it has the length of a reference
// such as path.module, and otherwise "".
func (l *lexer) reference() string {
	if l.line.length != len(l.line.items) {
		return ""
	}
	i := &l.line.items
	return i[0].word + i[1].word + i[2].word
}

// heredoc reads a heredoc that begins with <<EOT or <<-EOT. Otherwise it skips << as punctuation.
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
		l.pos++ // the previous line break
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

// heredocLine reads the templates of a line. A template may continue on further lines; heredocLine then stops
// at the end of the line in which the last template ends.
func (l *lexer) heredocLine(end int) bool {
	for l.pos < end {
		i := strings.IndexAny(l.text[l.pos:end], "$%")
		if i < 0 {
			l.pos = end
			return true
		}
		l.pos += i
		if _, ok := l.templateOrChar(); !ok {
			return false
		}
		if l.pos > end {
			end = l.pos + lineLength(l.text[l.pos:])
		}
	}
	return true
}
