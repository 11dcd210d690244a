package tfplan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/secret"
)

// TestDiffFromJSON renders changes of one resource without the text of the plan.
func TestDiffFromJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, change, want string }{
		{
			name:   "an object that is removed is shown with its members",
			change: `"before":{"x":{"a":1,"b":[2]}},"after":{"x":null}`,
			want:   "-     x = {\n-         a = 1\n-         b = [\n-             2,\n          ]\n      }",
		},
		{
			name:   "an object that is added is shown with its members",
			change: `"before":{"x":null},"after":{"x":{"a":1}}`,
			want:   "+     x = {\n+         a = 1\n      }",
		},
		{
			name:   "an object that becomes a list is shown on one line",
			change: `"before":{"x":{"a":1}},"after":{"x":[1]}`,
			want:   `!     x = {"a":1} -> [1]`,
		},
		{
			name:   "an object that becomes unknown is shown on one line",
			change: `"before":{"x":{"a":1}},"after":{},"after_unknown":{"x":true}`,
			want:   `!     x = {"a":1} -> (known after apply)`,
		},
		{
			name:   "a sensitive object shows no member",
			change: `"before":{"x":{"a":1}},"after":{"x":{"a":2}},"before_sensitive":{"x":true},"after_sensitive":{"x":true}`,
			want:   `!     x = (sensitive value)`,
		},
		{
			name:   "a value that becomes sensitive",
			change: `"before":{"x":1},"after":{"x":2},"before_sensitive":{},"after_sensitive":{"x":true}`,
			want:   `!     x = (sensitive value)`,
		},
		{
			name: "a value that becomes sensitive without another change",
			change: `"before":{"w":1,"x":1,"y":{"z":[1]}},"after":{"w":1,"x":1,"y":{"z":[1]}}` +
				`,"before_sensitive":{"w":true},"after_sensitive":{"w":true,"x":true,"y":{"z":[true]}}`,
			want: "!     x = (sensitive value)\n!     y = {\n!         z = [\n" +
				"!             (sensitive value),\n          ]\n      }\n      # (1 sensitive attribute not shown)",
		},
		{
			name:   "a part becomes sensitive in a value of another type",
			change: `"before":{"x":{"a":"hunter2"}},"after":{"x":["s"]},"before_sensitive":{},"after_sensitive":{"x":[true]}`,
			want:   `!     x = (sensitive value)`,
		},
		{
			name:   "a sensitive attribute that is known only after the apply",
			change: `"before":{},"after":{},"after_unknown":{"a":true,"b":true,"c":true,"d":true,"x":true},"after_sensitive":{"x":true}`,
			want:   "+     x = (sensitive value)\n      # (4 attributes known after apply)",
		},
		{
			name:   "an element removed from the start of a list",
			change: `"before":{"x":["a","b","c"],"y":[{"k":1},{"k":2,"l":3}]},"after":{"x":["b","c"],"y":[{"k":2,"l":4}]}`,
			want: "!     x = [\n-         \"a\",\n      ]\n!     y = [\n!         {\n!             k = 1 -> 2\n+             l = 4\n" +
				"          },\n-         {\n-             k = 2\n-             l = 3\n          },\n      ]",
		},
		{
			name:   "null and empty elements",
			change: `"before":{"x":["a",null]},"after":{"x":[null,{},"a",[],null]}`,
			want:   "!     x = [\n+         null,\n+         {},\n+         [],\n      ]",
		},
		{
			name:   "sensitive elements whose values are not in the JSON",
			change: `"before":{"x":["a",null]},"after":{"x":["b","a"]},"before_sensitive":{"x":[false,true]},"after_sensitive":{"x":[false,false]}`,
			want:   "!     x = [\n+         (sensitive value),\n-         (sensitive value),\n      ]",
		},
		{
			name:   "an element that becomes sensitive while another one is removed",
			change: `"before":{"x":["a","hunter2","c"]},"after":{"x":["hunter2","c"]},"before_sensitive":{},"after_sensitive":{"x":[true,false]}`,
			want:   "!     x = [\n-         \"a\",\n!         (sensitive value),\n      ]",
		},
		{
			name:   "an element that becomes sensitive and whose value is not in the JSON",
			change: `"before":{"x":["a","hunter2","c"]},"after":{"x":["REDACTED","c"]},"before_sensitive":{},"after_sensitive":{"x":[true,false]}`,
			want:   "!     x = [\n-         (sensitive value),\n-         (sensitive value),\n+         (sensitive value),\n      ]",
		},
		{
			name: "an object with an attribute that is no longer sensitive, and an added one",
			change: `"before":{"x":[{"k":"REDACTED","n":1}]},"after":{"x":[{"k":"a","n":2},{"k":"b","n":3}]}` +
				`,"before_sensitive":{"x":[{"k":true}]},"after_sensitive":{}`,
			want: "!     x = [\n!         {\n!             k = (sensitive value)\n!             n = 1 -> 2\n          },\n" +
				"+         {\n+             k = (sensitive value)\n+             n = 3\n          },\n      ]",
		},
		{
			name:   "a sensitive value that is absent is not counted",
			change: `"before":{"y":1},"after":{"y":2},"before_sensitive":{"x":true},"after_sensitive":{"x":true}`,
			want:   `!     y = 1 -> 2`,
		},
		{
			name: "a sensitive value that is null is counted",
			change: `"before":{"x":null,"y":1},"after":{"x":null,"y":2},` +
				`"before_sensitive":{"x":true},"after_sensitive":{"x":true}`,
			want: "!     y = 1 -> 2\n      # (1 sensitive attribute not shown)",
		},
		{
			name: "sensitive values that are null are counted",
			change: `"before":{"x":null,"y":1,"z":null},"after":{"x":null,"y":2,"z":null},` +
				`"before_sensitive":{"x":true,"z":true},"after_sensitive":{"x":true,"z":true}`,
			want: "!     y = 1 -> 2\n      # (2 sensitive attributes not shown)",
		},
		{
			name:   "three attributes known after the apply are shown",
			change: `"before":null,"after":{"d":1},"after_unknown":{"a":true,"b":true,"c":true}`,
			want: "+     a = (known after apply)\n+     b = (known after apply)\n+     c = (known after apply)\n" +
				"+     d = 1",
		},
		{
			name:   "four attributes known after the apply are counted",
			change: `"before":null,"after":{"d":1},"after_unknown":{"a":true,"b":true,"c":true,"e":true}`,
			want:   "+     d = 1\n      # (4 attributes known after apply)",
		},
		{
			name:   "inside an object all attributes known after the apply are shown",
			change: `"before":null,"after":{"o":{"z":1}},"after_unknown":{"o":{"a":true,"b":true,"c":true,"d":true}}`,
			want: "+     o = {\n+         a = (known after apply)\n+         b = (known after apply)\n" +
				"+         c = (known after apply)\n+         d = (known after apply)\n+         z = 1\n      }",
		},
		{
			name:   "only the differences in a list and in an object are shown, with aligned names",
			change: `"before":{"l":[1,2,3],"o":{"same":1,"longer":1,"s":1}},"after":{"l":[1,5,3,4],"o":{"same":1,"longer":2,"s":2}}`,
			want: "!     l = [\n-         2,\n+         5,\n+         4,\n      ]\n" +
				"!     o = {\n!         longer = 1 -> 2\n!         s      = 1 -> 2\n      }",
		},
		{
			name:   "null and an empty list differ in an object that exists on both sides",
			change: `"before":{"a":null,"b":{},"o":{"l":null},"s":null,"y":1},"after":{"a":[],"b":null,"o":{"l":[]},"s":null,"y":2}`,
			want:   "+     a = []\n-     b = {}\n!     o = {\n+         l = []\n      }\n!     y = 1 -> 2",
		},
		{
			name:   "null and an empty list are the same in an object that exists on one side",
			change: `"before":{"o":{"l":[],"k":1},"y":1},"after":{"p":{"l":[],"k":1},"y":1,"m":[]}`,
			want:   "-     o = {\n-         k = 1\n      }\n+     p = {\n+         k = 1\n      }",
		},
		{
			name:   "names that are not identifiers are quoted",
			change: `"before":{"x":{"z":1}},"after":{"x":{"z":1,"a b":1,"c-d_1":1,"2":1,"é":1}}`,
			want:   "!     x = {\n+         \"2\"   = 1\n+         \"a b\" = 1\n+         c-d_1 = 1\n+         \"é\"   = 1\n      }",
		},
		{
			name:   "attributes that force a replacement",
			change: `"before":{"x":1,"y":{"z":[1]}},"after":{"x":2,"y":{"z":[2]}},"replace_paths":[["x"],["y","z",0]]`,
			want: "!     x = 1 -> 2 # forces replacement\n!     y = {\n!         z = [\n" +
				"-             1, # forces replacement\n+             2, # forces replacement\n          ]\n      }",
		},
		{
			name:   "invisible characters are escaped",
			change: `"before":{"x":"a\u200bb"},"after":{"x":"ab\u00a0<&>"}`,
			want:   `!     x = "a\u200bb" -> "ab\u00a0<&>"`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			doc := `{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","type":"a","name":"b",` +
				`"change":{"before_sensitive":{},"after_sensitive":{},"actions":["update"],` + c.change + `}}]}`
			want := "! resource \"a\" \"b\" {\n" + c.want + "\n  }"
			if diff := cmp.Diff(want, onlyDiffOf(doc)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestLongDiffFromJSON: a diff of more than 500 lines is not shown at all, because a part could be mistaken for the whole.
func TestLongDiffFromJSON(t *testing.T) {
	t.Parallel()
	object := func(n int, value string) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`"x%03d":%s`, i, value))
		}
		return "{" + strings.Join(all, ",") + "}"
	}
	list := func(n int, value string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(value+",", n), ",") + "]"
	}
	for _, c := range []struct {
		name          string
		before, after string
		lines         int
	}{
		{"an object of 496 members", object(496, "1"), object(496, "2"), 500}, // and two lines of the resource and of x each
		{"an object of 497 members", object(497, "1"), object(497, "2"), 501},
		{"an object of 900 members", object(900, "1"), object(900, "2"), 502}, // with a note
		{"a list of 248 elements", list(248, "1"), list(248, "2"), 500},
		{"a list of 249 elements", list(249, "1"), list(249, "2"), 502},
		{"a list of 900 elements", list(900, "1"), list(900, "2"), 502},
	} {
		diff, lines := onlyDiffOf(updateOf(c.before, c.after)), 0
		if diff != "" {
			lines = 1 + strings.Count(diff, "\n")
		}
		if lines != c.lines {
			t.Errorf("%s: got %d lines, want %d", c.name, lines, c.lines)
		}
	}
}

// TestNestedValuesFromJSON: a change with more than 64 levels, three of them its own, is not shown. Brackets in strings do
// not count.
func TestNestedValuesFromJSON(t *testing.T) {
	t.Parallel()
	nested := func(n int, in string) string { return strings.Repeat("[", n) + in + strings.Repeat("]", n) }
	brackets := strings.Repeat("[", 70)
	for _, c := range []struct {
		name, value string
		shown       bool
	}{
		{"61 levels", nested(61, "1"), true},
		{"62 levels", nested(62, "1"), false},
		{"61 levels many times", "[" + strings.Repeat(nested(60, "1")+",", 3) + "2]", true},
		{"objects", strings.Repeat(`{"a":`, 62) + "1" + strings.Repeat("}", 62), false},
		{"brackets in a string", `"` + brackets + `"`, true},
		{"brackets after an empty string", `["","` + brackets + `"]`, true},
		{"brackets after a quotation mark", `"\"` + brackets + `"`, true},
		{"brackets after a backslash", `["\\","` + brackets + `"]`, true},
		{"levels after a backslash", `["\\",` + nested(62, "1") + `]`, false},
	} {
		if shown := isComplete(onlyDiffOf(updateOf("1", c.value))); shown != c.shown {
			t.Errorf("%s: shown %t, want %t", c.name, shown, c.shown)
		}
	}
}

// TestRemarksOfTerraform: the text of the log is shown if it contains only remarks that Terraform adds.
func TestRemarksOfTerraform(t *testing.T) {
	t.Parallel()
	for remark, genuine := range map[string]bool{
		"# forces replacement":                                                     true,
		"# forces replacement,":                                                    true,
		"# (3 unchanged attributes hidden)":                                        true,
		"# (1 unchanged block hidden)":                                             true,
		"# (known after apply)":                                                    true,
		"# (sensitive value)":                                                      true,
		"# whitespace changes":                                                     true,
		"# whitespace changes force replacement":                                   true,
		"# At least one attribute in this block is (or was) sensitive,":            true,
		"# so its contents will not be displayed.":                                 true,
		"# Warning: this attribute value will be marked as sensitive and will not": true,
		"# Warning: this block will no longer be marked as sensitive":              true,
		"# display in UI output after applying this change.":                       true,
		"# after applying this change. The value is unchanged.":                    true,
		"# approved by the security team":                                          false,
		"# (3 changed attributes shown)":                                           false,
		"# (sensitive value) and more":                                             false,
	} {
		text := textOf("      ~ x = 1 -> 2\n        " + remark + "\n")
		p := readPlan(sectionOf([]byte(updateOf("1", "2"))), logSection(text))
		if got := onlyDiff(t, p); strings.Contains(got, remark) != genuine || !strings.Contains(got, "x = 1 -> 2") {
			t.Errorf("%s: got\n%s", remark, got)
		}
	}
}

// TestReasonOfReplacement: the reason names up to five attributes that force a replacement.
func TestReasonOfReplacement(t *testing.T) {
	t.Parallel()
	for paths, want := range map[string]string{
		`["x"]`:                         "`x` cannot be changed in place",
		`["x"],["y"]`:                   "`x` and `y` cannot be changed in place",
		`["x"],["y"],["z"]`:             "`x`, `y` and `z` cannot be changed in place",
		`["x"],["y",0,"z"]`:             "`x` and `y[0].z` cannot be changed in place",
		"[\"a`b\"]":                     "`a'b` cannot be changed in place",
		`["a"],["b"],["c"],["d"],["e"]`: "`a`, `b`, `c`, `d` and `e` cannot be changed in place",
		`["a"],["b"],["c"],["d"],["e"],["f"],["g"]`: "`a`, `b`, `c`, `d`, `e` and more cannot be changed in place",
		``: "",
	} {
		doc := `{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{"actions":["delete","create"],` +
			`"before":{"x":1},"after":{"x":2},"replace_paths":[` + paths + `]}}]}`
		p := readPlan(sectionOf([]byte(doc)), nil)
		if len(p.Changes) != 1 || p.Changes[0].Reason != want {
			t.Errorf("%s: got %+v, want %q", paths, p.Changes, want)
		}
	}
}

// TestAttributesKnownAfterApply: four or more new attributes that are known only after the apply are replaced by their
// number. Attributes with a previous value, in a nested block or with a remark are shown.
func TestAttributesKnownAfterApply(t *testing.T) {
	t.Parallel()
	for line, counted := range map[string]bool{
		"      + x%d = (known after apply)":                      true,
		"      + x%d (known after apply)":                        true,
		"      ~ x%d (known after apply)":                        true,
		"      ~ x%d = (known after apply)":                      false,
		"      - x%d (known after apply)":                        false,
		"        x%d (known after apply)":                        false,
		"    ~ x%d (known after apply)":                          false,
		"          + x%d (known after apply)":                    false,
		"          ~ x%d (known after apply)":                    false,
		"      + x%d = (known after apply)x":                     false,
		"      + x%d = [(known after apply)]":                    false,
		"      ~ x%d = 1 -> (known after apply)":                 false,
		"      - x%d = 1":                                        false,
		"          + x%d = (known after apply)":                  false,
		"      + x%d = (known after apply) # forces replacement": false,
	} {
		for n, noted := range map[int]bool{3: false, 4: counted} {
			log := "  # a.b will be created\n  + resource \"a\" \"b\" {\n      + y = 1\n\n"
			for i := range n {
				log += fmt.Sprintf(line, i) + "\n"
			}
			p := readPlan(nil, logSection(log+"    }\n"))
			got := strings.Contains(p.Changes[0].Diff, "# (4 attributes known after apply)\n  }")
			if shown := strings.Contains(p.Changes[0].Diff, "x0"); got != noted || shown == noted {
				t.Errorf("%d times %s: got\n%s", n, line, p.Changes[0].Diff)
			}
		}
	}
}

// TestUnknownFormOfActions: actions that are not a list of strings are an unknown change, not an error: the other changes
// still count.
func TestUnknownFormOfActions(t *testing.T) {
	t.Parallel()
	for _, actions := range []string{`"create"`, `7`, `null`, `{"delete":1}`, `[]`, `[7]`, `["create",7]`} {
		doc := `{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{"actions":` + actions + `}},` +
			`{"address":"a.c","change":{"actions":["delete"]}}]}`
		p := readPlan(sectionOf([]byte(doc)), nil)
		if got := strings.Join(changes(p.Changes), ", "); p.JSONProblem != "" || got != "destroy a.c [], other a.b []" ||
			strings.Join(p.JSON.Problems, ", ") != "the action of a change is unknown" {
			t.Errorf("%s: got %s with the problem %q and %+v", actions, got, p.JSONProblem, p.JSON)
		}
	}
}

func TestSplitAddress(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`a.b will be created`:                    `a.b`,
		`a.b["x y"] will be created`:             `a.b["x y"]`,
		`a.b["x] y"] will be created`:            `a.b["x] y"]`,
		`a.b["x\" ] y"] will be created`:         `a.b["x\" ] y"]`,
		`a.b["x\\"] will be created`:             `a.b["x\\"]`,
		`module.m["a b"].a.b[0] will be created`: `module.m["a b"].a.b[0]`,
		`a.b" will be created`:                   `a.b"`,
		`a.b] will be created`:                   `a.b]`,
		`a.b`:                                    `a.b`,
		`[x y] will be created`:                  `[x y]`,
		`["x y"] will be created`:                `["x y"]`,
		`"x y" will be created`:                  `"x`,
		`] x`:                                    `]`,
		` will be created`:                       ``,
		``:                                       ``,
	} {
		address, rest := splitAddress(line)
		if wantRest := strings.TrimSpace(strings.TrimPrefix(line, want)); address != want || rest != wantRest {
			t.Errorf("%s: got %q and %q, want %q and %q", line, address, rest, want, wantRest)
		}
	}
}

// TestSensitiveOutputs: the sign of an output whose values are not shown is that of the change.
func TestSensitiveOutputs(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]string{"create": `+ p = (sensitive value)`, "delete": `- p = (sensitive value)`, "update": `! p = (sensitive value)`} {
		var c tfjson.Change
		if err := decode([]byte(`{"actions":["`+action+`"],"before_sensitive":true,"after_sensitive":true}`), &c); err != nil {
			t.Fatal(err)
		}
		if got := (&planText{redact: &secret.Redactor{}, comparisons: maxComparisons}).outputChange("p", &c); strings.Join(strings.Fields(got), " ") != want {
			t.Errorf("%s: got %q, want %q", action, got, want)
		}
	}
}
