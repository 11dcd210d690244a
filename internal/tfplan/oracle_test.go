package tfplan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestGeneratedPlans generates resources with all kinds of texts and plans them with
// Terraform: each line of a diff has the sign that Terraform colored, and Terraform's
// own text is shown even if there is a plan JSON.
//
//	SOAK=1      about 600 resources instead of about 40
//	PLAN_SEED=N repeats one plan
func TestGeneratedPlans(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("terraform")
	if err != nil {
		if tool, err = exec.LookPath("tofu"); err != nil {
			t.Skip("neither terraform nor tofu is on the PATH")
		}
	}
	first, plans := uint64(1), uint64(1)
	if os.Getenv("SOAK") != "" {
		plans = 15
	}
	if n, err := strconv.ParseUint(os.Getenv("PLAN_SEED"), 10, 64); err == nil {
		first, plans = n, 1
	}
	var o oracle
	for seed := first; seed < first+plans; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			o.compare(t, generatePlan(seed, 30).terraform(t, tool))
			if t.Failed() {
				t.Logf("replay with PLAN_SEED=%d", seed)
			}
		})
		t.Run(fmt.Sprint("drift of seed ", seed), func(t *testing.T) {
			o.compare(t, generateDrift(seed, 10).terraform(t, tool, "-refresh-only"))
			if t.Failed() {
				t.Logf("replay with PLAN_SEED=%d", seed)
			}
		})
	}
	t.Logf("%d resources; with the JSON, of %d of %d Terraform's own text is shown, and of %d of %d plans that of the "+
		"outputs",
		o.resources, o.verbatim, o.both, o.verbatimOutputs, o.outputs)
	if least := int(25 * plans); o.resources < least {
		t.Errorf("%d resources are too few, want %d", o.resources, least)
	}
	if o.verbatim*100 < o.both*99 {
		t.Errorf("Terraform's own text is shown for only %d of %d resources", o.verbatim, o.both)
	}
}

// oracle compares parsed plans with the colors that Terraform printed.
type oracle struct {
	resources                int
	both, verbatim           int // with JSON; of these, with Terraform's own text
	outputs, verbatimOutputs int // plans in which outputs change; of these, with Terraform's own text
}

func (o *oracle) compare(t *testing.T, out planned) {
	t.Helper()
	want := coloredDiffs(out.colored)
	o.resources += len(want)
	for name, log := range map[string][]byte{"colored": out.colored, "plain": out.plain} {
		compareDiffs(t, name, readPlan(nil, sectionOf(log)), want)
	}
	both := readPlan(sectionOf(sanitizedJSON(t, out.json)), sectionOf(out.plain))
	if both.JSONProblem != "" {
		t.Fatal(both.JSONProblem)
	}
	for i, c := range append(both.Changes, both.Drift...) {
		diff, ok := want[changeName(c, i >= len(both.Changes))]
		if !ok && i < len(both.Changes) {
			t.Errorf("%s is only in the JSON", c.Address)
		}
		if !ok {
			continue // drift that does not affect the plan
		}
		o.both++
		if c.Diff == diff {
			o.verbatim++
		} else {
			t.Logf("%s: not Terraform's own text:\n%s\nTerraform's:\n%s", c.Address, c.Diff, diff)
		}
	}
	if diff := want["outputs"]; diff != "" {
		if o.outputs++; both.OutputDiff == diff {
			o.verbatimOutputs++
		} else {
			t.Logf("outputs: not Terraform's own text:\n%s\nTerraform's:\n%s", both.OutputDiff, diff)
		}
	}
}

// changeName distinguishes planned changes from drift.
func changeName(c Change, drifted bool) string {
	if drifted {
		return "drift of " + c.Address
	}
	return c.Address
}

func compareDiffs(t *testing.T, name string, p Plan, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for i, c := range append(p.Changes, p.Drift...) {
		got[changeName(c, i >= len(p.Changes))] = c.Diff
	}
	if p.OutputDiff != "" {
		got["outputs"] = p.OutputDiff
	}
	for address, diff := range want {
		if got[address] != diff {
			t.Errorf("%s: %s: got\n%s\nwant\n%s\n%s", name, address, got[address], diff, firstDifference(got[address], diff))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d changes, want %d", name, len(got), len(want))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d: got %q, want %q", i, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

var (
	coloredHeader    = regexp.MustCompile(`^\x1b\[1m {1,2}# (.+?)\x1b\[0m (has moved to \x1b\[1m)?`)
	coloredSign      = regexp.MustCompile(`^((?:\x1b\[0m)*)( *)((?:\x1b\[3[1-6]m(?:\+|-|~|<=|\.)\x1b\[0m/?)+)`)
	coloredTextStart = regexp.MustCompile(`(?:^| )<<[-~]EOT(?: \x1b\[31m# forces replacement\x1b\[0m(?:\x1b\[0m)*)?$`)
)

// coloredDiffs returns the diffs of the resources in a colored log, with the signs that
// are colored, and with the signs of texts that are added or removed as a whole.
func coloredDiffs(log []byte) map[string]string {
	diffs := map[string]string{}
	address, out := "", []string(nil)
	text := struct{ end, sign string }{} // of the text that is read
	for l := range strings.SplitSeq(string(log), "\n") {
		l = strings.ReplaceAll(strings.TrimRight(l, "\r"), "\t", "    ")
		plain := colors.ReplaceAllString(l, "")
		if plain == "Changes to Outputs:" && text.end == "" {
			address, out = "outputs", nil
			continue
		}
		if address == "outputs" && text.end == "" && plain != "" && !strings.HasPrefix(plain, "  ") {
			diffs[address], address = strings.Trim(strings.Join(out, "\n"), "\n"), ""
		}
		if m := coloredHeader.FindStringSubmatch(l); m != nil && text.end == "" {
			address, out = m[1], nil
			if m[2] != "" {
				address = strings.TrimPrefix(plain[strings.Index(plain, " has moved to "):], " has moved to ")
			}
			if strings.HasSuffix(plain, " has changed") || strings.HasSuffix(plain, " has been deleted") {
				address = "drift of " + address
			}
			continue
		}
		if address == "" || out == nil && (strings.HasPrefix(plain, "  #") || strings.HasPrefix(plain, " #")) {
			continue
		}
		sign := ""
		if m := coloredSign.FindStringSubmatchIndex(l); m != nil {
			sign = colors.ReplaceAllString(l[m[6]:m[7]], "")
			before := len(colors.ReplaceAllString(l[:m[6]], ""))
			plain = plain[:before] + strings.Repeat(" ", len(sign)) + plain[before+len(sign):]
		}
		own := sign
		switch {
		case text.end != "":
			if own == "" {
				sign = text.sign
			}
			if rest, ok := strings.CutPrefix(plain, text.end); ok && (rest == "" || rest[0] == ' ' || rest[0] == ',') {
				text.end = ""
			}
		}
		if text.end == "" && coloredTextStart.MatchString(l) {
			text.end, text.sign = strings.Repeat(" ", indent(plain))+"EOT", ""
			if own == "+" || own == "-" {
				text.sign = own
			}
		}
		out = append(out, shownLine(sign, plain))
		if address != "outputs" && plain == "    }" || len(out) == 1 && strings.HasSuffix(plain, "}") {
			diffs[address] = strings.Join(out, "\n")
			address = ""
		}
	}
	if address == "outputs" {
		diffs[address] = strings.Trim(strings.Join(out, "\n"), "\n")
	}
	return diffs
}

// shownLine returns a line of a diff: the sign first, the rest two columns further left.
func shownLine(sign, line string) string {
	if sign == "" {
		return strings.TrimPrefix(strings.TrimPrefix(line, " "), " ")
	}
	if sign == "~" {
		sign = "!"
	}
	return sign + strings.Repeat(" ", max(1, indent(line)-2-len(sign))) + strings.TrimLeft(line, " ")
}

// sanitizedJSON returns the JSON without sensitive values, as Scalr provides it.
func sanitizedJSON(t *testing.T, doc []byte) []byte {
	t.Helper()
	var plan map[string]any
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	if err := d.Decode(&plan); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"variables", "planned_values", "prior_state", "configuration"} {
		delete(plan, part)
	}
	changes, _ := plan["resource_changes"].([]any)
	drift, _ := plan["resource_drift"].([]any)
	outputs, _ := plan["output_changes"].(map[string]any)
	all := slices.Collect(maps.Values(outputs))
	for _, c := range append(changes, drift...) {
		all = append(all, c.(map[string]any)["change"])
	}
	for _, c := range all {
		change := c.(map[string]any)
		change["before"] = withoutSensitive(change["before"], change["before_sensitive"])
		change["after"] = withoutSensitive(change["after"], change["after_sensitive"])
	}
	return mustJSON(plan)
}

func withoutSensitive(value, marks any) any {
	if marks == true {
		return nil
	}
	switch value := value.(type) {
	case map[string]any:
		of, _ := marks.(map[string]any)
		for name, v := range value {
			value[name] = withoutSensitive(v, of[name])
		}
	case []any:
		of, _ := marks.([]any)
		for i := range min(len(of), len(value)) {
			value[i] = withoutSensitive(value[i], of[i])
		}
	}
	return value
}
