package tfplan

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// planOfInvocations reads a plan that invokes n actions with the same configuration, and the log's text of one of them.
func planOfInvocations(t *testing.T, n int, config, text string) Plan {
	t.Helper()
	l := NewLog(nil)
	if text != "" {
		fmt.Fprint(l, "Terraform will perform the following actions:\n\n  # a.b will be updated in-place\n  ~ resource \"a\" \"b\" {\n    }\n\n"+
			"    # Actions to be invoked after this change in order:\n"+text+"\nPlan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke.\n")
	}
	var list []string
	for i := range n {
		name := "x" + strings.Repeat("i", i)
		list = append(list, `{"address":"action.t.`+name+`","type":"t","name":"`+name+`",`+
			`"lifecycle_action_trigger":{"triggering_resource_address":"a.b","action_trigger_event":"AfterUpdate"},`+
			`"config_sensitive":{},"config_unknown":{},"config_values":`+config+`}`)
	}
	return l.Plan(t.Context(), strings.NewReader(
		`{"format_version":"1.2","terraform_version":"1.14.0","resource_changes":[],"action_invocations":[`+strings.Join(list, ",")+`]}`))
}

// TestInvocationOfAnotherType: a text is not shown below the address of an action of another type or name.
func TestInvocationOfAnotherType(t *testing.T) {
	t.Parallel()
	for head, shown := range map[string]bool{`"t" "x"`: true, `"s" "x"`: false, `"t" "y"`: false} {
		// Spaces distinguish the log's text from the text that is rendered from the JSON.
		text := "    # action.t.x\n    action " + head + " {\n        config {\n            c    = \"v\"\n        }\n    }\n"
		got := planOfInvocations(t, 1, `{"c":"v"}`, text).Changes[0].Diff
		if strings.Contains(got, "c    =") != shown || !strings.HasPrefix(got, `  action "t" "x" {`) {
			t.Errorf("%s: got\n%s", head, got)
		}
	}
}

// TestLargeInvocations: the configuration of an action is bounded like the changes of a resource.
func TestLargeInvocations(t *testing.T) {
	t.Parallel()
	var long []string
	for i := range 600 {
		long = append(long, `"a`+strconv.Itoa(i)+`":"`+strings.Repeat("v", 300)+`"`)
	}
	config := "{" + strings.Join(long, ",") + "}"
	const text = "    # action.t.x\n    action \"t\" \"x\" {\n        config {\n            c = 1\n        }\n    }\n" // of another configuration
	diff := planOfInvocations(t, 1, config, text).Changes[0].Diff
	if lines := strings.Count(diff, "\n"); lines > maxLines+3 || !strings.HasSuffix(diff, "\n          "+cutNote+"\n      }\n  }") {
		t.Errorf("a long configuration: got %d lines, at the end\n%s", lines, diff[len(diff)-200:])
	}
	var texts strings.Builder
	for i := range 90 {
		texts.WriteString(strings.ReplaceAll(text, "x", "x"+strings.Repeat("i", i)))
	}
	p, size := planOfInvocations(t, 90, config, texts.String()), 0
	for _, c := range p.Changes {
		size += len(c.Diff)
	}
	if len(p.Changes) != 90 || size > maxTextSize+len(diff) || size < maxTextSize/2 {
		t.Errorf("many configurations: got %d changes with %d bytes", len(p.Changes), size)
	}
}

// TestUnverifiedInvocations: an action whose configuration is too large or too deep to be compared shows the text, if it is
// the only one for this action, and otherwise says that the configuration is too large.
func TestUnverifiedInvocations(t *testing.T) {
	t.Parallel()
	const note = "  action \"t\" \"x\" {\n      # (the change is too large to be shown)\n  }"
	const shown = "  action \"t\" \"x\" {\n      config {\n          c = \"v\"\n      }\n  }"
	const text = "    # action.t.x\n    action \"t\" \"x\" {\n        config {\n            c = \"v\"\n        }\n    }\n"
	for kind, config := range map[string]string{
		"deep":  strings.Repeat(`{"a":`, 70) + "1" + strings.Repeat("}", 70),
		"large": `{"c":"` + strings.Repeat("v", maxDetailedSize) + `"}`,
	} {
		for name, c := range map[string]struct{ text, want string }{
			"no text":        {"", note},
			"text":           {text, shown},
			"two texts":      {text + text, note},
			"another action": {strings.Replace(text, `"x"`, `"y"`, 1), note},
			"after the plan": {"\nPlan: 0 to add, 1 to change, 0 to destroy.\n\n" + text, note},
		} {
			p := planOfInvocations(t, 1, config, c.text)
			if len(p.Changes) != 1 || p.Changes[0].Diff != c.want {
				t.Errorf("%s, %s: got %+v, want\n%s", kind, name, p.Changes, c.want)
			}
		}
	}
}

// TestLargeTextOfInvocation: without plan JSON, too, an action with a large text is shown as an action.
func TestLargeTextOfInvocation(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	fmt.Fprint(l, "Terraform will perform the following actions:\n\n  # a.b will be updated in-place\n  ~ resource \"a\" \"b\" {\n    }\n\n"+
		"    # Actions to be invoked after this change in order:\n    # module.m.action.t.x[0]\n    action \"t\" \"x\" {\n        config {\n"+
		strings.Repeat("            c = \"v\"\n", 20_000)+"        }\n    }\n\nPlan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke.\n")
	p := l.Plan(t.Context(), nil)
	const want = "  action \"t\" \"x\" {\n      # (the change is too large to be shown)\n  }"
	if len(p.Changes) != 2 || p.Changes[1].Diff != want {
		t.Errorf("got %+v", p.Changes)
	}
}
