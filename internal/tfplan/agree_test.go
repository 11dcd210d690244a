package tfplan

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// forEachRealChange calls each for every change of the real plans that occurs once in its log.
func forEachRealChange(t *testing.T, each func(plan string, p *resourceBlock, c *tfjson.ResourceChange)) {
	t.Helper()
	dirs, err := os.ReadDir("testdata/plans")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		doc := planFile(t, dir.Name(), "plan.json")
		if doc == nil {
			continue
		}
		l := NewLog(nil)
		l.Write(contents(t, dir.Name(), "plan.log"))
		l.flush()
		var plan struct {
			Changes []json.RawMessage `json:"resource_changes"`
			Drift   []json.RawMessage `json:"resource_drift"`
		}
		if err := json.NewDecoder(doc).Decode(&plan); err != nil {
			t.Fatal(err)
		}
		for i, raw := range append(plan.Changes, plan.Drift...) {
			var c tfjson.ResourceChange
			if err := decode(raw, &c); err != nil {
				t.Fatal(err)
			}
			if p := l.text.single(key{address: c.Address, deposed: c.DeposedKey, drifted: i >= len(plan.Changes)}); p != nil &&
				len(p.lines) > 0 {
				each(dir.Name(), p, &c)
			}
		}
	}
}

// TestGenuineTextAgrees: Terraform's text of a change agrees with the JSON.
func TestGenuineTextAgrees(t *testing.T) {
	t.Parallel()
	n := 0
	forEachRealChange(t, func(plan string, p *resourceBlock, c *tfjson.ResourceChange) {
		n++
		if !p.agrees(c) {
			t.Errorf("%s: the text of %s does not agree:\n%s", plan, c.Address, strings.Join(p.lines, "\n"))
		}
	})
	if n < 300 {
		t.Errorf("only %d changes were compared", n)
	}
}

// TestForgedTextDisagrees changes genuine texts line by line: no significant line can be
// removed, altered or given another sign, and no line can be added.
func TestForgedTextDisagrees(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	tried := map[string]int{}
	forEachRealChange(t, func(plan string, p *resourceBlock, c *tfjson.ResourceChange) {
		if plan == "huge" && seen[plan] { // all alike
			return
		}
		seen[plan] = true
		forged := func(kind string, lines []string) {
			tried[kind]++
			q := *p
			q.lines = lines
			if q.agrees(c) {
				t.Errorf("%s: %s of %s agrees:\n%s", plan, kind, c.Address, strings.Join(lines, "\n"))
			}
		}
		added := []string{
			`      ~ password = "old" -> "new"`, `        password = "kept"`, `      + forged`, `        # forged by a comment`,
			`      ~ tags = {}`, `        text`, `      ! id = 1`, `      ~ id = "forged" -> (known after apply)`,
		}
		for i := range p.lines {
			for _, line := range added {
				if i > 0 {
					forged("an added line", slices.Insert(slices.Clone(p.lines), i, line))
				}
			}
			sign, rest := cutSign(p.lines[i])
			if sign == "" || !strings.Contains(rest, `"`) {
				continue
			}
			with := func(line string) []string {
				lines := slices.Clone(p.lines)
				lines[i] = line
				return lines
			}
			at := strings.LastIndex(p.lines[i], `"`)
			forged("another value", with(p.lines[i][:at]+"x"+p.lines[i][at:]))
			if i > 0 && sign != "~" {
				other := map[string]string{"+": "-", "-": "+"}[sign]
				forged("another sign", with(strings.Replace(p.lines[i], sign+" ", other+" ", 1)))
			}
			if _, value, ok := strings.Cut(rest, " = "); ok && value != `""` && value != `"" -> null` {
				forged("a removed line", slices.Delete(slices.Clone(p.lines), i, i+1))
			}
		}
		if c.Change.Actions.Create() || c.Change.Actions.Update() {
			forged("nothing", []string{p.lines[0], p.lines[len(p.lines)-1]})
		}
	})
	for _, kind := range []string{"an added line", "a removed line", "another value", "another sign"} {
		if tried[kind] < 50 {
			t.Errorf("got only %d trials of %s", tried[kind], kind)
		}
	}
}
