package inputs

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of problem texts. GitHub truncates an annotation at 4,096 characters.
const (
	maxAnnotation = 4096
	maxQuoted     = 80
)

// Problem is one problem with one input.
type Problem struct {
	// Input is the name of the input in YAML.
	Input string
	// Text describes the problem, the value and the fix on one line, with an example.
	Text string
}

// String returns the name of the input and the problem on one line.
func (p Problem) String() string { return p.Input + ": " + p.Text }

// Problems is the error for invalid inputs, in the order of action.yml.
type Problems []Problem

// Error returns the text of one annotation: at most 4,096 bytes, one problem per line, after the names of
// the inputs if there are several.
func (ps Problems) Error() string {
	if len(ps) == 1 {
		return cutBytes(ps[0].String(), maxAnnotation)
	}
	var b strings.Builder
	b.WriteString(ps.headline())
	for i, p := range ps {
		more := fmt.Sprintf("\n… and %d more.", len(ps)-i)
		line := "\n" + p.String()
		if b.Len()+len(line)+len(more) > maxAnnotation {
			b.WriteString(more)
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// headline returns a short first line, since a list of annotations shows about 100 characters.
func (ps Problems) headline() string {
	var names []string
	for _, p := range ps {
		if len(names) == 0 || names[len(names)-1] != p.Input {
			names = append(names, p.Input)
		}
	}
	return fmt.Sprintf("%d problems with the inputs: %s.", len(ps), cutRunes(strings.Join(names, ", "), 60))
}

// quote returns v quoted and shortened, on one line without control characters.
func (r *reader) quote(v string) string {
	return unquotable.Replace(strconv.Quote(r.shown(v)))
}

// quoteASCII is like quote, but escapes characters that are not ASCII, so that letters that look like
// ASCII are visible.
func (r *reader) quoteASCII(v string) string {
	return unquotable.Replace(strconv.QuoteToASCII(r.shown(v)))
}

// shown returns the part of v that messages may show: without secrets, which may be in the wrong input,
// and no more than necessary.
func (r *reader) shown(v string) string {
	return cutRunes(r.secrets.String(v), maxQuoted)
}

// The runner interprets "##[" as a command anywhere in a line.
var unquotable = strings.NewReplacer("##[", `#\x23[`)

// cutRunes returns s with at most n characters. If it shortens s, the last character is "…".
func cutRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	end := 0
	for range n - 1 {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return s[:end] + "…"
}

// cutBytes returns s with at most n bytes, cut between characters.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
