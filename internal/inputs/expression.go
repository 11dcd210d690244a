package inputs

import (
	"fmt"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// expression finds the line on which an HCL expression ends. It tracks HCL's brackets, quotes, heredocs,
// templates and comments; Terraform checks the rest. (The package hashicorp/hcl would add 2.5 MB to the
// program.)
type expression struct {
	open  []opening
	lines int
	wrong string // a closing delimiter without an opening one, and its line; the expression ends there
}

// opening is an unclosed delimiter.
type opening struct {
	what   string // the delimiter: ( [ { " ${ %{ /* or, for a heredoc, <<
	marker string // of a heredoc
	line   int    // of the expression, from 1
}

var heredocStart = lazyregexp.New(`^<<-?([\p{L}_][\p{L}\p{M}\p{N}_-]*)[ \t]*$`)

// add reads the next line, without its line ending.
func (e *expression) add(line string) {
	e.lines++
	if top := e.top(); top.what == "<<" && strings.TrimSpace(line) == top.marker {
		e.pop()
		return
	}
	for rest := line; rest != "" && e.wrong == ""; {
		switch top := e.top(); top.what {
		case "/*":
			rest = e.comment(rest)
		case `"`, "<<":
			rest = e.template(top.what, rest)
		default:
			rest = e.code(rest)
		}
	}
}

func (e *expression) top() opening {
	if len(e.open) == 0 {
		return opening{}
	}
	return e.open[len(e.open)-1]
}

func (e *expression) pop() { e.open = e.open[:len(e.open)-1] }

func (e *expression) push(what string) { e.open = append(e.open, opening{what: what, line: e.lines}) }

// ended reports whether the expression is complete.
func (e *expression) ended() bool { return len(e.open) == 0 || e.wrong != "" }

// comment reads a /* comment and returns the rest of the line.
func (e *expression) comment(s string) string {
	_, rest, closed := strings.Cut(s, "*/")
	if closed {
		e.pop()
	}
	return rest
}

// template reads text in quotes or in a heredoc, up to its end or to the start of an interpolation.
func (e *expression) template(kind, s string) string {
	for i := 0; i < len(s); i++ {
		switch rest := s[i:]; {
		case strings.HasPrefix(rest, "$${"), strings.HasPrefix(rest, "%%{"):
			i += 2
		case strings.HasPrefix(rest, "${"), strings.HasPrefix(rest, "%{"):
			e.push(rest[:2])
			return rest[2:]
		case kind == `"` && s[i] == '\\':
			i++
		case kind == `"` && s[i] == '"':
			e.pop()
			return rest[1:]
		}
	}
	return ""
}

// code reads up to the next delimiter.
func (e *expression) code(s string) string {
	i := strings.IndexAny(s, `#/"<([{)]}`)
	if i < 0 {
		return ""
	}
	s = s[i:]
	switch s[0] {
	case '#':
		return ""
	case '/':
		switch {
		case strings.HasPrefix(s, "//"):
			return ""
		case strings.HasPrefix(s, "/*"):
			e.push("/*")
			return s[2:]
		}
	case '<':
		if m := heredocStart.FindStringSubmatch(s); m != nil {
			e.push("<<")
			e.open[len(e.open)-1].marker = m[1]
			return ""
		}
	case '"', '(', '[', '{':
		e.push(s[:1])
	case ')', ']', '}':
		e.closeBracket(s[:1])
	}
	return s[1:]
}

// closers are the closing delimiters in code.
var closers = map[string]string{"(": ")", "[": "]", "{": "}", "${": "}", "%{": "}"}

func (e *expression) closeBracket(closer string) {
	if closers[e.top().what] != closer {
		e.wrong = fmt.Sprintf("a %s without an opening bracket", closer)
		return
	}
	e.pop()
}

// problem describes why the expression is invalid, or returns "". first is the number of its first line
// in the input.
func (e *expression) problem(first int) string {
	top := e.top()
	line := first + top.line - 1
	switch {
	case e.wrong != "":
		return fmt.Sprintf("an expression with %s, in line %d", e.wrong, first+e.lines-1)
	case len(e.open) == 0:
		return ""
	case top.what == "<<":
		return fmt.Sprintf("a heredoc from line %d that is not closed. End it with a line that has only its marker", line)
	case top.what == "${", top.what == "%{":
		return fmt.Sprintf("a %s in line %d that is not closed. Write %s for the literal characters", top.what, line, top.what[:1]+top.what)
	}
	return fmt.Sprintf("an expression in which the %s of line %d is not closed", top.what, line)
}
