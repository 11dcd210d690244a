package inputs

import (
	"strings"
	"unicode/utf8"

	"scalr-run-action/internal/lazyregexp"
)

// line is one item of a list with its line number in the input.
type line struct {
	number int
	text   string // without blanks at its ends
	full   string // with them
}

// maxItems is the maximum number of items in a list: more than users write, and few enough to check
// each.
const maxItems = 10_000

// lines returns the items of a list: one per line, not split on commas, without blank lines.
func (r *reader) lines(name string) []line {
	var list []line
	number := 0
	for full := range strings.SplitSeq(r.src.Get(name), "\n") {
		number++
		text := strings.TrimSpace(full)
		if text == "" {
			continue
		}
		if len(list) == maxItems {
			r.badf(name, "has more than %d items. Split it among several steps", maxItems)
			break
		}
		list = append(list, line{number, text, full})
	}
	return list
}

// names reads a list of names without duplicates.
func (r *reader) names(name, example string) []string {
	var list []string
	seen, commas := make(map[string]bool), r.commas(name)
	for _, l := range r.lines(name) {
		switch what, length := unprintable(l.text), utf8.RuneCountInString(l.text); {
		case !r.requireEvaluated(name, l.text):
		case what != "":
			r.badf(name, "line %d contains %s: %s. Write one name or id per line, such as %s: %s", l.number, what, r.quote(l.text), name, example)
		case length > maxName:
			r.badf(name, "line %d is %s long, at most %d are allowed: %s. Write one name or id per line, such as %s: %s",
				l.number, count(length), maxName, r.quote(l.text), name, example)
		case !seen[l.text]:
			seen[l.text] = true
			list = append(list, l.text)
			commas(l.text)
		}
	}
	return list
}

// commas returns a function that warns about an item of a list with a comma, which a name may contain. It warns about
// at most maxOfOne items.
func (r *reader) commas(name string) func(item string) {
	n := 0
	return func(item string) {
		if !strings.Contains(item, ",") {
			return
		}
		if n++; n <= maxOfOne {
			r.warnf("%s: %s is taken as one item, because items are separated by lines, not by commas.", name, r.quote(item))
		}
	}
}

// maxName is the longest name of an environment, workspace or tag (openapi.yml).
const maxName = 255

// part is a name with an optional index in brackets.
const part = `[\p{L}_][\p{L}\p{N}_-]*(\[(\d+|"([^"\\]|\\.)*")\])?`

var address = lazyregexp.New(`^` + part + `(\.` + part + `)+$`)

// maxAddress is the longest resource address (openapi.yml, create_run).
const maxAddress = 262143

// addresses reads a list of resource addresses without duplicates.
func (r *reader) addresses(name string) []string {
	var list []string
	seen := make(map[string]bool)
	for _, l := range r.lines(name) {
		switch {
		case !r.requireEvaluated(name, l.text):
		case !address.MatchString(l.text) || len(l.text) > maxAddress || unprintable(l.text) != "":
			r.badf(name, "line %d is not a resource address: %s. %s", l.number, r.quote(l.text), meantAddress(name, l.text))
		case !seen[l.text]:
			seen[l.text] = true
			list = append(list, l.text)
		}
	}
	return list
}

// meantAddress returns advice for an invalid address.
func meantAddress(name, v string) string {
	switch {
	case strings.HasPrefix(v, "-"):
		return "Write the address alone, without an option or dash before it, such as " + name + ": aws_instance.web"
	case strings.HasPrefix(v, "["), strings.HasPrefix(v, `"`), strings.HasPrefix(v, "'"):
		return "Write one address per line, without brackets or quotation marks around it, such as " + name + ": aws_instance.web"
	case strings.Contains(v, ","):
		return "Write one address per line, not separated by commas, such as " + name + ": aws_instance.web"
	}
	return "Write one address per line as Terraform prints it, such as " + name + `: module.vpc.aws_subnet.a["eu"]`
}
