package tfplan

import (
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// region holds the lines of one attribute, or of one block of that name.
type region struct {
	name  string
	block bool
	lines []textLine
}

// textLine is one line of a change: its sign and its tokens.
type textLine struct {
	sign   string
	tokens []token
	text   string // a line of a multi-line text, which has no tokens
}

// split divides lines into regions. A region begins with a line whose text starts at
// the column.
func split(lines []string, column int) ([]region, bool) {
	var regions []region
	var text heredoc
	textSign := "" // the sign of a text that follows an arrow
	for _, l := range lines {
		sign, rest, where := text.cut(l)
		if where != outsideText && len(regions) == 0 {
			return nil, false
		}
		if where == insideText {
			if sign == "" {
				sign, rest = textSign, l[min(len(l), text.column+4):]
			}
			last := &regions[len(regions)-1]
			last.lines = append(last.lines, textLine{sign: sign, text: rest})
			continue
		}
		if textSign = ""; strings.Contains(rest, "-> <<") {
			textSign = "+"
		}
		tokens, ok := lex(rest)
		if !ok {
			return nil, false
		}
		if len(tokens) == 0 {
			continue
		}
		at := len(l) - len(strings.TrimLeft(rest, " "))
		if sign == "" {
			at = len(l) - len(strings.TrimLeft(l, " "))
		}
		first := tokens[0]
		switch {
		case where == endOfText: // the end mark of a text, and what follows it
		case at < column, at == column && first.kind != aWord && first.kind != aString && first.kind != aBracket:
			return nil, false
		case at == column && first.kind != aBracket:
			regions = append(regions, region{name: first.text, block: !isAssignment(tokens)})
		}
		if len(regions) == 0 {
			return nil, false
		}
		last := &regions[len(regions)-1]
		if where == endOfText && len(tokens) > 1 && tokens[1].text == "->" {
			last.removeText()
		}
		last.lines = append(last.lines, textLine{sign: sign, tokens: tokens})
	}
	return regions, true
}

// removeText marks the lines of the last text as removed. They have no signs because
// the whole text precedes an arrow.
func (r *region) removeText() {
	for i := len(r.lines) - 1; i >= 0 && r.lines[i].tokens == nil; i-- {
		if r.lines[i].sign == "" {
			r.lines[i].sign = "-"
		}
	}
}

func isAssignment(tokens []token) bool {
	return len(tokens) > 1 && tokens[1].text == "=" && tokens[1].kind == aSign
}

type tokenKind int

const (
	aWord    tokenKind = iota // a name, a number, true, false, null
	aString                   // a quoted string, without the quotes
	aSign                     // = and ->
	aBracket                  // also a comma
	aNote                     // (known after apply) and similar
)

type token struct {
	kind tokenKind
	text string
}

// notes are the placeholders of values that are not shown.
var notes = []string{
	"(known after apply)", "(sensitive value)", "(sensitive)", writeOnlyValue, "(ephemeral value)",
}

// remarks matches the comments that Terraform adds to a change.
var remarks = lazyregexp.New(`^# (?:forces replacement,?|\(\d+ (?:un)?changed [a-z ]+ hidden\)` +
	`|whitespace changes(?: force replacement)?,?` +
	`|\(known after apply\)` +
	`|\(sensitive value\)|At least one attribute in this block is \(or was\) sensitive,` +
	`|so its contents will not be displayed\.` +
	`|Warning: this (?:attribute value|block) will (?:no longer be|be) marked as sensitive(?: and will not)?` +
	`|(?:display in UI output )?after applying this change\.(?: The value is unchanged\.)?)$`)

// lex splits a line into tokens; ok is false if it contains anything else.
func lex(s string) (tokens []token, ok bool) {
	for {
		s = strings.TrimLeft(s, " ")
		switch {
		case s == "":
			return tokens, true
		case s[0] == '#':
			return tokens, remarks.MatchString(strings.TrimRight(s, " "))
		case s[0] == '"':
			quoted, err := strconv.QuotedPrefix(s)
			if err != nil {
				return nil, false
			}
			text, _ := strconv.Unquote(quoted) // QuotedPrefix has checked it
			tokens, s = append(tokens, token{aString, text}), s[len(quoted):]
			continue
		case strings.HasPrefix(s, "->"):
			tokens, s = append(tokens, token{aSign, "->"}), s[2:]
			continue
		case s[0] == '=':
			tokens, s = append(tokens, token{aSign, "="}), s[1:]
			continue
		}
		if note := noteIn(s); note != "" {
			tokens, s = append(tokens, token{aNote, note}), s[len(note):]
			continue
		}
		if strings.IndexByte("{}[](),", s[0]) >= 0 {
			tokens, s = append(tokens, token{aBracket, s[:1]}), s[1:]
			continue
		}
		end := strings.IndexAny(s, " ,(){}[]\"=")
		if end < 0 {
			end = len(s)
		}
		tokens, s = append(tokens, token{aWord, s[:end]}), s[end:]
	}
}

func noteIn(s string) string {
	for _, n := range notes {
		if strings.HasPrefix(s, n) {
			return n
		}
	}
	return ""
}

// isFiller reports whether a word is syntax rather than a value.
func isFiller(word string) bool {
	return word == "null" || word == "jsonencode" || word == "<<-EOT" || word == "<<~EOT" || word == "EOT"
}

func leafOf(t token) string {
	switch {
	case t.kind == aString:
		return "text " + plainText(t.text)
	case t.text == "true", t.text == "false":
		return "word " + t.text
	}
	return numberLeaf(t.text)
}
