package tfplan

import "strings"

// heredoc follows a passage line by line, and knows which of its lines belong to a
// text over several lines. Such a text is indented by four columns more than the
// attribute that it is the value of. The first two of them are Terraform's gutter, in
// which "+" and "-" say which lines come and go; all further right is the text's own,
// also where it looks like a sign, an end mark, or the beginning of another text.
//
// Terraform writes <<-EOT, and wrote <<~EOT before 0.14 (hashicorp/terraform:
// internal/command/jsonformat/computed/renderers/primitive.go, and
// command/format/diff.go of v0.12 and v0.13).
type heredoc struct {
	open   bool
	column int    // where the end mark stands
	sign   string // of the whole text, if it is new or goes
}

// place is what a line of a passage is to the texts in it.
type place int

const (
	outsideText place = iota // also the line that begins a text
	insideText
	endOfText // the line with the end mark, and what follows the text
)

const (
	endMark           = "EOT"
	forcesReplacement = " # forces replacement"
)

// cut parts the next line from its sign.
func (h *heredoc) cut(line string) (sign, rest string, where place) {
	switch {
	case !h.open:
	case h.ends(line):
		h.open, where = false, endOfText
		if h.sign != "" {
			return h.sign, strings.TrimLeft(line, " "), where
		}
	case strings.TrimLeft(line, " ") == "", indent(line) >= h.column+2:
		sign, rest = h.cutGutter(line)
		return sign, rest, insideText
	default:
		h.open = false // this was no text of Terraform's
	}
	sign, rest = cutSign(line)
	if value := strings.TrimLeft(rest, " "); beginsText(value) {
		*h = heredoc{open: true, column: len(line) - len(value)}
		if sign == "+" || sign == "-" {
			h.sign = sign
		}
	}
	return sign, rest, where
}

// cutGutter parts a line of a text from its sign.
func (h *heredoc) cutGutter(line string) (sign, rest string) {
	if h.sign != "" {
		return h.sign, strings.TrimLeft(line, " ")
	}
	if at := h.column + 2; indent(line) == at {
		switch own := line[at:]; {
		case strings.HasPrefix(own, "+ "), strings.HasPrefix(own, "- "):
			return own[:1], own[2:]
		case own == "+", own == "-": // an empty line, and the blank behind its sign was cut
			return own, ""
		}
	}
	return "", line
}

// ends reports the line with the end mark, which may be followed by a comma, or by an
// arrow and the value that takes the text's place.
func (h *heredoc) ends(line string) bool {
	if indent(line) != h.column {
		return false
	}
	after, ok := strings.CutPrefix(line[h.column:], endMark)
	return ok && (after == "" || after[0] == ' ' || after[0] == ',')
}

// beginsText reports a line, without its sign, whose last value is a text over several
// lines.
func beginsText(line string) bool {
	line = strings.TrimSuffix(line, forcesReplacement)
	before, ok := strings.CutSuffix(line, "<<-"+endMark)
	if !ok {
		before, ok = strings.CutSuffix(line, "<<~"+endMark)
	}
	return ok && (before == "" || strings.HasSuffix(before, " ") && !inQuotes(before))
}

// inQuotes reports whether a text that is written as a Go string is not closed yet.
func inQuotes(s string) bool {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case '\\':
			i++
		}
	}
	return quoted
}
