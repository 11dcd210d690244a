package tfplan

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// unitOfPrefix returns the unit of the only change of a plan whose lines have a prefix; ok is false if there is no change.
func unitOfPrefix(prefix string) (unit string, ok bool) {
	l := NewLog(nil)
	for _, line := range []string{
		"Terraform will perform the following actions:", "", "  # a.b will be created", `  + resource "a" "b" {`, "    }",
	} {
		fmt.Fprintln(l, prefix+line)
	}
	p := l.Plan(context.Background(), nil)
	if len(p.Changes) != 1 {
		return "", false
	}
	return p.Changes[0].Unit, true
}

// TestPrefixesOfUnits: the prefixes of Terragrunt's formats, up to their borders, are distinguished from other text.
func TestPrefixesOfUnits(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("u", n) }
	type prefix struct{ name, prefix, unit string }
	units := []prefix{
		{"no prefix", "", ""},
		{"a fraction of one digit", "10:15:02.1 STDOUT [u] tofu: ", "u"},
		{"a fraction of nine digits", "10:15:02.123456789 STDOUT [u] tofu: ", "u"},
		{"no fraction", "10:15:02 STDERR [u] tofu: ", "u"},
		{"a unit with spaces", "10:15:02 STDOUT [my unit] tofu: ", "my unit"},
		{"a unit of 300 characters", "10:15:02 STDOUT [" + long(300) + "] tofu: ", long(300)},
		{"a tool of 100 characters", "10:15:02 STDOUT [u] " + long(100) + ": ", "u"},
		{"the tool's path", "10:15:02 STDOUT [u] /opt/tofu-1.9/bin/tofu: ", "u"},
		{"no unit", "10:15:02 STDOUT tofu: ", ""},
		{"keys", "time=2026-08-23T11:47:00Z level=stdout prefix=u tf-path=tofu msg=", "u"},
		{"keys on the other stream", "time=2026-08-23T11:47:00Z level=stderr prefix=u tf-path=tofu msg=", "u"},
		{"keys in quotes", `time=2026-08-23T11:47:00Z level=stdout prefix="u" tfpath=tofu msg=`, "u"},
		{"an older key", "time=2026-08-23T11:47:00Z level=stdout prefix=u binary=tofu msg=", "u"},
		{"keys without a path", "time=2026-08-23T11:47:00Z level=stdout prefix=u msg=", "u"},
		{"keys without a unit", "time=2026-08-23T11:47:00Z level=stdout msg=", ""},
		{"keys with a unit of 300 characters", "time=1 level=stdout prefix=" + long(300) + " msg=", long(300)},
		{"keys with a time of 100 characters", "time=" + long(100) + " level=stdout prefix=u msg=", "u"},
		{"keys with a path of 300 characters", "time=1 level=stdout prefix=u tf-path=" + long(300) + " msg=", "u"},
		{"brackets", "[u] ", "u"},
		{"brackets with 300 characters", "[" + long(300) + "] ", long(300)},
	}
	for digit := range 10 {
		units = append(units, prefix{fmt.Sprint("an hour that begins with ", digit), fmt.Sprint(digit, "9:15:02 STDOUT [u] tofu: "), "u"})
	}
	for _, c := range units {
		if unit, ok := unitOfPrefix(c.prefix); unit != c.unit || !ok {
			t.Errorf("%s: got a change %t of the unit %q, want %q", c.name, ok, unit, c.unit)
		}
	}
	for _, c := range []prefix{
		{name: "a point without digits", prefix: "10:15:02. STDOUT [u] tofu: "},
		{name: "a fraction of ten digits", prefix: "10:15:02.1234567890 STDOUT [u] tofu: "},
		{name: "an hour of one digit", prefix: "9:15:02 STDOUT [u] tofu: "},
		{name: "a colon before the time", prefix: ":10:15:02 STDOUT [u] tofu: "},
		{name: "a slash before the time", prefix: "/10:15:02 STDOUT [u] tofu: "},
		{name: "a unit without a name", prefix: "10:15:02 STDOUT [] tofu: "},
		{name: "a unit of 301 characters", prefix: "10:15:02 STDOUT [" + long(301) + "] tofu: "},
		{name: "a tool of 101 characters", prefix: "10:15:02 STDOUT [u] " + long(101) + ": "},
		{name: "no tool", prefix: "10:15:02 STDOUT [u] "},
		{name: "a tool without a colon", prefix: "10:15:02 STDOUT [u] tofu "},
		{name: "another level", prefix: "10:15:02 INFO [u] tofu: "},
		{name: "keys of another level", prefix: "time=1 level=info prefix=u tf-path=tofu msg="},
		{name: "keys without a time", prefix: "time= level=stdout prefix=u msg="},
		{name: "keys with a unit of 301 characters", prefix: "time=1 level=stdout prefix=" + long(301) + " msg="},
		{name: "keys with a time of 101 characters", prefix: "time=" + long(101) + " level=stdout prefix=u msg="},
		{name: "keys with a path of 301 characters", prefix: "time=1 level=stdout prefix=u tf-path=" + long(301) + " msg="},
		{name: "an unknown key", prefix: "time=1 level=stdout unit=u msg="},
		{name: "another first key", prefix: "at=1 level=stdout prefix=u msg="},
		{name: "brackets with 301 characters", prefix: "[" + long(301) + "] "},
		{name: "brackets with a space", prefix: "[my unit] "},
		{name: "empty brackets", prefix: "[] "},
		{name: "brackets without a space after them", prefix: "[u]"},
		{name: "another bracket", prefix: "(u) "},
	} {
		if unit, ok := unitOfPrefix(c.prefix); ok {
			t.Errorf("%s: got a change of the unit %q, want none", c.name, unit)
		}
	}
}

// TestUnitOfChange: a change of the JSON has the only unit in whose text it occurs.
func TestUnitOfChange(t *testing.T) {
	t.Parallel()
	text := func(units ...string) string {
		var all strings.Builder
		for _, unit := range units {
			for _, line := range []string{"Terraform will perform the following actions:", "  # a.b will be created"} {
				if unit != "" {
					line = "10:15:02 STDOUT [" + unit + "] tofu: " + line
				}
				all.WriteString(line + "\n")
			}
		}
		return all.String()
	}
	const doc = `{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{"actions":["create"],"after":{}}}]}`
	for name, c := range map[string]struct{ log, unit string }{
		"no unit":                           {text(""), ""},
		"one unit":                          {text("vpc"), "vpc"},
		"twice in one unit":                 {text("vpc", "vpc"), "vpc"},
		"first without a unit":              {text("", "vpc"), "vpc"},
		"then without a unit":               {text("vpc", ""), "vpc"},
		"twice without a unit":              {text("", "", "vpc"), "vpc"},
		"two units":                         {text("vpc", "db"), ""},
		"one unit again after another one":  {text("vpc", "db", "vpc"), ""},
		"three units":                       {text("vpc", "db", "web"), ""},
		"two units and text without a unit": {text("", "vpc", "db"), ""},
	} {
		p := readPlan(sectionOf([]byte(doc)), logSection(c.log))
		if len(p.Changes) != 1 || p.Changes[0].Unit != c.unit {
			t.Errorf("%s: got %+v, want the unit %q", name, p.Changes, c.unit)
		}
	}
}
