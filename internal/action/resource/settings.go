package resource

import (
	"slices"
	"strconv"
	"strings"
)

// settings compares what is asked with what there is. An empty wish leaves
// things as they are, and so does one for a member that the server does not
// tell: it would not know it.
type settings struct {
	changes     []change
	unsupported []string
}

type change struct{ name, from, to string }

// flag gives what to send of a boolean: nil for nothing.
func (s *settings) flag(name string, have, want *bool) *bool {
	switch {
	case want == nil:
		return nil
	case have == nil:
		s.unsupported = append(s.unsupported, name)
		return nil
	case *have == *want:
		return nil
	}
	s.changes = append(s.changes, change{name, strconv.FormatBool(*have), strconv.FormatBool(*want)})
	return want
}

// text gives what to send of a text: "" for nothing.
func (s *settings) text(name, have, want string) string {
	if want == "" || have == want {
		return ""
	}
	s.changes = append(s.changes, change{name, have, want})
	return want
}

// number gives what to send of a number that is not 0: 0 for nothing.
func (s *settings) number(name string, have *int, want int) int {
	if want == 0 || have != nil && *have == want {
		return 0
	}
	from := ""
	if have != nil {
		from = strconv.Itoa(*have)
	}
	s.changes = append(s.changes, change{name, from, strconv.Itoa(want)})
	return want
}

// ids gives what to send of a list whose order does not matter: nil for nothing.
func (s *settings) ids(name string, have, want []string) []string {
	if len(want) == 0 || sameSet(have, want) {
		return nil
	}
	s.changes = append(s.changes, change{name, strings.Join(have, " "), strings.Join(want, " ")})
	return want
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// reportSettings tells what was changed, by what there was before and what the
// server made of it.
func (c *companion) reportSettings(before, after settings) {
	for _, asked := range before.changes {
		i := slices.IndexFunc(after.changes, func(left change) bool { return left.name == asked.name })
		if i >= 0 {
			c.Job.Warnf("Scalr was asked to set %s to %q and keeps it at %q.", asked.name, asked.to, after.changes[i].from)
			continue
		}
		c.recordChange("Set %s to %q (was %q).", asked.name, asked.to, asked.from)
	}
}

// warnUnsupported warns of what this server does not know.
func (c *companion) warnUnsupported(s settings) {
	for _, name := range s.unsupported {
		c.Job.Warnf("%s has no effect: this Scalr server does not know it.", name)
	}
}
