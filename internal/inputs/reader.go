package inputs

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"scalr-run-action/internal/secret"
)

// reader reads the inputs of one action and collects the problems.
//
// Its methods return the zero value after a problem, so that reading continues.
type reader struct {
	src      Source
	inputs   []Input
	secrets  secret.Redactor
	problems Problems
	omitted  map[string]int // the number of problems of an input beyond maxOfOne
	notes    Notes
}

// maxOfOne is the number of reported problems per input, so that a file passed as a list by mistake
// does not fill the log.
const maxOfOne = 5

func newReader(src Source, inputs []Input) *reader {
	r := &reader{src: src, inputs: inputs, omitted: make(map[string]int)}
	for _, s := range []string{src.Get("token"), src.Env("SCALR_TOKEN"), src.Get("github-token"), src.Get("id-token"), src.Env("SCALR_ID_TOKEN")} {
		// A longer value is not a token, and expensive to search for.
		if len(s) <= longestIDToken {
			r.secrets.Add(secret.New(strings.TrimSpace(s)))
		}
	}
	r.noteSpelling()
	return r
}

// done returns the notes, and all problems in the order of action.yml.
func (r *reader) done() (Notes, error) {
	if len(r.problems) == 0 {
		return r.notes, nil
	}
	place := make(map[string]int)
	for i, in := range r.inputs {
		place[in.Name] = i
		if n := r.omitted[in.Name]; n > 0 {
			what := "one more problem"
			if n > 1 {
				what = fmt.Sprintf("%d more problems", n)
			}
			r.problems = append(r.problems, Problem{in.Name, "has " + what + " of this kind. Correct the ones above and run again"})
		}
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return place[a.Input] - place[b.Input] })
	return r.notes, r.problems
}

// badf reports a problem. Values in it must be quoted with quote.
func (r *reader) badf(name, format string, args ...any) {
	count := 0
	for _, p := range r.problems {
		if p.Input == name {
			count++
		}
	}
	if count == maxOfOne {
		r.omitted[name]++
		return
	}
	r.problems = append(r.problems, Problem{Input: name, Text: fmt.Sprintf(format, args...)})
}

func (r *reader) notef(format string, args ...any) {
	r.notes = append(r.notes, Note{Text: fmt.Sprintf(format, args...)})
}

func (r *reader) warnf(format string, args ...any) {
	r.notes = append(r.notes, Note{Text: fmt.Sprintf(format, args...), Warning: true})
}

// value returns the trimmed value, or the default.
func (r *reader) value(name string) string {
	if v := strings.TrimSpace(r.src.Get(name)); v != "" {
		return v
	}
	return r.defaultOf(name)
}

func (r *reader) defaultOf(name string) string {
	for _, in := range r.inputs {
		if in.Name == name {
			return in.Default
		}
	}
	return ""
}

// changed reports whether the value differs from the default.
func (r *reader) changed(name string) bool {
	return r.value(name) != r.defaultOf(name)
}

// requireEvaluated reports a problem, and returns false, if v contains an unevaluated expression.
func (r *reader) requireEvaluated(name, v string) bool {
	if !strings.Contains(v, "${{") {
		return true
	}
	r.badf(name, "the expression was not evaluated: %s. "+evaluationAdvice+", such as %s: ${{ vars.NAME }}, or give the plain value", r.quote(v), name)
	return false
}

// evaluationAdvice is the advice for an expression that was not evaluated. It is the beginning of a sentence.
const evaluationAdvice = "GitHub evaluates expressions in a workflow file only; write it there, under `with:`"

// line returns a single-line text of at most max characters. The example is used in advice.
func (r *reader) line(name string, max int, example string) string {
	v := r.value(name)
	if !r.requireEvaluated(name, v) || !r.fits(name, v, max, example) {
		return ""
	}
	return v
}

// fits checks that v is a single-line text of at most max characters.
func (r *reader) fits(name, v string, max int, example string) bool {
	if what := unprintable(v); what != "" {
		r.badf(name, "contains %s: %s. Write plain text in one line, such as %s: %s", what, r.quote(v), name, example)
		return false
	}
	if n := utf8.RuneCountInString(v); n > max {
		r.badf(name, "is %d characters long, at most %d are allowed: %s. Write a shorter one, such as %s: %s",
			n, max, r.quote(v), name, example)
		return false
	}
	return true
}

// unprintable describes the first character of s that is not printable, or returns "".
func unprintable(s string) string {
	if !utf8.ValidString(s) {
		return "bytes that are not UTF-8"
	}
	for _, c := range s {
		switch {
		case c == '\n' || c == '\r':
			return "a line break"
		case c == 0:
			return "a NUL character"
		case unicode.IsControl(c):
			return fmt.Sprintf("the control character %U", c)
		case unicode.Is(unicode.Bidi_Control, c):
			return fmt.Sprintf("the invisible character %U, which changes the direction of text", c)
		}
	}
	return ""
}
