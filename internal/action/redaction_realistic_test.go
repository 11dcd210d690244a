package action_test

import (
	"encoding/json"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// commonValues are values that occur in many texts.
var commonValues = []string{
	"eu-west-1", "eu-central-1a", "us-gov-west-1", "1.31.4", "production", "platform-team", "debugging", "15432",
	"123456789012", "10.0.0.0/16",
	"https://vault.example.com", "https://vault.example.com/ui", "www.example.com",
	"checkout.c9akciq32.eu-west-1.rds.amazonaws.com:3306",
	"arn:aws:iam::123456789012:role/reader", "arn:aws:iam::999999999999:role/deploy", "arn:aws:s3:::acme-data",
	"s3://acme-data/logs", "deploy@example.com",
	"vpc-0a1b2c3d4e5f6a7b8", "ami-0a1b2c3d4e5f6a7b8", "true", "t3.medium", "-----BEGIN CERTIFICATE-----",
	"9f86d081-884c-4d65-9a2f-eaa0c55ad015",
}

// declaredSecrets are secrets that resemble these values.
var declaredSecrets = []string{
	"https://vault.example.com:8200", "arn:aws:iam::123456789012:role/deploy", "debug", "5432", "eu-north-1", "swordfish",
	"correct horse battery staple",
	`p4/ss+w"ord<&>'z`, "q7Zp3Vx9Lr2Tn8Wd5Kc1",
}

// TestOnlySecretsAreRedacted checks that the output of a step with secrets differs from that of a step without secrets
// only in the secrets.
func TestOnlySecretsAreRedacted(t *testing.T) {
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
		wants, gots := reference.writtenText(), p.writtenText()
		wants["the comment"], gots["the comment"] = visiblePart(comment), visiblePart(redactedComment)
		for where, text := range wants {
			if where == "plan-json-file" {
				continue // compared below
			}
			want, got := withoutSecrets(unescaped(text)), unescaped(gots[where])
			if got != want {
				t.Errorf("%s differs:\n%s", where, differingLines(got, want))
			}
			for _, value := range commonValues {
				if !strings.HasPrefix(where, "the output") && !strings.Contains(got, value) {
					t.Errorf("%q is not shown in %s", value, where)
				}
			}
		}
		if masks, want := p.masked(r), declaredSecrets; !slices.Equal(masks, want) {
			t.Errorf("the runner must mask\n%q\nwant\n%q", masks, want)
		}
		if withJSON {
			sameJSON(t, wants["plan-json-file"], gots["plan-json-file"])
		}
	})
}

// visiblePart returns a comment without its hidden lines, which contain random text.
func visiblePart(comment string) string {
	return regexp.MustCompile(`(?m)^<!--.*-->\n`).ReplaceAllString(comment, "")
}

// withoutSecrets replaces the secrets in text and in code.
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

// unescaped returns Markdown as it is rendered.
func unescaped(markdown string) string {
	return strings.ReplaceAll(html.UnescapeString(markdown), "\u200b", "")
}

// sameJSON checks that two documents differ only in secrets.
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

// realisticScenario returns a run that fails, with each value in all places that reports show: addresses, attributes,
// keys, diagnostics and policy messages.
func realisticScenario(t *testing.T, withJSON bool) scalrsim.Scenario {
	s := scenario(t, "applied")
	all := append(slices.Clone(commonValues), declaredSecrets...)
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

// TestReportTextIsNotRedacted checks that a secret that is also a word in the report's own text is redacted only in
// text from other sources.
func TestReportTextIsNotRedacted(t *testing.T) {
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
