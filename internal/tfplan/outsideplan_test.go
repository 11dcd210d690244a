package tfplan

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestChangesOutsideOfPlan: a change that the text contains in an odd place is counted, but listed only if it belongs to a
// plan.
func TestChangesOutsideOfPlan(t *testing.T) {
	t.Parallel()
	const (
		plan    = "Terraform will perform the following actions:\n\n  # a.first will be created\n  + resource \"a\" \"first\" {\n    }\n\n"
		actions = "Terraform will invoke the following action(s):\n\n"
		destroy = "  # a.b will be destroyed\n  - resource \"a\" \"b\" {\n    }\n\n"
		invoke  = "  # action.t.x will be invoked\n    action \"t\" \"x\" {\n    }\n\n"
		sum     = "Plan: 1 to add, 0 to change, 0 to destroy.\n\n"
		outputs = "Changes to Outputs:\n  + o = 1\n\n"
	)
	for _, c := range []struct {
		name, log string
		several   bool
		listed    string
		omitted   int
	}{
		{name: "in the plan", log: plan + destroy + sum, listed: "create destroy"},
		{name: "before any plan", log: destroy, listed: "destroy"},
		{name: "after the plan", log: plan + sum + destroy, listed: "create", omitted: 1},
		{name: "twice after the plan", log: plan + sum + destroy + strings.ReplaceAll(destroy, "a.b", "a.c"), listed: "create", omitted: 2},
		{name: "among outputs", log: plan + outputs + destroy, listed: "create destroy"},
		{name: "after outputs without a summary", log: plan + outputs + "Text.\n" + destroy, listed: "create", omitted: 1},
		{name: "among actions", log: actions + invoke + destroy, listed: "invoke", omitted: 1},
		{name: "before actions", log: plan + destroy + actions + invoke, listed: "create destroy invoke"},
		{name: "an action in the plan", log: plan + invoke + sum, listed: "create invoke"},
		{name: "an action after the plan", log: plan + sum + invoke, listed: "create", omitted: 1},
		{name: "an action among actions after the plan", log: plan + sum + actions + invoke, listed: "create invoke"},
		{name: "a change among actions after the plan", log: plan + sum + actions + destroy, listed: "create", omitted: 1},
		{name: "after one of several plans", log: plan + sum + destroy, several: true, listed: "create", omitted: 1},
		{name: "in the second of several plans", log: plan + sum + "Terraform will perform the following actions:\n\n" + destroy,
			several: true, listed: "create destroy"},
		{name: "among actions of several plans", log: plan + sum + actions + destroy, several: true, listed: "create", omitted: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := NewLog(nil)
			if c.several {
				l.SeveralUnits()
			}
			io.WriteString(l, c.log)
			p := l.Plan(t.Context(), nil)
			var listed []string
			for _, one := range p.Changes {
				listed = append(listed, string(one.Action))
			}
			if got := strings.Join(listed, " "); got != c.listed || p.Omitted != c.omitted {
				t.Errorf("listed are %s and omitted %d, want %s and %d", got, p.Omitted, c.listed, c.omitted)
			}
			counted := fmt.Sprint(p.Text.Additions, p.Text.Destructions, p.OtherCounts.Invocations)
			want := fmt.Sprint(strings.Count(c.log, " will be created"), strings.Count(c.log, " will be destroyed"),
				strings.Count(c.log, " will be invoked"))
			if counted != want {
				t.Errorf("counted are %s, want %s", counted, want)
			}
		})
	}
}
