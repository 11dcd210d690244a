package tfplan

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// planTemplate is a plan's JSON with placeholders: Q is a secret as a string, N its content.
const planTemplate = `{"format_version":"1.2","resource_changes":[
	{"address":"a.b[\"N\"]","previous_address":"a.c[\"N\"]","change":{"before_sensitive":{},"after_sensitive":{},"actions":["update"],"importing":{"id":Q},
		"before":{"v":Q,"l":[Q],"m":{"N":1}},"after":{"v":"other","l":[],"m":{}}}},
	{"address":"a.d","change":{"before_sensitive":{},"after_sensitive":{},"actions":["create"],
		"before":null,"after":{"v":Q,"n":12345678,"text":"x N y\nN\n","json":"[\"N\"]"}}},
	{"address":"a.e","change":{"actions":["N"],"before":null,"after":null}}],
	"resource_drift":[{"address":"a.f","change":{"before_sensitive":{},"after_sensitive":{},"actions":["delete"],"before":{"v":Q},"after":null}}],
	"output_changes":{"N":{"actions":["create"],"before":null,"after":Q,"after_unknown":false}}}`

// TestResultsContainNoSecret puts secrets into every place of a plan's JSON and log, and
// searches for them in the results.
func TestResultsContainNoSecret(t *testing.T) {
	t.Parallel()
	for _, hidden := range []string{
		"s3cr3t", "two  blanks", `"quoted" <&> \back`, "a,b=c/d+e", "12345678",
		"line one\nline two", "ünïcödé-wörd", "will be destroyed", "delete",
	} {
		for kind, value := range map[string]secret.Value{
			"credential": secret.New(hidden),
			"declared":   secret.Declared(hidden),
		} {
			t.Run(kind+" "+hidden, func(t *testing.T) {
				t.Parallel()
				redactor := new(secret.Redactor)
				redactor.Add(value)
				quoted, err := json.Marshal(hidden)
				if err != nil {
					t.Fatal(err)
				}
				q := string(quoted)
				// The line is cut within the secret, one byte before its end.
				long := "      + long = \"" + strings.Repeat("x", maxLineLength-16-len(hidden)) + "-" + hidden + "-" +
					strings.Repeat("y", 100)
				planJSON := strings.NewReplacer("Q", q, "N", strings.Trim(q, `"`)).Replace(planTemplate)
				log := fmt.Sprintf("Terraform will perform the following actions:\n\n"+
					"  # a.g[%[1]q] will be created\n  # (because %[1]s)\n  + resource \"a\" \"g\" {\n      + v = %[1]q\n%[2]s\n"+
					"      + t = <<-EOT\n            %[1]s\n        EOT\n    }\n"+
					"  # a.h %[1]s\n\nChanges to Outputs:\n  + o = %[1]q\n\n╷\n│ Error: %[1]s\n│ \n│   on %[1]s line 3:\n"+
					"│ \n│ Said %[1]s.\n╵\n%[1]s: Creation complete after 1s\n%[1]s", hidden, long)
				for name, doc := range map[string]string{"JSON and log": planJSON, "log": ""} {
					l := NewLog(redactor)
					fmt.Fprint(l, log)
					var p Plan
					if doc == "" {
						p = l.Plan(t.Context(), nil)
					} else if p = l.Plan(t.Context(), strings.NewReader(doc)); p.JSONProblem != "" {
						t.Fatal(p.JSONProblem)
					}
					given, err := json.Marshal([]any{p, l.Apply()})
					if err != nil {
						t.Fatal(err)
					}
					var back any
					if err := json.Unmarshal(given, &back); err != nil {
						t.Fatal(err)
					}
					for _, form := range []string{hidden, strings.ReplaceAll(hidden, "  ", " "), hidden[:len(hidden)-1]} {
						if at := findText(back, form); at != "" {
							t.Errorf("%s: %q occurs in %q", name, form, at)
						}
					}
				}
			})
		}
	}
}

// findText returns the text or the name in value that contains part.
func findText(value any, part string) string {
	switch value := value.(type) {
	case string:
		if strings.Contains(value, part) {
			return value
		}
	case []any:
		for _, v := range value {
			if at := findText(v, part); at != "" {
				return at
			}
		}
	case map[string]any:
		for name, v := range value {
			if at := findText(v, part); at != "" && name != "Action" {
				return name + ": " + at
			}
		}
	}
	return ""
}

// TestNumbersInDiffs: a secret number is masked in any notation, and other numbers are
// shown.
func TestNumbersInDiffs(t *testing.T) {
	t.Parallel()
	redactor := new(secret.Redactor)
	redactor.Add(secret.Declared("4711"), secret.Declared("123456789012"))
	doc := `{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{"before_sensitive":{},"after_sensitive":{},
		"actions":["create"],"before":null,"after":{"a":4711,"b":4711.0,"c":4.711e3,"d":1.23456789012e+11,"e":-4711,"f":47110,"g":14711}}}]}`
	diff := NewLog(redactor).Plan(t.Context(), strings.NewReader(doc)).Changes[0].Diff
	for name, want := range map[string]string{"a": `"***"`, "b": `"***"`, "c": `"***"`, "d": `"***"`, "e": `"***"`,
		"f": "47110", "g": "14711"} {
		if !strings.Contains(diff, name+" = "+want+"\n") {
			t.Errorf("%s is not shown as %s:\n%s", name, want, diff)
		}
	}
}

// TestRedactedIsACopy: the plan and the apply that are redacted do not change.
func TestRedactedIsACopy(t *testing.T) {
	t.Parallel()
	redactor := new(secret.Redactor)
	redactor.Add(secret.Declared("hunter2"))
	build := func() (Plan, Apply) {
		const text = "hunter2"
		one := Change{Address: text, Unit: text, Previous: text, Deposed: text, ImportID: text, Reason: text, Diff: text}
		list := []Diagnostic{{File: text, Title: text, Message: text, Text: text}}
		return Plan{Changes: []Change{one}, Drift: []Change{one}, Outputs: []string{text}, OutputDiff: text, Diagnostics: list, Tail: text,
				JSONProblem: text, JSON: Totals{Problems: []string{text}}, Text: Totals{Problems: []string{text}}},
			Apply{Diagnostics: list, Tail: text, Done: []Done{{Address: text, What: "created"}}}
	}
	plan, apply := build()
	masked := fmt.Sprint(plan.Redacted(redactor), apply.Redacted(redactor))
	if strings.Contains(masked, "hunter2") || strings.Count(masked, "***") != 30 {
		t.Errorf("redacted %d texts:\n%s", strings.Count(masked, "***"), masked)
	}
	wantPlan, wantApply := build()
	if got, want := fmt.Sprint(plan, apply), fmt.Sprint(wantPlan, wantApply); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestEqualNamesAfterRedaction: members whose names are masked remain distinct.
func TestEqualNamesAfterRedaction(t *testing.T) {
	t.Parallel()
	redactor := new(secret.Redactor)
	redactor.Add(secret.Declared("hunter2"), secret.Declared("swordfish"))
	doc := `{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","type":"a","name":"b","change":{
		"actions":["update"],"before_sensitive":{},"after_sensitive":{},
		"before":{"x":{"***":1,"hunter2":2,"swordfish":3,"z":{"hunter2":4}}},"after":{"x":1}}}]}`
	diff := NewLog(redactor).Plan(t.Context(), strings.NewReader(doc)).Changes[0].Diff
	if want := `!     x = {"***":1,"***-2":2,"***-3":3,"z":{"***":4}} -> 1` + "\n"; !strings.Contains(diff, want) {
		t.Errorf("got\n%s\nwant %s", diff, want)
	}
}
