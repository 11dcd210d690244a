package inputs

import (
	"fmt"
	"regexp"
	"strings"
)

// expression finds out on which line an HCL expression ends. It knows HCL's brackets, quotes, heredocs, templates and
// comments, and nothing of what they mean: Terraform checks that. (hashicorp/hcl does the same for 2.5 MB of program.)
type expression struct {
	open  []opening
	lines int
	wrong string // what closes nothing, and where; the expression ends there
}

// opening is something that is not closed yet.
type opening struct {
	what   string // as it was written: ( [ { " ${ %{ /* or, for a heredoc, <<
	marker string // of a heredoc
	line   int    // of the expression, from 1
}

var heredocStart = regexp.MustCompile(`^<<-?([\p{L}_][\p{L}\p{M}\p{N}_-]*)[ \t]*$`)

// add reads the next line, without its end.
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

// ended reports whether the expression goes on in no other line.
func (e *expression) ended() bool { return len(e.open) == 0 || e.wrong != "" }

// comment reads within /* and returns what follows it.
func (e *expression) comment(s string) string {
	_, rest, closed := strings.Cut(s, "*/")
	if closed {
		e.pop()
	}
	return rest
}

// template reads text in quotes or in a heredoc, up to where it ends or where code begins in it.
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

// code reads up to the next thing that is opened or closed.
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

// closers are what closes each opening within code.
var closers = map[string]string{"(": ")", "[": "]", "{": "}", "${": "}", "%{": "}"}

func (e *expression) closeBracket(closer string) {
	if closers[e.top().what] != closer {
		e.wrong = fmt.Sprintf("a %s that closes nothing", closer)
		return
	}
	e.pop()
}

// problem says why the expression is none, if it is not; its first line is the input's line first.
func (e *expression) problem(first int) string {
	top := e.top()
	line := first + top.line - 1
	switch {
	case e.wrong != "":
		return fmt.Sprintf("an expression with %s, in line %d", e.wrong, first+e.lines-1)
	case len(e.open) == 0:
		return ""
	case top.what == "<<":
		return fmt.Sprintf("a heredoc, begun in line %d, that never ends. End it by a line with its marker alone", line)
	case top.what == "${", top.what == "%{":
		return fmt.Sprintf("a %s, in line %d, that is never closed. Write %s for these characters themselves", top.what, line, top.what[:1]+top.what)
	}
	return fmt.Sprintf("an expression in which the %s of line %d is never closed", top.what, line)
}
