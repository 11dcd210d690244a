package inputs

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"scalr-run-action/internal/lazyregexp"
)

// boolean reads true or false.
func (r *reader) boolean(name string) bool {
	b := r.optionalBool(name)
	return b != nil && *b
}

// optionalBool reads true or false; nil means that the input is empty.
func (r *reader) optionalBool(name string) *bool {
	v := r.value(name)
	switch strings.ToLower(v) {
	case "":
		return nil
	case "true":
		return new(true)
	case "false":
		return new(false)
	}
	if r.requireEvaluated(name, v) {
		r.badf(name, "is neither true nor false: %s. Set %s: %s", r.quote(v), name, meantBoolean(v, r.defaultOf(name)))
	}
	return nil
}

func meantBoolean(v, otherwise string) string {
	switch strings.ToLower(v) {
	case "yes", "y", "on", "1", "t", "enabled":
		return "true"
	case "no", "n", "off", "0", "f", "disabled":
		return "false"
	}
	if near, ok := nearest(v, []string{"true", "false"}); ok {
		return near
	}
	if otherwise != "" {
		return otherwise
	}
	return "true or false"
}

// enum reads an optional value that must be one of those allowed.
func enum[T ~string](r *reader, name string, allowed ...T) T {
	v := r.value(name)
	if v == "" || slices.Contains(allowed, T(v)) {
		return T(v)
	}
	if r.requireEvaluated(name, v) {
		words := texts(allowed)
		r.badf(name, "is not one of the allowed values: %s. %sWrite one of %s, such as %s: %s",
			r.quote(v), cmp.Or(didYouMean(v, words), meantSynonym(v, words)), strings.Join(words, ", "), name, words[0])
	}
	return ""
}

// synonyms are common words for allowed values.
var synonyms = map[string]string{
	"create": "present", "update": "present", "delete": "absent", "remove": "absent", "destroy": "absent",
	"tofu": "opentofu", "prod": "production", "dev": "development", "test": "testing",
}

// meantSynonym returns a sentence that suggests the allowed word with the meaning of v, or "".
func meantSynonym(v string, allowed []string) string {
	if word := synonyms[strings.ToLower(v)]; slices.Contains(allowed, word) {
		return "Did you mean " + word + "? "
	}
	return ""
}

func texts[T ~string](words []T) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	return list
}

// duration reads a Go duration between the two limits.
func (r *reader) duration(name string, from, to time.Duration) time.Duration {
	v := r.value(name)
	if !r.requireEvaluated(name, v) {
		return 0
	}
	d, err := time.ParseDuration(v)
	switch {
	case err != nil && !endless.MatchString(v):
		r.badf(name, "is not a duration: %s. Write a number and its unit, such as %s: %s", r.quote(v), name, meantDuration(v))
	case err != nil || d < from || d > to:
		r.badf(name, "is out of range: %s. Write a duration from %s to %s, such as %s: 30m",
			r.quote(v), shortDuration(from), shortDuration(to), name)
	default:
		return d
	}
	return 0
}

var (
	endless      = lazyregexp.New(`^\d+[hms]$`) // valid, but exceeds a time.Duration
	numberOnly   = lazyregexp.New(`^\d{1,6}$`)
	spacedNumber = lazyregexp.New(`^(\d{1,6})\s+([hms])\w*$`)
	daysOnly     = lazyregexp.New(`^(\d{1,3})\s*d(ays?)?$`)
)

func meantDuration(v string) string {
	if numberOnly.MatchString(v) {
		return v + "m or " + v + "s"
	}
	if m := spacedNumber.FindStringSubmatch(v); m != nil {
		return m[1] + m[2]
	}
	if m := daysOnly.FindStringSubmatch(v); m != nil {
		days, _ := strconv.Atoi(m[1])
		return strconv.Itoa(24*days) + "h"
	}
	return "30m"
}

func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

var amount = lazyregexp.New(`^\d{1,12}(\.\d{1,6})?$`)

// dollars reads an amount in USD that is not negative.
func (r *reader) dollars(name string) float64 {
	v := r.value(name)
	if v == "" || !r.requireEvaluated(name, v) {
		return 0
	}
	if !amount.MatchString(v) {
		r.badf(name, "is not an amount of money: %s. Write USD per month as a plain number, such as %s: 50 or %s: 12.5",
			r.quote(v), name, name)
		return 0
	}
	f, _ := strconv.ParseFloat(v, 64)
	return f
}

var wholeNumber = lazyregexp.New(`^[1-9]\d{0,8}$`)

// number reads a positive integer; 0 means that the input is empty.
func (r *reader) number(name string) int {
	v := r.value(name)
	if v == "" || !r.requireEvaluated(name, v) {
		return 0
	}
	if !wholeNumber.MatchString(v) {
		r.badf(name, "is not a whole number above zero: %s. Write the digits alone, such as %s: 42", r.quote(v), name)
		return 0
	}
	n, _ := strconv.Atoi(v)
	return n
}
