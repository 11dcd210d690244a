package action_test

import (
	"encoding/json"
	"html"
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

// places are all texts that a step gives out, by what they are.
func (p *stepResult) places() map[string]string {
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

// varying are the lines of a log that differ from step to step: masks, and fences.
var varying = regexp.MustCompile(`(?m)^::(add-mask::.*|stop-commands::\w+|\w+::)\n`)

// masked are the texts that the runner is asked to hide, but for those of every step.
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

// planned is a scenario with the plan of a directory of testdata, as JSON and text or
// as text alone.
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

// bothWays plays a test with plan JSON and with text alone.
func bothWays(t *testing.T, test func(t *testing.T, withJSON bool)) {
	for name, withJSON := range map[string]bool{"JSON and text": true, "text alone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, withJSON)
		})
	}
}

// TestEnvironmentVariablesArePlain: with or without them, a step gives out the same.
func TestEnvironmentVariablesArePlain(t *testing.T) {
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
				t.Errorf("the runner is asked to hide %q", masks)
			}
			sameTexts(t, reference.places(), p.places())
			for _, v := range p.sent(t, "variables") {
				if v["category"] == "shell" && v["key"] != "CANARY" && v["sensitive"] != false {
					t.Errorf("%v is stored as sensitive", v)
				}
			}
		})
	}
}

// sent are the variables of the run that was created.
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

// differingLines shows the lines that differ, some of them.
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

// TestSensitiveOutputsAreLeftAlone: where no sensitive output is handed on, none is masked;
// and where they are, nothing in them that is common.
func TestSensitiveOutputsAreLeftAlone(t *testing.T) {
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
				t.Errorf("the runner is asked to hide\n%q\nwant\n%q", masks, want)
			}
			texts, references := p.places(), reference.places()
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

// TestNumbersInJSON: a secret number becomes a text, and the plan JSON stays JSON.
func TestNumbersInJSON(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, planned(t, "environment-variables", true), "sensitive-variables=port=5432\nlevel=debug")
	p := r.play().want(0, "result=planned")
	var plan struct {
		Changes []struct {
			Change struct{ Before, After map[string]any }
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(p.places()["plan-json-file"]), &plan); err != nil || len(plan.Changes) != 1 {
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
	if strings.Contains(p.summary, "of no use") {
		t.Errorf("the plan JSON was not used:\n%s", p.summary)
	}
}

// TestPlanJSONIsJSON: what later steps find as plan JSON can be read, or there is none.
func TestPlanJSONIsJSON(t *testing.T) {
	t.Parallel()
	const plan = `{"format_version":"1.2","resource_changes":[],"output_changes":{},"x":"N"}`
	for name, c := range map[string]struct {
		document string
		kept     bool
	}{
		"a plan":              {plan, true},
		"not UTF-8":           {strings.Replace(plan, "N", "\xff\xfe hunter-two-2", 1), true},
		"a byte order mark":   {"\xef\xbb\xbf" + plan, true},
		"several documents":   {plan + "\n" + plan, true},
		"secrets in names":    {strings.Replace(plan, `"x"`, `"hunter-two-2":1,"hunter-two-2 ":2,"x"`, 1), true},
		"escaped":             {strings.Replace(plan, "N", `\u0068unter-tw\u006f-2`, 1), true},
		"cut":                 {plan[:len(plan)-5], false},
		"something behind it": {plan + "}", false},
		"a page":              {"<html>hunter-two-2</html>", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "plan-changes")
			s.Logs.PlanJSON = c.document
			r := newStepTest(t, s, "sensitive-variables=password=hunter-two-2")
			p := r.play().want(0, "result=planned")
			text, kept := p.places()["plan-json-file"]
			if kept != c.kept {
				t.Fatalf("kept: %v, want %v\n%s", kept, c.kept, p.log)
			}
			if kept == strings.Contains(p.log, "plan-json-file is left empty") {
				t.Errorf("the log does not say what became of it:\n%s", p.log)
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

// realistic are values that many texts have for reasons of their own.
var realistic = []string{
	"eu-west-1", "eu-central-1a", "us-gov-west-1", "1.31.4", "production", "platform-team", "debugging", "15432",
	"123456789012", "10.0.0.0/16",
	"https://vault.example.com", "https://vault.example.com/ui", "www.example.com",
	"checkout.c9akciq32.eu-west-1.rds.amazonaws.com:3306",
	"arn:aws:iam::123456789012:role/reader", "arn:aws:iam::999999999999:role/deploy", "arn:aws:s3:::acme-data",
	"s3://acme-data/logs", "deploy@example.com",
	"vpc-0a1b2c3d4e5f6a7b8", "ami-0a1b2c3d4e5f6a7b8", "true", "t3.medium", "-----BEGIN CERTIFICATE-----",
	"9f86d081-884c-4d65-9a2f-eaa0c55ad015",
}

// declaredSecrets are secrets that have a lot in common with these.
var declaredSecrets = []string{
	"https://vault.example.com:8200", "arn:aws:iam::123456789012:role/deploy", "debug", "5432", "eu-north-1", "swordfish",
	"correct horse battery staple",
	`p4/ss+w"ord<&>'z`, "q7Zp3Vx9Lr2Tn8Wd5Kc1",
}

// TestNothingElseIsRedacted is the other side of the leak scanner: what a step gives
// out with secrets is what it gives out without, but for the secrets themselves.
func TestNothingElseIsRedacted(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, withJSON bool) {
		play := func(inputs ...string) (*stepTest, *stepResult, string) {
			hub := newHub(oldHead)
			r := onPull(t, hub, realisticScenario(t, withJSON), "11", oldHead,
				append(inputs, "dry-run=false", "auto-apply=true")...)
			p := r.play().want(1, "result=errored")
			written := hub.Written(7)
			if len(written) != 1 {
				t.Fatalf("%d comments were written\n%s", len(written), p.log)
			}
			return r, p, written[0].Body
		}
		_, reference, comment := play("sensitive-variables=unused=never-seen-anywhere")
		var lines strings.Builder
		for i, s := range declaredSecrets {
			lines.WriteString("secret_" + string(rune('a'+i)) + "=" + s + "\n")
		}
		r, p, redactedComment := play("sensitive-variables=" + lines.String())
		wants, gots := reference.places(), p.places()
		wants["the comment"], gots["the comment"] = visiblePart(comment), visiblePart(redactedComment)
		for where, text := range wants {
			if where == "plan-json-file" {
				continue // below
			}
			want, got := withoutSecrets(unescaped(text)), unescaped(gots[where])
			if got != want {
				t.Errorf("%s differs:\n%s", where, differingLines(got, want))
			}
			for _, value := range realistic {
				if !strings.HasPrefix(where, "the output") && !strings.Contains(got, value) {
					t.Errorf("%q is not shown in %s", value, where)
				}
			}
		}
		if masks, want := p.masked(r), declaredSecrets; !slices.Equal(masks, want) {
			t.Errorf("the runner is asked to hide\n%q\nwant\n%q", masks, want)
		}
		if withJSON {
			sameJSON(t, wants["plan-json-file"], gots["plan-json-file"])
		}
	})
}

// visiblePart is a comment without its hidden lines, which hold a random text.
func visiblePart(comment string) string {
	return regexp.MustCompile(`(?m)^<!--.*-->\n`).ReplaceAllString(comment, "")
}

// withoutSecrets replaces the secrets as they stand in text and in code.
func withoutSecrets(text string) string {
	for _, s := range declaredSecrets {
		html := strings.NewReplacer(`<`, `\u003c`, `>`, `\u003e`, `&`, `\u0026`)
		for _, form := range []string{s, strings.ReplaceAll(s, `"`, `\"`), inJSON(s), html.Replace(inJSON(s))} {
			pattern := regexp.QuoteMeta(form)
			if len(s) < 12 {
				pattern = `\b` + pattern + `\b`
			}
			text = regexp.MustCompile(pattern).ReplaceAllLiteralString(text, "***")
		}
	}
	return text
}

// unescaped is Markdown as it is shown.
func unescaped(markdown string) string {
	return strings.ReplaceAll(html.UnescapeString(markdown), "\u200b", "")
}

// sameJSON checks that two documents differ in secrets only.
func sameJSON(t *testing.T, want, got string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(want), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &b); err != nil {
		t.Fatal(err)
	}
	redactTexts(&a)
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		t.Errorf("the plan JSON is\n%s\nwant\n%s", y, x)
	}
}

func redactTexts(value *any) {
	switch v := (*value).(type) {
	case string:
		*value = withoutSecrets(v)
	case float64:
		if v == 5432 {
			*value = "***"
		}
	case []any:
		for i := range v {
			redactTexts(&v[i])
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			one := v[name]
			delete(v, name)
			redactTexts(&one)
			v[withoutSecrets(name)] = one
		}
	}
}

// realisticScenario is a run that fails, with each value in each place where reports
// show one: addresses, attributes, keys, diagnostics, messages of policies.
func realisticScenario(t *testing.T, withJSON bool) scalrsim.Scenario {
	s := scenario(t, "applied")
	all := append(slices.Clone(realistic), declaredSecrets...)
	var changes []any
	var log strings.Builder
	log.WriteString("\nTerraform will perform the following actions:\n\n")
	for i, value := range all {
		address, quoted := `aws_s3_bucket.data[`+jsonOf(value)+`]`, jsonOf(value)
		action := []string{"create", "delete"}[i%2]
		attributes := map[string]any{
			"bucket": value,
			"port":   []any{5432, 15432, 443}[i%3],
			"tags":   map[string]any{value: "x " + value + " y"},
		}
		change := map[string]any{
			"actions":       []string{action},
			"before":        nil,
			"after":         attributes,
			"after_unknown": map[string]any{},
		}
		words, sign, end := "will be created", "+", ""
		if action == "delete" {
			change["before"], change["after"], words, sign, end = attributes, nil, "will be destroyed", "-", " -> null"
		}
		changes = append(changes,
			map[string]any{
				"address": address,
				"mode":    "managed",
				"type":    "aws_s3_bucket",
				"name":    "data",
				"index":   value,
				"change":  change,
			})
		log.WriteString("  # " + address + " " + words + "\n  " + sign + ` resource "aws_s3_bucket" "data" {` + "\n      " +
			sign + " bucket = " + quoted + end +
			"\n      " + sign + " port   = " + jsonOf([]any{5432, 15432, 443}[i%3]) + end +
			"\n      " + sign + " tags   = {\n          " + sign + " " + quoted + " = " + jsonOf("x "+value+" y") + end +
			"\n        }" + end + "\n    }\n\n")
		s.Script.Policies = append(s.Script.Policies,
			scalrsim.Policy{
				Name:     "policy of " + value,
				Result:   "advisory_failed",
				Messages: []string{"found " + value + " here"},
			})
	}
	log.WriteString("Plan: 17 to add, 0 to change, 17 to destroy.\n")
	for _, value := range all {
		log.WriteString("\n╷\n│ Warning: about " + value + "\n│ \n│   on main.tf line 1:\n│    1: x\n│ \n│ It says " + value +
			", and more.\n╵\n")
	}
	s.Script.Plan.Log = log.String()
	s.Logs.PlanJSON = jsonOf(map[string]any{
		"format_version":   "1.2",
		"resource_changes": changes,
		"output_changes":   map[string]any{},
	})
	if !withJSON {
		s.Logs.JSON = 404
	}
	s.Script.Apply.Fails = "It failed with " + strings.Join(all, ", ") + "."
	return s
}

func jsonOf(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

// TestReportsKeepTheirWords: a secret that is a word of ours is hidden in what others wrote, and
// neither in the words nor in the markup of a report.
func TestReportsKeepTheirWords(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, withJSON bool) {
		play := func(secrets string) (summary, comment string) {
			hub := newHub(oldHead)
			s := planned(t, "windows", withJSON)
			s.Script.Policies = []scalrsim.Policy{{
				Name:     "details",
				Result:   "advisory_failed",
				Messages: []string{"the summary of octocat"},
			}}
			p := onPull(t, hub, s, "11", oldHead, "sensitive-variables="+secrets).play().want(0, "result=planned")
			written := hub.Written(7)
			if len(written) != 1 {
				t.Fatalf("%d comments were written\n%s", len(written), p.log)
			}
			return p.summary, visiblePart(written[0].Body)
		}
		summary, comment := play("unused=never-seen-anywhere")
		redactedSummary, redactedComment := play("a=details\nb=code\nc=diff\nd=summary\ne=resources\nf=octocat\n" +
			"g=infra\nh=network\ni=acme-data")
		hide := func(page string) string {
			page = strings.NewReplacer("`details` (advisory)", "`***` (advisory)", "the summary of", "the *** of").Replace(page)
			return regexp.MustCompile(`\b(octocat|infra|network|acme-data)\b`).ReplaceAllString(page, "***")
		}
		for name, pages := range map[string][2]string{
			"summary": {summary, redactedSummary},
			"comment": {comment, redactedComment},
		} {
			want, got := hide(unescaped(pages[0])), strings.ReplaceAll(unescaped(pages[1]), "%2A", "*")
			if got != want {
				t.Errorf("the %s differs:\n%s", name, differingLines(got, want))
			}
		}
	})
}
