package bundle

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// hclScanner reads HCL by its lexical grammar (strings, templates, heredocs, comments), and finds the constant texts
// that calls of file functions and the argument source of module blocks are given. It knows no expressions.
type hclScanner struct {
	src   []byte
	at    int
	found func(text string, module bool)

	word, mark string // the last name, and the one character after it; empty if something else came since
	modules    int    // how deep the scanner stands in a module block; 0 outside of any
}

// mostDepth is how deep templates and braces are followed.
const mostDepth = 100

// code reads up to the brace that closes what the scanner stands in, or to the end.
func (s *hclScanner) code(depth int) {
	for s.at < len(s.src) && depth < mostDepth {
		switch c := s.src[s.at]; {
		case c == '#' || s.ahead("//"):
			s.until("\n")
		case s.ahead("/*"):
			s.until("*/")
		case c == '"':
			s.at++
			s.text(s.quoted(depth))
		case s.ahead("<<"):
			s.heredoc(depth)
			s.word, s.mark = "", ""
		case c == '{':
			s.block(depth)
		case c == '}':
			s.at++
			return
		case isNameByte(c):
			s.word, s.mark = s.name(), ""
		case c == ' ' || c == '\t' || c == '\r':
			s.at++
		default:
			s.at++
			if s.mark += string(rune(c)); len(s.mark) > 1 || c == '\n' {
				s.word, s.mark = "", ""
			}
		}
	}
	if depth >= mostDepth {
		s.at = len(s.src)
	}
}

// block reads a block or an object in braces.
func (s *hclScanner) block(depth int) {
	outside := s.modules
	if s.modules > 0 || depth == 0 && s.word == "module" && s.mark == `"` {
		s.modules++
	}
	s.word, s.mark = "", ""
	s.at++
	s.code(depth + 1)
	s.modules = outside
}

// text takes a string that is over; constant, if it holds no template but a leading path.
func (s *hclScanner) text(text string, constant bool) {
	switch {
	case s.word == "module" && s.mark == "":
		s.mark = `"` // the label of the block
		return
	case constant && s.mark == "(" && slices.Contains(fileFunctions, s.word):
		s.found(text, false)
	case constant && s.mark == "=" && s.word == "source" && s.modules == 1:
		s.found(text, true)
	}
	s.word, s.mark = "", ""
}

// quoted reads a string behind its quote.
func (s *hclScanner) quoted(depth int) (text string, constant bool) {
	word, mark := s.word, s.mark
	defer func() { s.word, s.mark = word, mark }()
	var b strings.Builder
	for constant = true; s.at < len(s.src); {
		switch c := s.src[s.at]; {
		case c == '\\' && s.at+1 < len(s.src):
			b.WriteByte(s.src[s.at+1])
			s.at += 2
		case c == '"':
			s.at++
			return b.String(), constant
		case c == '\n':
			return "", false
		default:
			constant = s.template(depth, &b) && constant
		}
	}
	return "", false
}

// template reads a byte of a text, or a template in it, and reports whether the text is still constant. The leading
// paths that Terraform knows are.
func (s *hclScanner) template(depth int, b *strings.Builder) bool {
	switch {
	case s.ahead("$${"), s.ahead("%%{"):
		b.WriteString(string(s.src[s.at+1 : s.at+3]))
		s.at += 3
	case s.ahead("${"), s.ahead("%{"):
		start := s.at
		s.at += 2
		s.word, s.mark = "", ""
		s.code(depth + 1)
		inner := strings.ReplaceAll(string(s.src[start:min(s.at, len(s.src))]), " ", "")
		known := inner == "${path.module}" || inner == "${path.root}" || inner == "${path.cwd}"
		if known && b.Len() == 0 {
			b.WriteString(inner)
			return true
		}
		return false
	default:
		b.WriteByte(s.src[s.at])
		s.at++
	}
	return true
}

// heredoc reads a text up to the line that holds its marker.
func (s *hclScanner) heredoc(depth int) {
	line := s.line()
	marker := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(line, "<<"), "-"))
	if marker == "" || strings.ContainsFunc(marker, func(r rune) bool { return r > 127 || !isNameByte(byte(r)) }) {
		s.at -= len(line) - 2 // no heredoc
		return
	}
	for s.at < len(s.src) {
		start := s.at
		if strings.TrimSpace(s.line()) == marker {
			return
		}
		end := s.at
		for s.at = start; s.at < end; {
			var b strings.Builder
			s.template(depth, &b)
		}
	}
}

// line reads to the end of the line, which is skipped.
func (s *hclScanner) line() string {
	start := s.at
	s.until("\n")
	return strings.TrimSuffix(string(s.src[start:s.at]), "\n")
}

func (s *hclScanner) until(end string) {
	if i := bytes.Index(s.src[s.at:], []byte(end)); i >= 0 {
		s.at += i + len(end)
		return
	}
	s.at = len(s.src)
}

func (s *hclScanner) ahead(text string) bool { return bytes.HasPrefix(s.src[s.at:], []byte(text)) }

func (s *hclScanner) name() string {
	start := s.at
	for s.at < len(s.src) && isNameByte(s.src[s.at]) {
		s.at++
	}
	return string(s.src[start:s.at])
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// findInJSON finds the same in Terraform's JSON syntax, whose strings are templates.
func findInJSON(content []byte, found func(text string, module bool)) {
	var file map[string]json.RawMessage
	if json.Unmarshal(content, &file) != nil {
		return
	}
	for name, value := range file {
		walkJSON(value, "", 0, func(key, text string, depth int) {
			if name == "module" && key == "source" && depth == 2 {
				found(text, true)
				return
			}
			var b strings.Builder
			for s := (&hclScanner{src: []byte(text), found: found}); s.at < len(s.src); {
				s.template(0, &b)
			}
		})
	}
}

// walkJSON visits the strings of a value, with the name of the member that holds each. Lists do not count as depth.
func walkJSON(value json.RawMessage, key string, depth int, visit func(key, text string, depth int)) {
	if depth >= mostDepth {
		return
	}
	var (
		text    string
		list    []json.RawMessage
		members map[string]json.RawMessage
	)
	switch {
	case json.Unmarshal(value, &text) == nil:
		visit(key, text, depth)
	case json.Unmarshal(value, &list) == nil:
		for _, one := range list {
			walkJSON(one, key, depth, visit)
		}
	case json.Unmarshal(value, &members) == nil:
		for name, one := range members {
			walkJSON(one, name, depth+1, visit)
		}
	}
}
