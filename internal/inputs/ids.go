package inputs

import (
	"strings"
	"unicode/utf8"

	"scalr-run-action/internal/lazyregexp"
)

// maxID leaves room beyond the 18 characters of current ids.
const maxID = 64

// plainName matches a name that needs no quotation marks in advice.
var plainName = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,59}$`)

type kind struct {
	thing   string
	article string
	pattern *lazyregexp.Regexp
}

// ids are the kinds of ids that inputs accept, and those that users confuse with them. The prefix alone
// does not identify an id: a name such as env-prod has one too.
var ids = map[string]kind{
	"ws":  {"workspace", "a", lazyregexp.New(`^ws-[A-Za-z0-9]+$`)},
	"run": {"run", "a", lazyregexp.New(`^run-[A-Za-z0-9]+$`)},
	"env": {"environment", "an", lazyregexp.New(`^env-[A-Za-z0-9]+$`)},
	"acc": {"account", "an", lazyregexp.New(`^acc-[A-Za-z0-9]+$`)},
	"cv":  {"configuration version", "a", lazyregexp.New(`^cv-[A-Za-z0-9]+$`)},
}

// id reads an optional id with the prefix.
func (r *reader) id(name, prefix string) string {
	v := r.value(name)
	if v == "" || !r.requireEvaluated(name, v) {
		return ""
	}
	k := ids[prefix]
	if k.pattern.MatchString(v) && len(v) <= maxID {
		return v
	}
	example := "such as " + name + ": " + prefix + "-v0abc123"
	switch {
	case webAddress(v):
		r.badf(name, "is a web address, not an id: %s. %s", r.quote(v), fromAddress(v, prefix, name, name+": "+prefix+"-v0abc123"))
	case otherKind(v, prefix) != "":
		o := ids[otherKind(v, prefix)]
		r.badf(name, "looks like %s %s id: %s. %s ids start with %s-, %s", o.article, o.thing, r.quote(v), title(k.thing), prefix, example)
	case len(v) > maxID:
		r.badf(name, "is %s long, too long for an id: %s. Write the id alone, %s", count(utf8.RuneCountInString(v)), r.quote(v), example)
	case strings.HasPrefix(v, prefix+"-"):
		r.badf(name, "must be %s- and then letters and digits only: %s. Write the id alone, %s", prefix, r.quote(v), example)
	default:
		r.badf(name, "looks like a name: %s. %s ids start with %s-, %s%s", r.quote(v), title(k.thing), prefix, example, r.byName(name, v))
	}
	return ""
}

// otherKind returns the prefix of the kind of id that v looks like, if that is another kind.
func otherKind(v, wanted string) string {
	for prefix, k := range ids {
		if prefix != wanted && k.pattern.MatchString(v) {
			return prefix
		}
	}
	return ""
}

// byName returns advice: the input to use for a name instead of an id.
func (r *reader) byName(name, v string) string {
	if !plainName.MatchString(v) || r.shown(v) != v {
		return ""
	}
	switch {
	case name == "workspace-id" && r.has("workspace") && strings.Contains(v, "/"):
		return "; to give the name, write workspace: " + v
	case name == "workspace-id" && r.has("workspace"):
		return "; to give the name, write workspace: environment/" + v
	case name == "workspace-id", name == "environment-id":
		return "; to give the name, write name: " + v
	}
	return ""
}

// has reports whether the action has this input.
func (r *reader) has(name string) bool {
	for _, in := range r.inputs {
		if in.Name == name {
			return true
		}
	}
	return false
}

func webAddress(v string) bool { return strings.Contains(v, "://") }

// fromAddress advises to write the id in the URL of a Scalr page, if there is one.
func fromAddress(v, prefix, name, example string) string {
	for _, part := range strings.FieldsFunc(v, func(c rune) bool { return strings.ContainsRune("/?#&=", c) }) {
		if ids[prefix].pattern.MatchString(part) && len(part) <= maxID {
			return "Write only the id: " + name + ": " + part
		}
	}
	return "Write " + example
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
