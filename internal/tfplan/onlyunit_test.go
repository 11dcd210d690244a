package tfplan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestUnitOfTheDirectory: the unit of the directory in which Terragrunt runs is named only beside other units, in a plan of
// each source.
func TestUnitOfTheDirectory(t *testing.T) {
	t.Parallel()
	const root, other = "10:15:02.101 STDOUT tofu: ", "10:15:02.101 STDOUT [vpc] tofu: "
	plan := func(prefix, address string) string {
		return strings.Join([]string{
			prefix + "Note: Objects have changed outside of OpenTofu", prefix, prefix + "  # " + address + " has changed",
			prefix + "OpenTofu will perform the following actions:", prefix, prefix + "  # " + address + " will be created",
			prefix + "Plan: 1 to add, 0 to change, 0 to destroy.", "",
		}, "\n")
	}
	json := func(addresses ...string) string {
		list := func(actions string) string {
			var all []string
			for _, address := range addresses {
				all = append(all, fmt.Sprintf(`{"address":%q,"change":{"actions":[%q]}}`, address, actions))
			}
			return strings.Join(all, ",")
		}
		return `{"format_version":"1.2","resource_changes":[` + list("create") + `],"resource_drift":[` + list("update") + `]}`
	}
	for _, c := range []struct {
		name, log, json string
		want            string // the units of the changes and of the drift
	}{
		{"one", plan(root, "t.a"), json("t.a"), " "},
		{"one with a name", plan(other, "t.a"), json("t.a"), "vpc vpc"},
		{"two", plan(root, "t.a") + plan(other, "t.b"), json("t.a", "t.b"), ".,vpc .,vpc"},
	} {
		for source, planJSON := range map[string]string{"text": "", "JSON": c.json} {
			l := NewLog(nil)
			l.SeveralUnits()
			fmt.Fprint(l, c.log)
			p := l.Plan(t.Context(), nil)
			if planJSON != "" {
				p = l.Plan(t.Context(), strings.NewReader(planJSON))
			}
			units := func(list []Change) string {
				var all []string
				for _, c := range list {
					all = append(all, c.Unit)
				}
				slices.Sort(all)
				return strings.Join(all, ",")
			}
			if got := units(p.Changes) + " " + units(p.Drift); got != c.want || len(p.Changes) == 0 || len(p.Drift) != len(p.Changes) {
				t.Errorf("%s, %s: got the units %q of %d changes, want %q", c.name, source, got, len(p.Changes), c.want)
			}
		}
	}
}
