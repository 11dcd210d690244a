package resource

import (
	"slices"
	"strconv"
	"strings"
)

// settings compares the inputs with the current settings. A setting is left unchanged if its input is empty, or if
// the server does not report it and so does not support it.
type settings struct {
	changes     []change
	unsupported []string
}

type change struct{ name, from, to string }

// flag returns the value to send for a boolean, or nil if it is unchanged.
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

// text returns the value to send for a string, or "" if it is unchanged.
func (s *settings) text(name, have, want string) string {
	if want == "" || have == want {
		return ""
	}
	s.changes = append(s.changes, change{name, have, want})
	return want
}

// clearableText returns the value to send for a string that can be empty, or nil if it is unchanged.
func (s *settings) clearableText(name, have string, want *string) *string {
	if want == nil || have == *want {
		return nil
	}
	s.changes = append(s.changes, change{name, have, *want})
	return want
}

// clearableNumber returns the value to send for a number for which 0 means none, or nil if it is unchanged.
func (s *settings) clearableNumber(name string, have, want *int) *int {
	if want == nil || have != nil && *have == *want || have == nil && *want == 0 {
		return nil
	}
	s.changes = append(s.changes, change{name, numberText(have), numberText(want)})
	return want
}

func numberText(n *int) string {
	if n == nil || *n == 0 {
		return ""
	}
	return strconv.Itoa(*n)
}

// list returns the value to send for an ordered list, or nil if it is unchanged. An empty list clears it.
func (s *settings) list(name string, have, want []string) []string {
	switch {
	case want == nil:
		return nil
	case have == nil:
		s.unsupported = append(s.unsupported, name)
		return nil
	case slices.Equal(have, want):
		return nil
	}
	s.changes = append(s.changes, change{name, strings.Join(have, " "), strings.Join(want, " ")})
	return want
}

// ids returns the value to send for an unordered list, or nil if it is unchanged.
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

// reportSettings logs the requested changes. It logs a warning for each of them that still differs in after.
func (c *companion) reportSettings(before, after settings) {
	for _, requested := range before.changes {
		i := slices.IndexFunc(after.changes, func(left change) bool { return left.name == requested.name })
		if i >= 0 {
			c.Job.Warnf("Scalr did not change %s: requested %q, still %q.", requested.name, requested.to, after.changes[i].from)
			continue
		}
		if requested.to == "" {
			c.recordChange("Cleared %s (was %q).", requested.name, requested.from)
			continue
		}
		c.recordChange("Set %s to %q (was %q).", requested.name, requested.to, requested.from)
	}
}

// warnUnsupported logs a warning for each setting that the server does not support.
func (c *companion) warnUnsupported(s settings) {
	for _, name := range s.unsupported {
		c.Job.Warnf("%s is unsupported by this Scalr server and was ignored.", name)
	}
}
