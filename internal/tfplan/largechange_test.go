package tfplan

import (
	"fmt"
	"strings"
	"testing"
)

// isComplete reports whether a diff shows the values of a change.
func isComplete(diff string) bool {
	return diff != "" && !strings.Contains(diff, "too large to be shown")
}

// largeReplacement returns the JSON of a replacement that n forces, with an unchanged content.
func largeReplacement(address, content, paths string) string {
	return `{"format_version":"1.2","resource_changes":[{"address":"` + address + `","mode":"managed","type":"local_file","name":"big",` +
		`"change":{"actions":["delete","create"],"before":{"content":` + content + `,"n":"1"},"after":{"content":` + content + `,"n":"2"},` +
		`"after_unknown":{},"before_sensitive":{},"after_sensitive":{}` + paths + `}}]}`
}

func blockOfLarge(address string) string {
	return "  # " + address + " must be replaced\n-/+ resource \"local_file\" \"big\" {\n      ~ n = \"1\" -> \"2\" # forces replacement\n" +
		"        # (1 unchanged attribute hidden)\n    }\n\n"
}

// TestLargeChange: a change whose values are too large or too deep to be compared shows the text, if it is the only one
// for this change within the plan; otherwise it says that the change is too large. Both have the reason.
func TestLargeChange(t *testing.T) {
	t.Parallel()
	const begin, end = "Terraform will perform the following actions:\n\n", "Plan: 1 to add, 0 to change, 1 to destroy.\n"
	const shown = "-/+ resource \"local_file\" \"big\" {\n!     n = \"1\" -> \"2\" # forces replacement\n      # (1 unchanged attribute hidden)\n  }"
	const note = "-/+ resource \"local_file\" \"big\" {\n      # (the change is too large to be shown)\n  }"
	const address = `module.m[0].local_file.big["a.b[\"x"]`
	const reason = "`n` cannot be changed in place"
	block := blockOfLarge(address)
	for kind, content := range map[string]string{
		"large": `"` + strings.Repeat("x", 166_000) + `"`,
		"deep":  strings.Repeat("[", 70) + "1" + strings.Repeat("]", 70),
	} {
		for name, c := range map[string]struct{ log, paths, diff, reason string }{
			"text and paths": {
				begin + block + end, `,"replace_paths":[["n"],["l",0,"k"],["l",1]]`, shown, "`n` and `l` cannot be changed in place",
			},
			"text":             {begin + block + end, "", shown, reason},
			"no text":          {"", `,"replace_paths":[["n"]]`, note, reason},
			"other paths":      {"", `,"replace_paths":{"n":[["n"]]}`, note, ""},
			"two texts":        {begin + block + block + end, `,"replace_paths":[["n"]]`, note, reason},
			"after the plan":   {begin + end + block, "", note, ""},
			"another action":   {begin + strings.Replace(block, "must be replaced", "will be destroyed", 1) + end, "", note, ""},
			"another resource": {begin + strings.Replace(block, `"local_file" "big" {`, `"local_file" "other" {`, 1) + end, "", note, reason},
		} {
			doc := largeReplacement(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(address), content, c.paths)
			p := readPlan(logSection(doc), logSection(c.log))
			if got := onlyDiff(t, p); got != c.diff || p.Changes[0].Reason != c.reason || p.JSONProblem != "" {
				t.Errorf("%s, %s: problem %q, reason %q, want %q; got\n%s\nwant\n%s",
					kind, name, p.JSONProblem, p.Changes[0].Reason, c.reason, got, c.diff)
			}
		}
	}
}

// TestLargeChangeInModule: the kind of a change does not depend on the names of its modules.
func TestLargeChangeInModule(t *testing.T) {
	t.Parallel()
	for address, begin := range map[string]string{
		"module.data.local_file.big":                `resource "local_file" "big" {`,
		"module.action.local_file.big[0]":           `resource "local_file" "big" {`,
		"module.module.module.data.local_file.big":  `resource "local_file" "big" {`,
		`module.module["data"].local_file.größe`:    `resource "local_file" "größe" {`,
		"module.data.data.local_file.big":           `data "local_file" "big" {`,
		`module.m["x.data"].data.local_file.big[0]`: `data "local_file" "big" {`,
		"data.big":      `resource "data" "big" {`,
		"module.m":      "",
		"a.b.c":         "",
		"module":        "",
		"module.module": "",
	} {
		doc := largeReplacement(strings.ReplaceAll(address, `"`, `\"`), `"`+strings.Repeat("x", 166_000)+`"`, "")
		want := "-/+ " + begin + "\n      # (the change is too large to be shown)\n  }"
		if begin == "" {
			want = "  # (the change is too large to be shown)"
		}
		if got := onlyDiff(t, readPlan(logSection(doc), nil)); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", address, got, want)
		}
	}
}

// TestLargeDrift: the text is not used for a large object that changed outside of Terraform, because Terraform may not have
// printed it.
func TestLargeDrift(t *testing.T) {
	t.Parallel()
	doc := strings.NewReplacer("resource_changes", "resource_drift", `"delete","create"`, `"update"`).Replace(
		largeReplacement("local_file.big", `"`+strings.Repeat("x", 166_000)+`"`, ""))
	doc = strings.Replace(doc, `"resource_drift"`, `"resource_changes":[],"resource_drift"`, 1)
	log := "Note: Objects have changed outside of Terraform\n\n  # local_file.big has changed\n  ~ resource \"local_file\" \"big\" {\n" +
		"      ~ n = \"1\" -> \"2\"\n    }\n\nNo changes. Your infrastructure matches the configuration.\n"
	p := readPlan(logSection(doc), logSection(log))
	if len(p.Drift) != 1 || !strings.Contains(p.Drift[0].Diff, "too large to be shown") || strings.Contains(p.Drift[0].Diff, "->") {
		t.Errorf("got %+v", p.Drift)
	}
}

// TestLargeText: a replacement whose text is too large to be kept has the reason, and says that it is too large.
func TestLargeText(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&lines, "            line %d %s\n", i, strings.Repeat("x", 90))
	}
	text := func(first, last string) string {
		return "Terraform will perform the following actions:\n\n  # local_file.big must be replaced\n-/+ resource \"local_file\" \"big\" {\n" +
			first + "      ~ text = <<-EOT\n" + lines.String() + "          - x = 1 # forces replacement\n        EOT\n" + last + "    }\n\n" +
			"Plan: 1 to add, 0 to change, 1 to destroy.\n"
	}
	const n, k = "      ~ n = 1 -> 2 # forces replacement\n", "      ~ o = {\n          ~ k = 1 -> 2 # forces replacement\n        }\n"
	for name, c := range map[string]struct{ log, reason string }{
		"before the text": {text(n, ""), "`n` cannot be changed in place"},
		"after the text":  {text("", k), "`o.k` cannot be changed in place"},
		"both":            {text(n, k), "`n` and `o.k` cannot be changed in place"},
	} {
		p := readPlan(nil, logSection(c.log))
		if got := onlyDiff(t, p); p.Changes[0].Reason != c.reason || !strings.Contains(got, "too large to be shown") {
			t.Errorf("%s: reason %q, want %q, diff %.200s", name, p.Changes[0].Reason, c.reason, got)
		}
	}
}
