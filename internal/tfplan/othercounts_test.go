package tfplan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/secret"
)

// TestForgottenObjectsInText: for all words and signs that announce that an object is
// kept, the change is neither a destruction nor a replacement.
func TestForgottenObjectsInText(t *testing.T) {
	t.Parallel()
	const replaced = " resource \"a\" \"b\" {\n      ~ x = 1 -> 2 # forces replacement\n    }\n\n" +
		"Plan: 1 to add, 0 to change, 0 to destroy.\n"
	const kept = " resource \"a\" \"b\" {\n        x = 1\n    }\n\nPlan: 0 to add, 0 to change, 0 to destroy.\n"
	const shallow = " resource \"a\" \"b\" {\n    x = {\n        y = 1\n    }\n    z = [\n        1,\n    ]\n}\n\n" +
		"Plan: 0 to add, 0 to change, 0 to destroy, 1 to forget.\n"
	for _, c := range []struct {
		text   string
		action Action
	}{
		{
			text: "  # a.b must be replaced - older instance will not be destroyed (lifecycle.destroy = false)\n./+" +
				replaced,
			action: Succeed,
		},
		{
			text: "  # module.m[\"k\"].a.b[0] must be replaced - older instance will not be destroyed (lifecycle.destroy = " +
				"false)\n+/." + replaced,
			action: Succeed,
		},
		{"  # a.b must be replaced, but the existing object will not be destroyed\n+/." + replaced, Succeed},
		{" # a.b will be replaced, but the existing object will not be destroyed\n+/." + replaced, Succeed},
		{"  # a.b is tainted, so must be replaced, but the existing object will not be destroyed\n+/." + replaced, Succeed},
		{
			text: " # a.b will no longer be managed by Terraform, but will not be destroyed\n" +
				" # (destroy = false is set in the configuration)\n ." + kept,
			action: Forget,
		},
		{"  # a.b will be removed from the OpenTofu state but will not be destroyed\n  ." + shallow, Forget},
		{"  # a.b will be removed from the OpenTofu state but will not be destroyed\n  ." + kept, Forget},
	} {
		p := readPlan(nil, logSection("OpenTofu will perform the following actions:\n\n"+c.text))
		if len(p.Changes) != 1 || p.Changes[0].Action != c.action || p.Changes[0].Diff == "" ||
			strings.Contains(p.Changes[0].Diff, "Plan:") {
			t.Errorf("%s: got %+v", c.text, p.Changes)
		}
		if p.OtherCounts.Forgets != 1 || p.Text.Destructions != 0 || !p.Text.Complete || len(p.Text.Problems) > 0 {
			t.Errorf("%s: got %+v and the totals %+v", c.text, p.OtherCounts, p.Text)
		}
	}
}

// TestInvocations: both sources list actions with the changes that trigger them.
func TestInvocations(t *testing.T) {
	t.Parallel()
	const block = "    action \"t\" \"%s\" {\n        config {\n            x = 1\n        }\n    }\n"
	of := func(name string) string { return "    # action.t." + name + "\n" + fmt.Sprintf(block, name) }
	const update = "Terraform will perform the following actions:\n\n  # a.b will be updated in-place\n" +
		"  ~ resource \"a\" \"b\" {\n      ~ x = 1 -> 2\n    }\n\n"
	const create = "  # a.c will be created\n  + resource \"a\" \"c\" {\n      + x = 1\n    }\n\n"
	alone := func(name string) string {
		return "  # " + name + " will be invoked\n    # " + name + "\n" + fmt.Sprintf(block, "x") + "\n"
	}
	for _, c := range []struct {
		name, log string
		want      []string
		complete  bool
	}{
		{
			name: "before and after",
			log: update + "    # Actions to be invoked before this change in order:\n" + of("one") +
				"\n    # Actions to be invoked after this change in order:\n" + of("two") + of("three") +
				"\n" + create + "    # Actions to be invoked after this change in order:\n" + of("four") +
				"\nPlan: 1 to add, 1 to change, 0 to destroy. Actions: 4 to invoke.\n",
			want: []string{
				"create a.c []",
				"invoke action.t.four [after the change of a.c]",
				"invoke action.t.one [before the change of a.b]",
				"invoke action.t.three [after the change of a.b]",
				"invoke action.t.two [after the change of a.b]",
				"update a.b []",
			},
			complete: true,
		},
		{
			name: "alone, after the summary",
			log: "Plan: 0 to add, 0 to change, 0 to destroy. Actions: 2 to invoke.\n\n" +
				"Terraform will invoke the following action(s):\n\n" + alone("action.t.x") + alone("module.m[0].action.t.x[\"k\"]"),
			want:     []string{"invoke action.t.x []", "invoke module.m[0].action.t.x[\"k\"] []"},
			complete: true,
		},
		{
			name: "alone, before the summary",
			log: "Terraform will invoke the following action(s):\n\n" + alone("action.t.x") +
				"Plan: 0 to add, 0 to change, 0 to destroy. Actions: 1 to invoke.\n",
			want:     []string{"invoke action.t.x []"},
			complete: true,
		},
		{
			name: "a destruction among them",
			log: "Plan: 0 to add, 0 to change, 0 to destroy. Actions: 1 to invoke.\n\n" +
				"Terraform will invoke the following action(s):\n\n" + alone("action.t.x") +
				"  # a.b will be destroyed\n  - resource \"a\" \"b\" {\n      - x = 1 -> null\n    }\n",
			want:     []string{"invoke action.t.x []"},
			complete: false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := readPlan(nil, logSection(c.log))
			if diff := cmp.Diff(changes(p.Changes), c.want); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
			if n := strings.Count(strings.Join(c.want, "\n"), "invoke "); p.OtherCounts.Invocations != n || !p.Text.HasChanges() {
				t.Errorf("%d invocations, want %d (%+v)", p.OtherCounts.Invocations, n, p.Text)
			}
			if p.Text.Complete != c.complete {
				t.Errorf("complete: %v", p.Text.Complete)
			}
		})
	}
	p := readPlan(sectionOf([]byte(`{"format_version":"1.2","resource_changes":[],"action_invocations":[
		{"address":"action.t.a","lifecycle_action_trigger":{"triggering_resource_address":"a.b","action_trigger_event":"BeforeCreate"}},
		{"address":"action.t.b","lifecycle_action_trigger":{"triggering_resource_address":"a.b","action_trigger_event":"Later"}},
		{"address":"action.t.c","invoke_action_trigger":{}}]}`)), nil)
	want := []string{
		"invoke action.t.a [before the change of a.b]",
		"invoke action.t.b [with the change of a.b]",
		"invoke action.t.c []",
	}
	if diff := cmp.Diff(changes(p.Changes), want); diff != "" || p.OtherCounts.Invocations != 3 || !p.JSON.HasChanges() {
		t.Errorf("-got +want (%+v):\n%s", p.JSON, diff)
	}
}

// TestConfigurationOfInvocations: the configuration of an action is shown as in the log if that agrees with the JSON, and else
// that of the JSON, without values that are or may be sensitive.
func TestConfigurationOfInvocations(t *testing.T) {
	t.Parallel()
	const (
		marks     = `,"config_sensitive":{},"config_unknown":{}`
		block     = "    # action.t.x\n    action \"t\" \"x\" {\n        config {\n%s        }\n    }\n"
		rendered  = "  action \"t\" \"x\" {\n      config {\n%s      }\n  }"
		values    = `"config_values":{"a":[1,{"b":2}],"c":"d\ne\n"}`
		ofValues  = "          a = [\n              1,\n              {\n                  b = 2\n              },\n          ]\n"
		ofText    = "          c = <<-EOT\n              d\n              e\n          EOT\n"
		note      = "          # (values not shown: the plan's JSON does not mark all sensitive values)\n"
		printed   = "            c = \"z\"\n            w = (write-only attribute)\n"
		asPrinted = "          c = \"z\"\n          w = (write-only attribute)\n"
	)
	for _, c := range []struct{ name, config, log, want string }{
		{"no configuration", `"config_values":null`, "", ""},
		{"an empty configuration", `"config_values":{}` + marks, "", ""},
		{"no text", values + marks, "", ofValues + ofText},
		{"another text", `"config_values":{"c":"z"}` + marks, "            c = \"y\"\n", "          c = \"z\"\n"},
		{"a text that lacks a value", `"config_values":{"c":"z","d":"f"}` + marks, "            c = \"z\"\n", "          c = \"z\"\n          d = \"f\"\n"},
		{"a text with signs", `"config_values":{"c":"z"}` + marks, "          + c = \"z\"\n", "          c = \"z\"\n"},
		{
			name:   "a text that lacks an unknown value",
			config: `"config_values":{"c":"z","w":null},"config_sensitive":{},"config_unknown":{"w":true}`,
			log:    printed,
			want:   "          c = \"z\"\n          w = (known after apply)\n",
		},
		{"the same text without marks", `"config_values":{"c":"z","w":null}`, printed, asPrinted},
		{"no text and no marks", `"config_values":{"c":"z"}`, "", "          c = (value not shown)\n" + note},
		{
			name:   "sensitive and unknown values",
			config: `"config_values":{"c":"z","d":{"e":"f"}},"config_sensitive":{"c":true},"config_unknown":{"d":{"g":true}}`,
			want:   "          c = (sensitive value)\n          d = {\n              e = \"f\"\n              g = (known after apply)\n          }\n",
		},
		{
			name:   "a mark that is not a boolean",
			config: `"config_values":{"c":"z"},"config_sensitive":{"c":"true"},"config_unknown":{}`,
			want:   "          c = (sensitive value)\n",
		},
		{"a text with two blocks", `"config_values":{"c":"z"}` + marks, "            c = \"z\"\n        }\n        config {\n",
			"          c = \"z\"\n"},
		{"only unknown values", `"config_values":{},"config_sensitive":{},"config_unknown":{"c":true}`, "", "          c = (known after apply)\n"},
		{"a secret", `"config_values":{"c":"hunter2"}` + marks, "", "          c = \"***\"\n"},
	} {
		log := ""
		if c.log != "" {
			log = "Terraform will perform the following actions:\n\n  # a.b will be updated in-place\n  ~ resource \"a\" \"b\" {\n    }\n\n" +
				"    # Actions to be invoked after this change in order:\n" + fmt.Sprintf(block, c.log) +
				"\nPlan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke.\n"
		}
		want := ""
		if c.want != "" {
			want = fmt.Sprintf(rendered, c.want)
		}
		redactor := new(secret.Redactor)
		redactor.Add(secret.Declared("hunter2"))
		l := NewLog(redactor)
		fmt.Fprint(l, log)
		p := l.Plan(t.Context(), strings.NewReader(`{"format_version":"1.2","terraform_version":"1.14.0","resource_changes":[],"action_invocations":[`+
			`{"address":"action.t.x","type":"t","name":"x",`+c.config+`}]}`))
		if len(p.Changes) != 1 {
			t.Errorf("%s: got %+v, %s", c.name, p.Changes, p.JSONProblem)
			continue
		}
		if diff := cmp.Diff(want, p.Changes[0].Diff); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestAddressesInTexts: names of any script, and keys with any character, are part of the address of an action, and of that
// of a resource whose change is described in unknown words.
func TestAddressesInTexts(t *testing.T) {
	t.Parallel()
	const begin = "Terraform will perform the following actions:\n\n  # a.b will be updated in-place\n  ~ resource \"a\" \"b\" {\n    }\n\n"
	for _, prefix := range []string{"", `module.m["a]b"].`, `module.m["q\"]"].module.n[0].`, "module.réseau."} {
		for _, name := range []string{"t.x", "t.é", "t.名前_1-a", `t.x["a b"]`, "t.x[0]", `t.x["]"]`, "t.n\u0303o"} {
			address := prefix + "action." + name
			p := readPlan(nil, logSection(begin+"    # Actions to be invoked after this change in order:\n    # "+address+
				"\n    action \"t\" \"x\" {\n    }\n\nPlan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke.\n"))
			if len(p.Changes) != 2 || p.Changes[1].Address != address || p.Changes[1].Action != Invoke {
				t.Errorf("%s: got %+v", address, p.Changes)
			}
			address = prefix + name
			p = readPlan(nil, logSection(begin+"  # "+address+" will be teleported\n  ~ resource \"t\" \"x\" {\n    }\n\n"+
				"Plan: 0 to add, 1 to change, 0 to destroy.\n"))
			if len(p.Text.Problems) != 1 {
				t.Errorf("%s: got the problems %v", address, p.Text.Problems)
			}
		}
	}
	for _, text := range []string{"action.t", "action.t.1", "x.action.t.y", `module.m["a]b].action.t.x`, "action.t.x y", "docs: action.t.x"} {
		p := readPlan(nil, logSection(begin+"    # Actions to be invoked after this change in order:\n    # "+text+
			"\n\nPlan: 0 to add, 1 to change, 0 to destroy.\n"))
		if len(p.Changes) != 1 {
			t.Errorf("%s: got %+v", text, p.Changes)
		}
	}
}
