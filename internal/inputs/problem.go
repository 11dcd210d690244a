package inputs

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of what is told: an annotation of GitHub is cut at 4,096 characters,
// and a value that fills the screen explains nothing.
const (
	maxAnnotation = 4096
	maxQuoted     = 80
)

// Problem is one thing that is wrong with one input.
type Problem struct {
	// Input is the name as it stands in YAML.
	Input string
	// Text says in one line what is wrong, which value was seen, and how to
	// put it right, with an example.
	Text string
}

// String returns the problem in one line, led by the name of the input.
func (p Problem) String() string { return p.Input + ": " + p.Text }

// Problems is the error for bad inputs: all that is wrong, in the order of action.yml.
type Problems []Problem

// Error returns the text of one annotation: at most 4,096 bytes, one problem a
// line, led by the names of the inputs if there are several.
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

// headline is short, because a list of annotations shows hardly more than 100 characters.
func (ps Problems) headline() string {
	var names []string
	for _, p := range ps {
		if len(names) == 0 || names[len(names)-1] != p.Input {
			names = append(names, p.Input)
		}
	}
	return fmt.Sprintf("%d problems with the inputs: %s.", len(ps), cutRunes(strings.Join(names, ", "), 60))
}

// quote returns v quoted and cut, in one line without control characters.
func (r *reader) quote(v string) string {
	return unquotable.Replace(strconv.Quote(r.shown(v)))
}

// quoteASCII is quote for what is made of ASCII, so that a letter which only looks like one is seen.
func (r *reader) quoteASCII(v string) string {
	return unquotable.Replace(strconv.QuoteToASCII(r.shown(v)))
}

// shown returns the part of v that may be told: no secret, should one have got
// into a wrong input, and no more than explains the problem.
func (r *reader) shown(v string) string {
	return cutRunes(r.secrets.String(v), maxQuoted)
}

// A text that holds "##[" is a command to the runner wherever it stands in a line.
var unquotable = strings.NewReplacer("##[", `#\x23[`)

// cutRunes returns s with at most n characters; what was cut is marked by a last one, "…".
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
