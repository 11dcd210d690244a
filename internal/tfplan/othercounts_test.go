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
	const hidden = "          c = (value not shown)\n" + note
	const other = "            c = \"y\"\n" // does not agree with the JSON
	for _, c := range []struct{ name, config, log, want string }{
		{"no configuration", `"config_values":null`, "", ""},
		{"an empty configuration", `"config_values":{}` + marks, "", ""},
		{"no text", `"config_values":{"c":"z"}` + marks, "", hidden},
		{"a large value in another text", values + marks, other, ofValues + ofText},
		{"another text", `"config_values":{"c":"z"}` + marks, other, "          c = \"z\"\n"},
		{"a text that lacks a value", `"config_values":{"c":"z","d":"f"}` + marks, "            c = \"z\"\n", "          c = \"z\"\n          d = \"f\"\n"},
		{"a text with signs", `"config_values":{"c":"z"}` + marks, "          + c = \"z\"\n", "          c = \"z\"\n"},
		{
			name:   "a text that lacks an unknown value",
			config: `"config_values":{"c":"z","w":null},"config_sensitive":{},"config_unknown":{"w":true}`,
			log:    other,
			want:   "          c = \"z\"\n          w = (known after apply)\n",
		},
		{"the same text without marks", `"config_values":{"c":"z","w":null}`, printed, asPrinted},
		{"a write-only value in the JSON", `"config_values":{"c":"z","w":"v"}` + marks, printed, asPrinted},
		{
			name:   "a write-only value in the JSON, and another text",
			config: `"config_values":{"c":"other","w":"v"}` + marks,
			log:    printed,
			want:   "          c = \"other\"\n          w = (sensitive value)\n",
		},
		{
			name:   "nested write-only values in the JSON",
			config: `"config_values":{"b":[{"c":[{"w":"v","x":1},{"w":"v","x":2}]}],"m":{"k":{"w":"v","y":1}}}` + marks,
			log: "            m = {\n                \"k\" = {\n                    w = (write-only attribute)\n                    y = 1\n" +
				"                }\n            }\n\n            b {\n" +
				"                c {\n                    w = (write-only attribute)\n                    x = 2\n                }\n" +
				"                c {\n                    w = (write-only attribute)\n                    x = 2\n                }\n            }\n",
			want: "          b = [\n              {\n                  c = [\n                      {\n                          w = (sensitive value)\n" +
				"                          x = 1\n                      },\n                      {\n                          w = (sensitive value)\n" +
				"                          x = 2\n                      },\n                  ]\n              },\n          ]\n" +
				"          m = {\n              k = {\n                  w = (sensitive value)\n                  y = 1\n              }\n          }\n",
		},
		{"a value that only the text hides", `"config_values":{"c":"z","w":"v"}` + marks, "            c = (sensitive value)\n            w = \"v\"\n",
			"          c = (sensitive value)\n          w = \"v\"\n"},
		{"no text and no marks", `"config_values":{"c":"z"}`, "", hidden},
		{
			name:   "sensitive and unknown values",
			config: `"config_values":{"c":"z","d":{"e":"f"}},"config_sensitive":{"c":true},"config_unknown":{"d":{"g":true}}`,
			log:    other,
			want:   "          c = (sensitive value)\n          d = {\n              e = \"f\"\n              g = (known after apply)\n          }\n",
		},
		{
			name:   "sensitive and unknown values without a text",
			config: `"config_values":{"c":"z","d":null},"config_sensitive":{"c":true},"config_unknown":{"d":true}`,
			want:   "          c = (sensitive value)\n          d = (known after apply)\n" + note,
		},
		{
			name:   "a mark that is not a boolean",
			config: `"config_values":{"c":"z"},"config_sensitive":{"c":"true"},"config_unknown":{}`,
			log:    other,
			want:   "          c = (sensitive value)\n",
		},
		{"a text with two blocks", `"config_values":{"c":"z"}` + marks, "            c = \"z\"\n        }\n        config {\n",
			"          c = \"z\"\n"},
		{"only unknown values", `"config_values":{},"config_sensitive":{},"config_unknown":{"c":true}`, other, "          c = (known after apply)\n"},
		{"a secret", `"config_values":{"c":"hunter2"}` + marks, other, "          c = \"***\"\n"},
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
			`{"address":"action.t.x","type":"t","name":"x","lifecycle_action_trigger":{"triggering_resource_address":"a.b",`+
			`"action_trigger_event":"AfterUpdate"},`+c.config+`}]}`))
		if len(p.Changes) != 1 {
			t.Errorf("%s: got %+v, %s", c.name, p.Changes, p.JSONProblem)
			continue
		}
		if diff := cmp.Diff(want, p.Changes[0].Diff); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestInvocationsWithoutAddress: Terraform 1.14 and 1.15 print no address above the block of an action. The log lists each
// invocation, and its texts are those of the same action and trigger in the JSON.
func TestInvocationsWithoutAddress(t *testing.T) {
	t.Parallel()
	block := func(name, value string) string {
		const format = "    action \"t\" %q {\n        config {\n            c = %q\n            w = (write-only attribute)\n        }\n    }\n"
		return fmt.Sprintf(format, name, value)
	}
	const before, after = "\n    # Actions to be invoked before this change in order:\n", "\n    # Actions to be invoked after this change in order:\n"
	const update, create = "  # a.b will be updated in-place\n  ~ resource \"a\" \"b\" {\n      ~ x = 1 -> 2\n    }\n",
		"  # module.m[\"k.1\"].a.c[0] will be created\n  + resource \"a\" \"c\" {\n      + x = 1\n    }\n"
	log := "Terraform will perform the following actions:\n\n" + update + before + block("x", "v") + block("y", "one") + "\n" +
		after + block("y", "two") + block("y", "three") + "\n" + create + after + block("x", "in module") + "\n" +
		"  # a.d will be updated in-place\n  ~ resource \"a\" \"d\" {\n      ~ x = 1 -> 2\n    }\n" + block("z", "no title") +
		"\nPlan: 1 to add, 2 to change, 0 to destroy. Actions: 5 to invoke.\n"
	want := []string{
		`create module.m["k.1"].a.c[0] []`,
		"invoke action.t.x [before the change of a.b]",
		"invoke action.t.y [after the change of a.b]",
		"invoke action.t.y [after the change of a.b]",
		"invoke action.t.y [before the change of a.b]",
		`invoke module.m["k.1"].action.t.x [after the change of module.m["k.1"].a.c[0]]`,
		"update a.b []",
		"update a.d []",
	}
	p := readPlan(nil, logSection(log))
	if diff := cmp.Diff(want, changes(p.Changes)); diff != "" || p.OtherCounts.Invocations != 5 || !p.Text.Complete {
		t.Errorf("%+v (-want +got):\n%s", p.Text, diff)
	}
	for i, value := range map[int]string{1: "v", 2: "one", 3: "two", 4: "three", 6: "in module"} {
		if i < len(p.Changes) && !strings.Contains(p.Changes[i].Diff, `  c = "`+value+`"`) {
			t.Errorf("%d: got\n%s", i, p.Changes[i].Diff)
		}
	}

	one := func(address, name, trigger, event, value string) string {
		return fmt.Sprintf(`{"address":%q,"type":"t","name":%q,`+
			`"lifecycle_action_trigger":{"triggering_resource_address":%q,"action_trigger_event":%q},`+
			`"config_values":{"c":%q,"w":"v"},"config_sensitive":{},"config_unknown":{}}`, address, name, trigger, event, value)
	}
	p = readPlan(logSection(`{"format_version":"1.2","terraform_version":"1.14.0","resource_changes":[],"action_invocations":[`+strings.Join([]string{
		one("action.t.x", "x", "a.b", "BeforeUpdate", "v"),
		one(`action.t.y["a[\"]"]`, "y", "a.b", "AfterUpdate", "three"),
		one(`module.m["k.1"].action.t.x[0]`, "x", `module.m["k.1"].a.c[0]`, "AfterCreate", "in module"),
		one(`module.m["k.1"].action.t.x[0]`, "x", `module.m["k.1"].a.c[0]`, "BeforeCreate", "in module"), // not in the log
		one(`module.n.action.t.x[0]`, "x", `module.m["k.1"].a.c[0]`, "AfterCreate", "in module"),         // not in the log
		one("action.t.z", "z", "a.d", "AfterUpdate", "no title"),
	}, ",")+`]}`), logSection(log))
	const shown, hidden = "  action \"t\" %q {\n      config {\n          c = %q\n          w = (write-only attribute)\n      }\n  }",
		"  action \"t\" %q {\n      config {\n          c = (value not shown)\n          w = (value not shown)\n" +
			"          # (values not shown: the plan's JSON does not mark all sensitive values)\n      }\n  }"
	for i, want := range []string{
		fmt.Sprintf(shown, "x", "v"), fmt.Sprintf(shown, "y", "three"), fmt.Sprintf(shown, "x", "in module"),
		fmt.Sprintf(hidden, "x"), fmt.Sprintf(hidden, "x"), fmt.Sprintf(hidden, "z"),
	} {
		if len(p.Changes) != 6 || p.Changes[i].Diff != want {
			t.Errorf("%d: got %+v, want\n%s", i, p.Changes, want)
		}
	}
}

// TestTriggerWithBacktick: the block of an action is found also if the address of what triggers it cannot be quoted in Markdown.
func TestTriggerWithBacktick(t *testing.T) {
	t.Parallel()
	p := readPlan(logSection(`{"format_version":"1.2","terraform_version":"1.14.0","resource_changes":[],"action_invocations":[{"address":"action.t.x",`+
		`"type":"t","name":"x","lifecycle_action_trigger":{"triggering_resource_address":"a.b[\"`+"`"+`\"]","action_trigger_event":"AfterUpdate"},`+
		`"config_values":{"c":"v"},"config_sensitive":{},"config_unknown":{}}]}`),
		logSection("Terraform will perform the following actions:\n\n  # a.b[\"`\"] will be updated in-place\n"+
			"  ~ resource \"a\" \"b\" {\n      ~ x = 1 -> 2\n    }\n\n    # Actions to be invoked after this change in order:\n"+
			"    action \"t\" \"x\" {\n        config {\n            c = \"v\"\n        }\n    }\n"+
			"\nPlan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke.\n"))
	if len(p.Changes) != 1 || !strings.Contains(p.Changes[0].Diff, `c = "v"`) || p.Changes[0].Reason != `after the change of a.b["'"]` {
		t.Errorf("got %+v", p.Changes)
	}
}

// TestTextBelowInvocations: a block that another program prints below the plan is not an invocation, even if the plan ends
// with one.
func TestTextBelowInvocations(t *testing.T) {
	t.Parallel()
	const block = "    action \"t\" %q {\n        config {\n            c = \"v\"\n        }\n    }\n"
	p := readPlan(nil, logSection("Terraform will perform the following actions:\n\n  # a.b will be updated in-place\n"+
		"  ~ resource \"a\" \"b\" {\n      ~ x = 1 -> 2\n    }\n\n    # Actions to be invoked after this change in order:\n"+
		fmt.Sprintf(block, "x")+"\nPlan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke.\n\n"+fmt.Sprintf(block, "y")))
	want := []string{"invoke action.t.x [after the change of a.b]", "update a.b []"}
	if diff := cmp.Diff(want, changes(p.Changes)); diff != "" || p.OtherCounts.Invocations != 1 || p.Omitted != 0 {
		t.Errorf("%d omitted, %+v (-want +got):\n%s", p.Omitted, p.Text, diff)
	}
}

// TestUnreliableTextOfInvocation: values are not shown if the log may lack a block of the action, or has one outside of the plan.
func TestUnreliableTextOfInvocation(t *testing.T) {
	t.Parallel()
	const block = "    action \"t\" \"x\" {\n        config {\n            c = \"v\"\n        }\n    }\n"
	const begin = "Terraform will perform the following actions:\n\n  # a.b will be updated in-place\n  ~ resource \"a\" \"b\" {\n    }\n\n" +
		"    # Actions to be invoked after this change in order:\n"
	const end = "\nPlan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke.\n"
	inUnit := func(log string) string {
		return "[vpc] " + strings.ReplaceAll(strings.TrimSuffix(log, "\n"), "\n", "\n[vpc] ") + "\n"
	}
	for name, c := range map[string]struct {
		log   string
		shown bool
	}{
		"reliable":                {begin + block + end, true},
		"two texts":               {begin + block + block + end, true},
		"another value":           {begin + strings.Replace(block, `"v"`, `"u"`, 1) + end, true},
		"no end":                  {begin + block, false},
		"of a unit":               {inUnit(begin + block + end), true},
		"another value of a unit": {inUnit(begin + strings.Replace(block, `"v"`, `"u"`, 1) + end), false},
		"a block that ends":       {begin + strings.TrimSuffix(block, "        }\n    }\n") + end, false},
		"a second plan":           {begin + block + end + "\n" + begin + block + end, false},
		"another plan before it":  {begin + end + begin + block + end, false},
		"after another change":    {strings.Replace(begin, "a.b", "a.c", 1) + block + end, false},
		"before the change":       {strings.Replace(begin, "after", "before", 1) + block + end, false},
	} {
		l := NewLog(nil)
		fmt.Fprint(l, c.log)
		p := l.Plan(t.Context(), strings.NewReader(`{"format_version":"1.2","terraform_version":"1.14.0","resource_changes":[],"action_invocations":[`+
			`{"address":"action.t.x","type":"t","name":"x","lifecycle_action_trigger":{"triggering_resource_address":"a.b",`+
			`"action_trigger_event":"AfterUpdate"},"config_values":{"c":"v"},"config_sensitive":{},"config_unknown":{}}]}`))
		if len(p.Changes) != 1 || strings.Contains(p.Changes[0].Diff, `"v"`) != c.shown || strings.Contains(p.Changes[0].Diff, hiddenValue) == c.shown {
			t.Errorf("%s: got %+v", name, p.Changes)
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

// TestOtherCountsOfRepeatedPlan: a hook may print the plan again, so its changes are added up only if the log contains the
// plans of several units.
func TestOtherCountsOfRepeatedPlan(t *testing.T) {
	t.Parallel()
	const text = "Terraform will perform the following actions:\n\n" +
		"  # a.old has moved to a.b\n    resource \"a\" \"b\" {\n        id = \"1\"\n    }\n\n" +
		"Plan: 0 to add, 0 to change, 0 to destroy, 1 to forget. Actions: 2 to invoke.\n"
	const planJSON = `{"format_version":"1.2","terraform_version":"1.15.0","resource_changes":[` +
		`{"address":"a.b","previous_address":"a.old","type":"a","name":"b","change":{"actions":["no-op"],"before":{},"after":{}}}]}`
	once, twice := OtherCounts{Moves: 1, Forgets: 1, Invocations: 2}, OtherCounts{Moves: 2, Forgets: 2, Invocations: 4}
	if p := readPlan(logSection(planJSON), logSection(text+text)); p.OtherCounts != once || p.Text.OtherCounts != twice {
		t.Errorf("got %+v, and %+v in the text", p.OtherCounts, p.Text.OtherCounts)
	}
	if p := readPlan(logSection(planJSON+planJSON), logSection(text+text)); p.OtherCounts != twice {
		t.Errorf("several documents: got %+v", p.OtherCounts)
	}
	if p := readPlan(logSection(planJSON[:len(planJSON)-1]), logSection(text+text)); p.OtherCounts != twice {
		t.Errorf("truncated JSON: got %+v", p.OtherCounts)
	}
}
