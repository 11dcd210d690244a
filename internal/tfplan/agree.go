package tfplan

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/sanitize"
)

// A log is written by many: besides Terraform by whoever writes a configuration,
// whose check blocks, hooks and import ids may print what looks like a plan. So a
// passage is shown only if it says what the JSON says, no more and no less: each
// attribute that changes in the JSON changes in it and no other, what it shows as
// removed or added is there before or after, and what goes or comes is shown.

// agrees reports whether the passage says the same as the JSON of the change.
func (t *passage) agrees(c *tfjson.ResourceChange) bool {
	kind := "resource"
	if c.Mode == tfjson.DataResourceMode {
		kind = "data"
	}
	if len(t.lines) < 2 {
		return false
	}
	_, head := cutSign(t.lines[0])
	head = strings.TrimLeft(head, " .") // the sign of what is forgotten
	if head != kind+` "`+c.Type+`" "`+c.Name+`" {` || t.lines[len(t.lines)-1] != "    }" {
		return false
	}
	v := valuesOf(c.Change)
	if t.action == Forget { // which changes nothing, and is shown without signs
		v.after, v.hiddenAfter, v.unknown = v.before, v.hiddenBefore, nil
	}
	regions, ok := split(t.lines[1:len(t.lines)-1], 8)
	return ok && agree(regions, v)
}

// agree compares the regions of a text, each of which is about one attribute, with the values.
func agree(regions []region, v values) bool {
	shown := map[string]bool{}
	for _, r := range regions {
		if shown[r.name] && !r.block {
			return false
		}
		shown[r.name] = true
	}
	for _, name := range members(v) {
		if at := v.at(name); !at.same() && !at.blank() && !shown[name] {
			return false
		}
	}
	for name := range shown {
		e := evidenceOf(name, v.at(name))
		for _, r := range regions {
			if r.name == name && !e.take(r) {
				return false
			}
		}
		if !e.complete() {
			return false
		}
	}
	return true
}

// agreeing gives the text on how the outputs change, if it is told just once and
// says what the JSON says of each of them.
func (p *planText) agreeing(changes map[string]*tfjson.Change) []string {
	regions, ok := split(p.outputs, 4)
	if p.sections != 1 || !ok {
		return nil
	}
	v := values{before: map[string]any{}, after: map[string]any{}}
	unknown, hiddenBefore, hiddenAfter := map[string]any{}, map[string]any{}, map[string]any{}
	for name, c := range changes {
		v.before.(map[string]any)[name], v.after.(map[string]any)[name] = c.Before, c.After
		unknown[name], hiddenBefore[name], hiddenAfter[name] = c.AfterUnknown, c.BeforeSensitive, c.AfterSensitive
	}
	v.unknown, v.hiddenBefore, v.hiddenAfter = unknown, hiddenBefore, hiddenAfter
	for _, r := range regions {
		if changes[r.name] == nil {
			return nil
		}
	}
	if len(regions) != len(changes) || !agree(regions, v) {
		return nil
	}
	return p.outputs
}

// region is the lines about one attribute, or about one block of that name.
type region struct {
	name  string
	block bool
	lines []textLine
}

// textLine is one line of a change: its sign and its words.
type textLine struct {
	sign   string
	tokens []token
	text   string // a line of a text over several lines, which has no tokens
}

// split parts lines into regions, which begin where text stands in the column.
func split(lines []string, column int) ([]region, bool) {
	var regions []region
	var text heredoc
	for _, l := range lines {
		inside := text.column > 0
		sign, rest := text.cut(l)
		if inside && len(regions) == 0 {
			return nil, false
		}
		if inside && text.column > 0 {
			last := &regions[len(regions)-1]
			last.lines = append(last.lines, textLine{sign: sign, text: strings.TrimSpace(rest)})
			continue
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
		case inside: // the end mark of a text, and what follows it
		case at < column, at == column && first.kind != aWord && first.kind != aString && first.kind != aBracket:
			return nil, false
		case at == column && first.kind != aBracket:
			regions = append(regions, region{name: first.text, block: !isAssignment(tokens)})
		}
		if len(regions) == 0 {
			return nil, false
		}
		last := &regions[len(regions)-1]
		last.lines = append(last.lines, textLine{sign: sign, tokens: tokens})
	}
	return regions, true
}

func isAssignment(tokens []token) bool {
	return len(tokens) > 1 && tokens[1].text == "=" && tokens[1].kind == aSign
}

type tokenKind int

const (
	aWord    tokenKind = iota // a name, a number, true, false, null
	aString                   // what stood in quotes, without them
	aSign                     // = and ->
	aBracket                  // also a comma
	aNote                     // (known after apply) and its like
)

type token struct {
	kind tokenKind
	text string
}

// notes are what stands for a value that is not shown.
var notes = []string{"(known after apply)", "(sensitive value)", "(sensitive)", "(write-only attribute)", "(ephemeral value)"}

// remarks are the comments that Terraform puts into a change.
var remarks = regexp.MustCompile(`^# (?:forces replacement|\(\d+ (?:un)?changed [a-z ]+ hidden\)|whitespace changes|\(known after apply\)` +
	`|\(sensitive value\)|At least one attribute in this block is \(or was\) sensitive,|so its contents will not be displayed\.` +
	`|Warning: this (?:attribute value|block) will (?:no longer be|be) marked as sensitive(?: and will not)?` +
	`|(?:display in UI output )?after applying this change\.(?: The value is unchanged\.)?)$`)

// lex parts a line into its tokens; false if it has something else in it.
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
			text, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, false
			}
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

// evidence compares the lines about one attribute with its values.
type evidence struct {
	names         map[string]bool // of the attribute and of all that it holds
	before, after map[string]int  // how often each value is there
	gone, come    map[string]bool // values that must still be shown as removed or added
	changes       bool
	hidden        bool // some of it is sensitive
	unknown       bool // some of it is known after the apply only,
	saysUnknown   bool // and that was shown
	goes, new     bool // there is nothing after, or was nothing before
}

func evidenceOf(name string, v values) *evidence {
	e := &evidence{names: map[string]bool{name: true}, before: map[string]int{}, after: map[string]int{}, gone: map[string]bool{}, come: map[string]bool{}}
	e.collect(v.before, v.hiddenBefore, e.before)
	e.collect(v.after, v.hiddenAfter, e.after)
	e.collect(v.unknown, nil, map[string]int{}) // for the names
	e.unknown, e.changes = marked(v.unknown), !v.same()
	e.hidden = marked(v.hiddenBefore) || marked(v.hiddenAfter)
	e.goes, e.new = v.after == nil && !e.unknown, v.before == nil
	for leaf, n := range e.before {
		if n > e.after[leaf] {
			e.gone[leaf] = true
		}
	}
	for leaf, n := range e.after {
		if n > e.before[leaf] {
			e.come[leaf] = true
		}
	}
	return e
}

// collect takes down the values that a text may show.
func (e *evidence) collect(value, hidden any, to map[string]int) {
	if hidden == true {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		for name, v := range value {
			e.names[plainText(name)] = true
			e.collect(v, mark(hidden, name), to)
		}
	case []any:
		for i, v := range value {
			e.collect(v, mark(hidden, i), to)
		}
	case string:
		var inner any
		if t := strings.TrimSpace(value); (strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[")) && decode([]byte(t), &inner) == nil {
			e.collect(inner, nil, to) // shown as jsonencode(...)
			return
		}
		if strings.Contains(strings.TrimSpace(value), "\n") {
			for l := range strings.SplitSeq(value, "\n") {
				if l = strings.TrimSpace(plainText(l)); l != "" {
					to["line "+l]++
				}
			}
			return
		}
		to["text "+plainText(value)]++
	case json.Number:
		to[numberLeaf(value.String())]++
	case bool:
		to["word "+strconv.FormatBool(value)]++
	}
}

// plainText is a text as the log's lines give it.
func plainText(s string) string { return strings.ReplaceAll(sanitize.Text(s), "\t", "    ") }

func numberLeaf(s string) string {
	if f, _, err := big.ParseFloat(s, 10, 128, big.ToNearestEven); err == nil {
		return "number " + f.Text('g', 30)
	}
	return "number " + s
}

// take checks the lines of a region.
func (e *evidence) take(r region) bool {
	for _, l := range r.lines {
		if l.sign != "" && !e.changes && !e.hidden && len(e.before)+len(e.after) > 0 {
			return false
		}
		if l.tokens == nil {
			if l.text != "" && !e.value("line "+l.text, l.sign) && !e.value("text "+l.text, l.sign) {
				return false
			}
			continue
		}
		if !e.line(l) {
			return false
		}
	}
	return true
}

// line checks one line: the name that it begins with, and its values.
func (e *evidence) line(l textLine) bool {
	tokens, ok := e.named(l.tokens)
	if !ok {
		return false
	}
	arrow := slices.Contains(tokens, token{aSign, "->"})
	for _, t := range tokens {
		switch {
		case t == token{aSign, "->"}:
			l.sign = "+"
			continue
		case t.kind == aNote && t.text == "(known after apply)":
			e.saysUnknown = true
			ok = e.unknown
		case t.kind == aWord && !isFiller(t.text), t.kind == aString:
			sign := l.sign
			if arrow && sign != "+" {
				sign = "-"
			}
			ok = e.value(leafOf(t), sign)
		}
		if !ok {
			return false
		}
	}
	return true
}

// named takes off a line the names of an attribute or a block that it begins with.
func (e *evidence) named(tokens []token) ([]token, bool) {
	n := 0
	for n < len(tokens) && tokens[n].kind <= aString {
		n++
	}
	if n == len(tokens) || n == 0 || tokens[n] == (token{aSign, "->"}) || tokens[n].kind == aBracket && tokens[n].text != "{" {
		return tokens, true // an element of a list, or a bracket
	}
	for _, t := range tokens[:n] {
		if !e.names[plainText(t.text)] {
			return nil, false
		}
	}
	return tokens[n:], true
}

// value checks one value, with the sign that it is shown with.
func (e *evidence) value(leaf, sign string) bool {
	was, will := e.before[leaf] > 0, e.after[leaf] > 0
	switch sign {
	case "-":
		delete(e.gone, leaf)
		return was
	case "+":
		delete(e.come, leaf)
		return will
	case "":
		goes := e.goes || e.unknown
		if goes {
			delete(e.gone, leaf)
		}
		if e.new {
			delete(e.come, leaf)
		}
		return (was || e.new) && (will || goes)
	}
	return false
}

// blank reports a value that is nothing or an empty text on both sides, which are
// the same to many providers.
func (v values) blank() bool {
	return !marked(v.unknown) && (v.before == nil || v.before == "") && (v.after == nil || v.after == "")
}

// complete reports whether all that goes and comes was shown.
func (e *evidence) complete() bool {
	delete(e.come, "text ") // an empty text is as good as none to many providers
	delete(e.gone, "text ")
	return len(e.gone) == 0 && len(e.come) == 0 && (!e.unknown || e.saysUnknown)
}

// isFiller reports a word that is no value.
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
