package tfplan

import (
	"strings"
	"testing"
)

const (
	secretBefore = "0ldHunter2pw"
	secretAfter  = "n3wHunter2pw"
)

// hiddenLog is a plan with values that Terraform's text hides, at the top level, in a map, in a block and in an output.
const hiddenLog = `Terraform will perform the following actions:

  # aws_db.created will be created
  + resource "aws_db" "created" {
      + id       = (known after apply)
      + password = (sensitive value)
      + username = "app"
    }

  # aws_db.destroyed will be destroyed
  - resource "aws_db" "destroyed" {
      - id       = "i" -> null
      - password = (sensitive value)
    }

  # aws_db.updated will be updated in-place
  ~ resource "aws_db" "updated" {
      ~ class    = "small" -> "large"
        id       = "i"
      ~ m        = {
          ~ "tok" = (sensitive value)
            # (1 unchanged element hidden)
        }
      ~ password = (sensitive value)
      ~ env {
            name  = "T"
          ~ value = (sensitive value)
        }
      ~ user {
          # At least one attribute in this block is (or was) sensitive,
          # so its contents will not be displayed.
        }
    }

Plan: 1 to add, 1 to change, 1 to destroy.

Changes to Outputs:
  + address = "10.0.0.1"
  ~ pw      = (sensitive value)
`

// hiddenJSON returns the JSON of hiddenLog. OLD and NEW are the sensitive values, and the marks follow each "actions".
func hiddenJSON(versions, marks, was, will string) string {
	return strings.NewReplacer("MARKS", marks, "OLD", was, "NEW", will).Replace(`{` + versions + `,"resource_changes":[
	{"address":"aws_db.created","mode":"managed","type":"aws_db","name":"created","change":{"actions":["create"]MARKS,
		"before":null,"after":{"password":NEW,"username":"app"},"after_unknown":{"id":true}}},
	{"address":"aws_db.destroyed","mode":"managed","type":"aws_db","name":"destroyed","change":{"actions":["delete"]MARKS,
		"before":{"id":"i","password":OLD},"after":null,"after_unknown":{}}},
	{"address":"aws_db.updated","mode":"managed","type":"aws_db","name":"updated","change":{"actions":["update"]MARKS,
		"before":{"id":"i","class":"small","password":OLD,"m":{"x":"1","tok":OLD},"env":[{"name":"T","value":OLD}],"user":[{"k":OLD}]},
		"after":{"id":"i","class":"large","password":NEW,"m":{"x":"1","tok":NEW},"env":[{"name":"T","value":NEW}],"user":[{"k":NEW}]},
		"after_unknown":{}}}],
	"output_changes":{
		"address":{"actions":["create"]MARKS,"before":null,"after":"10.0.0.1","after_unknown":false},
		"pw":{"actions":["update"]MARKS,"before":OLD,"after":NEW,"after_unknown":false}}}`)
}

// unmarkedPlans are the forms of a plan's JSON whose marks are missing or incomplete.
var unmarkedPlans = map[string]struct{ versions, marks string }{
	"0.12, which has no marks":   {`"format_version":"0.1","terraform_version":"0.12.31"`, ``},
	"0.15.0, with empty marks":   {`"format_version":"0.1","terraform_version":"0.15.0"`, `,"before_sensitive":{},"after_sensitive":{}`},
	"no version of Terraform":    {`"format_version":"0.2"`, `,"before_sensitive":{},"after_sensitive":{}`},
	"a version without marks":    {`"format_version":"1.2","terraform_version":"1.14.3"`, ``},
	"marks of one side only":     {`"format_version":"1.2","terraform_version":"1.14.3"`, `,"before_sensitive":null`},
	"a version of another type":  {`"format_version":"0.1","terraform_version":{}`, `,"before_sensitive":{},"after_sensitive":{}`},
	"an old version, new format": {`"format_version":"1.0","terraform_version":"0.15.0"`, `,"before_sensitive":{},"after_sensitive":{}`},
}

func diffsOf(p Plan) string {
	all := p.OutputDiff
	for _, c := range p.Changes {
		all += "\n" + c.Diff
	}
	return all
}

// TestUnmarkedJSON: if the JSON does not mark the sensitive values, the diffs are Terraform's text, which hides them and
// shows all others; this also holds if the sensitive values are replaced or removed.
func TestUnmarkedJSON(t *testing.T) {
	t.Parallel()
	want := diffsOf(readPlan(nil, logSection(hiddenLog)))
	for name, c := range unmarkedPlans {
		for _, values := range [][2]string{{`"` + secretBefore + `"`, `"` + secretAfter + `"`}, {`"REDACTED"`, `"REDACTED"`}, {`null`, `null`}} {
			p := readPlan(logSection(hiddenJSON(c.versions, c.marks, values[0], values[1])), logSection(hiddenLog))
			if got := diffsOf(p); got != want || p.JSONProblem != "" {
				t.Errorf("%s, values %s: problem %q, got\n%s\nwant\n%s", name, values, p.JSONProblem, got, want)
			}
		}
	}
}

// TestUnmarkedJSONWithoutText: without a text that agrees, no values of a change are shown, because any of them may be
// sensitive.
func TestUnmarkedJSONWithoutText(t *testing.T) {
	t.Parallel()
	for name, c := range unmarkedPlans {
		for text, log := range map[string]string{
			"no text":       "",
			"another value": strings.NewReplacer(`"large"`, `"huge"`, `"app"`, `"root"`, `"10.0.0.1"`, `"10.0.0.9"`).Replace(hiddenLog),
			"each block twice": strings.Replace(hiddenLog, "\nPlan:",
				strings.TrimPrefix(hiddenLog[:strings.Index(hiddenLog, "Plan:")], "Terraform")+"\nPlan:", 1),
			"no values in the text of blocks": strings.ReplaceAll(hiddenLog, "    }\n", ""),
		} {
			p := readPlan(logSection(hiddenJSON(c.versions, c.marks, `"`+secretBefore+`"`, `"`+secretAfter+`"`)), logSection(log))
			got := diffsOf(p)
			for _, value := range []string{secretBefore, secretAfter, `"app"`, `"small"`, `"large"`} {
				if strings.Contains(got, value) {
					t.Errorf("%s, %s: got %s in\n%s", name, text, value, got)
				}
			}
			for _, line := range []string{
				"!     class    = (value not shown)\n", "+     id       = (known after apply)\n", "!     env      = (",
				"      # (values not shown: the plan's JSON does not mark all sensitive values)\n",
			} {
				if !strings.Contains(got, line) {
					t.Errorf("%s, %s: missing %q in\n%s", name, text, line, got)
				}
			}
		}
	}
}

// TestUnmarkedOutputs: an output without marks is listed even if its value is replaced on both sides.
func TestUnmarkedOutputs(t *testing.T) {
	t.Parallel()
	const doc = `{"format_version":"0.1","terraform_version":"0.14.11","planned_values":{},"output_changes":{` +
		`"pw":{"actions":["update"],"before":"REDACTED","after":"REDACTED","after_unknown":false}}}`
	for log, want := range map[string]string{
		"": "! pw = (value not shown)\n  # (values not shown: the plan's JSON does not mark all sensitive values)",
		"Terraform will perform the following actions:\n\nPlan: 0 to add, 0 to change, 0 to destroy.\n\n" +
			"Changes to Outputs:\n  ~ pw = (sensitive value)\n": "! pw = (sensitive value)",
	} {
		if got := readPlan(logSection(doc), logSection(log)).OutputDiff; got != want {
			t.Errorf("with the log %q: got\n%s\nwant\n%s", log, got, want)
		}
	}
}

// TestTextHidesMore: values that the text hides are not shown from the JSON, even if its marks seem complete and the text
// is not used because it disagrees.
func TestTextHidesMore(t *testing.T) {
	t.Parallel()
	const marks = `,"before_sensitive":{},"after_sensitive":{}`
	doc := hiddenJSON(`"format_version":"1.2","terraform_version":"1.14.3"`, marks, `"`+secretBefore+`"`, `"`+secretAfter+`"`)
	got := diffsOf(readPlan(logSection(doc), logSection(hiddenLog)))
	if strings.Contains(got, secretBefore) || strings.Contains(got, secretAfter) {
		t.Errorf("a secret is shown:\n%s", got)
	}
	for _, line := range []string{
		`!     class    = "small" -> "large"`, `+     username = "app"`, `+     password = (sensitive value)`,
		`-     password = (sensitive value)`, `!         tok = (sensitive value)`, `!             value = (sensitive value)`,
		`! pw = (sensitive value)`, `+ address = "10.0.0.1"`,
	} {
		if !strings.Contains(got, line) {
			t.Errorf("missing %q in\n%s", line, got)
		}
	}
}

// TestMarkedPartsThatAreRemoved: the text is used if sensitive values are marked, but removed from the JSON.
func TestMarkedPartsThatAreRemoved(t *testing.T) {
	t.Parallel()
	const doc = `{"format_version":"1.2","resource_changes":[{"address":"aws_db.updated","mode":"managed","type":"aws_db","name":"updated",
		"change":{"actions":["update"],"before":{"class":"small","m":{"x":"1"},"env":[{"name":"T"}],"user":[{}]},
		"after":{"class":"large","m":{"x":"1"},"env":[{"name":"T"}],"user":[{}]},
		"before_sensitive":{"password":true,"m":{"tok":true},"env":[{"value":true}],"user":[{"k":true}]},
		"after_sensitive":{"password":true,"m":{"tok":true},"env":[{"value":true}],"user":[{"k":true}]}}}]}`
	log := strings.Replace(hiddenLog, "        id       = \"i\"\n", "", 1)
	want := ""
	for _, c := range readPlan(nil, logSection(log)).Changes {
		if c.Address == "aws_db.updated" {
			want = c.Diff
		}
	}
	if got := onlyDiff(t, readPlan(logSection(doc), logSection(log))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestLongTextHidesValues: if the text that hides a value is too long to be kept, no values are shown.
func TestLongTextHidesValues(t *testing.T) {
	t.Parallel()
	doc := `{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","type":"a","name":"b",` +
		`"change":{"actions":["update"],"before":{"p":"` + secretBefore + `"},"after":{"p":"` + secretAfter + `"},` +
		`"before_sensitive":{},"after_sensitive":{}}}]}`
	long := strings.Repeat("        # (1 unchanged attribute hidden)\n", 10_000)
	got := onlyDiff(t, readPlan(logSection(doc), logSection(textOf(long+"      ~ p = (sensitive value)\n"))))
	if strings.Contains(got, secretBefore) || !strings.Contains(got, "p = (value not shown)") {
		t.Errorf("got\n%s", got)
	}
}
