package action_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// writtenText returns everything that a step writes, by destination.
func (p *stepResult) writtenText() map[string]string {
	p.t.Helper()
	all := map[string]string{"the log": varying.ReplaceAllString(p.log, ""), "the summary": p.summary}
	for _, name := range planFiles {
		if p.outputs[name] != "" {
			text, err := os.ReadFile(filepath.Join(p.dir, p.outputs[name]))
			if err != nil {
				p.t.Fatal(err)
			}
			all[name] = string(text)
		}
	}
	for name, value := range p.outputs {
		all["the output "+name] = value
	}
	return all
}

// varying matches the lines of a log that differ between steps: masks and fences.
var varying = regexp.MustCompile(`(?m)^::(add-mask::.*|stop-commands::\w+|\w+::)\n`)

// masked returns the texts that the runner must mask, except those that all steps have.
func (p *stepResult) masked(r *stepTest) []string {
	known := slices.Collect(maps.Values(r.secrets(p)))
	var masks []string
	for _, c := range runnertest.Read(p.log).Commands {
		if c.Name == "add-mask" && !slices.Contains(known, c.Data) {
			masks = append(masks, c.Data)
		}
	}
	return masks
}

// planned returns a scenario with the plan of a directory in testdata, with or without JSON.
func planned(t *testing.T, dir string, withJSON bool) scalrsim.Scenario {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("testdata", "masking", dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	s := scenario(t, "plan-changes")
	s.Script.Plan.Log, s.Logs.PlanJSON = read("plan.log"), read("plan.json")
	if !withJSON {
		s.Logs.JSON = 404
	}
	return s
}

// bothWays runs a test with the plan JSON and without it.
func bothWays(t *testing.T, test func(t *testing.T, withJSON bool)) {
	for name, withJSON := range map[string]bool{"JSON and text": true, "text alone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, withJSON)
		})
	}
}

// TestEnvironmentVariablesAreNotRedacted checks that non-secret environment variables do not change the output of a
// step.
func TestEnvironmentVariablesAreNotRedacted(t *testing.T) {
	t.Parallel()
	for dir, variables := range map[string]string{
		"environment-variables": "PORT=5432\nTF_LOG=debug\nAWS_REGION=eu-west-1",
		"windows": "VAULT_ADDR=https://vault.example.com:8200\n" +
			"AWS_ROLE_ARN=arn:aws:iam::123456789012:role/deploy\nAWS_REGION=eu-central-1",
	} {
		bothWays(t, func(t *testing.T, withJSON bool) {
			reference := newStepTest(t, planned(t, dir, withJSON)).play().want(0, "result=planned")
			r := newStepTest(t, planned(t, dir, withJSON), "environment-variables="+variables)
			p := r.play().want(0, "result=planned")
			if masks := p.masked(r); len(masks) > 0 {
				t.Errorf("the runner must mask %q", masks)
			}
			sameTexts(t, reference.writtenText(), p.writtenText())
			for _, v := range p.sent(t, "variables") {
				if v["category"] == "shell" && v["key"] != "CANARY" && v["sensitive"] != false {
					t.Errorf("%v is stored as sensitive", v)
				}
			}
		})
	}
}

// sent returns the variables of the run that was created.
func (p *stepResult) sent(t *testing.T, _ string) []map[string]any {
	t.Helper()
	for _, q := range p.record.all() {
		if q.op() != "POST /runs" {
			continue
		}
		var body struct {
			Data struct {
				Attributes struct {
					Variables []map[string]any
				}
			}
		}
		if err := json.Unmarshal(q.body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		return body.Data.Attributes.Variables
	}
	t.Fatal("no run was created")
	return nil
}

func sameTexts(t *testing.T, want, got map[string]string) {
	t.Helper()
	for where, text := range want {
		if got[where] != text {
			t.Errorf("%s differs:\n%s", where, differingLines(got[where], text))
		}
	}
	if len(got) != len(want) {
		t.Errorf("there are %d texts, want %d", len(got), len(want))
	}
}

// differingLines returns some of the lines that differ.
func differingLines(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out strings.Builder
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y && out.Len() < 4000 {
			out.WriteString("got  " + x + "\nwant " + y + "\n")
		}
	}
	return out.String()
}

// TestSensitiveOutputsAreMaskedOnlyIfWritten checks that sensitive outputs are masked only if they are written, and
// that common values in them are not masked.
func TestSensitiveOutputsAreMaskedOnlyIfWritten(t *testing.T) {
	t.Parallel()
	const password = "q7Zp3Vx9Lr2Tn8Wd"
	cluster := map[string]any{
		"name":    "checkout",
		"region":  "eu-west-1",
		"version": "1.31",
		"nodes":   3,
		"tags":    map[string]any{"team": "platform"},
	}
	login := map[string]any{"user": "administrator", "password": password, "host": "db.checkout.example.com",
		"roles": []any{"arn:aws:iam::123456789012:role/reader"}}
	whole := []string{
		`{"name":"checkout","nodes":3,"region":"eu-west-1","tags":{"team":"platform"},"version":"1.31"}`,
		`{"host":"db.checkout.example.com","password":"` + password +
			`","roles":["arn:aws:iam::123456789012:role/reader"],"user":"administrator"}`,
	}
	for outputs, want := range map[string][]string{
		"none":          nil,
		"non-sensitive": nil,
		"all":           {whole[0], whole[1], password, "hunter-2024x", "9f2c7d1e8a4b6053"},
	} {
		bothWays(t, func(t *testing.T, withJSON bool) {
			play := func(inputs ...string) (*stepTest, *stepResult) {
				s := planned(t, "sensitive-outputs", withJSON)
				s.Script.Outputs = []scalrsim.Output{
					{Name: "cluster", Value: cluster, Sensitive: true}, {Name: "login", Value: login, Sensitive: true},
					{Name: "region", Value: "eu-west-1", Sensitive: true}, {Name: "token", Value: "hunter-2024x", Sensitive: true},
					{Name: "id", Value: "9f2c7d1e8a4b6053", Sensitive: true}, {Name: "port", Value: 443, Sensitive: true},
					{Name: "short", Value: []any{443}, Sensitive: true},
					{Name: "url", Value: "https://checkout.example.com"}, {Name: "zones", Value: []any{"eu-west-1a", "eu-west-1b"}},
				}
				r := newStepTest(t, s, append([]string{"dry-run=false", "auto-apply=true"}, inputs...)...)
				return r, r.play().want(0, "result=applied")
			}
			_, reference := play("terraform-outputs=none")
			r, p := play("terraform-outputs=" + outputs)
			if masks := p.masked(r); !slices.Equal(masks, want) {
				t.Errorf("the runner must mask\n%q\nwant\n%q", masks, want)
			}
			texts, references := p.writtenText(), reference.writtenText()
			for _, place := range []string{"the output terraform-outputs", "the output terraform-outputs-file"} {
				delete(texts, place)
				delete(references, place)
			}
			sameTexts(t, references, texts)
			shown := p.outputs["terraform-outputs"]
			if strings.Contains(shown, password) != (outputs == "all") ||
				strings.Contains(shown, "eu-west-1a") != (outputs != "none") {
				t.Errorf("terraform-outputs is %s", shown)
			}
		})
	}
}

// TestNumbersInJSON checks that a secret number is replaced by a string, so that the plan JSON remains valid.
func TestNumbersInJSON(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, planned(t, "environment-variables", true), "sensitive-variables=port=5432\nlevel=debug")
	p := r.play().want(0, "result=planned")
	var plan struct {
		Changes []struct {
			Change struct{ Before, After map[string]any }
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(p.writtenText()["plan-json-file"]), &plan); err != nil || len(plan.Changes) != 1 {
		t.Fatalf("the plan JSON is none: %v", err)
	}
	before, after := plan.Changes[0].Change.Before, plan.Changes[0].Change.After
	if after["port"] != "***" || before["port"] != 3306.0 || after["availability_zone"] != "eu-west-1a" {
		t.Errorf("the plan JSON has %v, then %v", before, after)
	}
	for _, want := range []string{`= 3306 -> ***`, `"***" -> "debugging"`} {
		if !strings.Contains(strings.Join(strings.Fields(p.summary), " "), want) {
			t.Errorf("the summary does not show %q:\n%s", want, p.summary)
		}
	}
	if strings.Contains(p.summary, "unusable") {
		t.Errorf("the plan JSON was not used:\n%s", p.summary)
	}
}

// TestPlanJSONFileIsValid checks that the plan JSON for later steps is valid, or does not exist.
func TestPlanJSONFileIsValid(t *testing.T) {
	t.Parallel()
	const plan = `{"format_version":"1.2","resource_changes":[],"output_changes":{},"x":"N"}`
	for name, c := range map[string]struct {
		document string
		kept     bool
	}{
		"valid plan":        {plan, true},
		"invalid UTF-8":     {strings.Replace(plan, "N", "\xff\xfe hunter-two-2", 1), true},
		"byte order mark":   {"\xef\xbb\xbf" + plan, true},
		"several documents": {plan + "\n" + plan, true},
		"secrets in names":  {strings.Replace(plan, `"x"`, `"hunter-two-2":1,"hunter-two-2 ":2,"x"`, 1), true},
		"escaped":           {strings.Replace(plan, "N", `\u0068unter-tw\u006f-2`, 1), true},
		"cut":               {plan[:len(plan)-5], false},
		"trailing data":     {plan + "}", false},
		"web page":          {"<html>hunter-two-2</html>", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "plan-changes")
			s.Logs.PlanJSON = c.document
			r := newStepTest(t, s, "sensitive-variables=password=hunter-two-2")
			p := r.play().want(0, "result=planned")
			text, kept := p.writtenText()["plan-json-file"]
			if kept != c.kept {
				t.Fatalf("kept: %v, want %v\n%s", kept, c.kept, p.log)
			}
			if kept == strings.Contains(p.log, "plan-json-file is left empty") {
				t.Errorf("the log does not report the result of the redaction:\n%s", p.log)
			}
			for d := json.NewDecoder(strings.NewReader(text)); kept && d.More(); {
				var members map[string]any
				if err := d.Decode(&members); err != nil || len(members) < 4 || strings.Contains(text, "hunter-two-2") {
					t.Fatalf("the file has %q: %v", text, err)
				}
			}
		})
	}
}
