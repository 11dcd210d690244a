package tfplan

import "strings"

// heredoc reads a resource block line by line and determines which lines belong to a
// multi-line text. Such a text is indented by four columns more than its attribute. The
// first two of these columns are Terraform's gutter, in which "+" and "-" mark the added
// and removed lines; everything to the right belongs to the text, even if it looks like
// a sign, an end mark, or the beginning of another text.
//
// Terraform writes <<-EOT, and wrote <<~EOT before 0.14 (hashicorp/terraform:
// internal/command/jsonformat/computed/renderers/primitive.go, and
// command/format/diff.go of v0.12 and v0.13).
type heredoc struct {
	open   bool
	column int    // of the end mark
	sign   string // of the whole text, if it is added or removed
}

// place is the position of a line relative to the multi-line texts of a block.
type place int

const (
	outsideText place = iota // including the line that begins a text
	insideText
	endOfText // the line with the end mark
)

const (
	endMark           = "EOT"
	forcesReplacement = " # forces replacement"
)

// cut separates the next line from its sign.
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
		h.open = false // Terraform did not print this text
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

// cutGutter separates a line of a text from its sign.
func (h *heredoc) cutGutter(line string) (sign, rest string) {
	if h.sign != "" {
		return h.sign, strings.TrimLeft(line, " ")
	}
	if at := h.column + 2; indent(line) == at {
		switch own := line[at:]; {
		case strings.HasPrefix(own, "+ "), strings.HasPrefix(own, "- "):
			return own[:1], own[2:]
		case own == "+", own == "-": // an empty line without the space after its sign
			return own, ""
		}
	}
	return "", line
}

// ends reports whether a line has the end mark, which may be followed by a comma, or by
// an arrow and the value that replaces the text.
func (h *heredoc) ends(line string) bool {
	if indent(line) != h.column {
		return false
	}
	after, ok := strings.CutPrefix(line[h.column:], endMark)
	return ok && (after == "" || after[0] == ' ' || after[0] == ',')
}

// beginsText reports whether the last value of a line, given without its sign, is a
// multi-line text.
func beginsText(line string) bool {
	line = strings.TrimSuffix(line, forcesReplacement)
	before, ok := strings.CutSuffix(line, "<<-"+endMark)
	if !ok {
		before, ok = strings.CutSuffix(line, "<<~"+endMark)
	}
	return ok && (before == "" || strings.HasSuffix(before, " ") && !inQuotes(before))
}

// inQuotes reports whether s ends inside a quoted string.
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
