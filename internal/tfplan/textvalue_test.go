package tfplan

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// textFile reads a file of testdata/texts.
func textFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "texts", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// onlyDiff returns the diff of the only change of a plan.
func onlyDiff(t *testing.T, p Plan) string {
	t.Helper()
	if all := append(p.Changes, p.Drift...); len(all) == 1 {
		return all[0].Diff
	}
	t.Fatalf("%d changes, %d of drift, want one", len(p.Changes), len(p.Drift))
	return ""
}

// updated returns the diff of an update of the attribute x.
func updated(before, after any) string {
	return onlyDiffOf(updateOf(string(mustJSON(before)), string(mustJSON(after))))
}

func onlyDiffOf(doc string) string {
	p := readPlan(sectionOf([]byte(doc)), nil)
	if len(p.Changes) != 1 {
		return fmt.Sprintf("%d changes", len(p.Changes))
	}
	return p.Changes[0].Diff
}

const cloudInit = `      content              = <<-EOT
          users:
            - default
            - name: deploy
          packages:
            - curl
          runcmd:
-           - systemctl restart app
+           - systemctl reload app
            + a line that begins with a plus
            ~ a line that begins with a tilde
      EOT
      filename             = "cloud-init.yaml"
  }`

// TestSignsInTexts: list items in a text are not taken for signs, even if the text forces
// a replacement, or begins with the mark of an older version.
func TestSignsInTexts(t *testing.T) {
	t.Parallel()
	before := "users:\n  - default\n  - name: deploy\npackages:\n  - curl\nruncmd:\n  - systemctl restart app\n" +
		"  + a line that begins with a plus\n  ~ a line that begins with a tilde\n"
	values := func(content string) string {
		return string(mustJSON(map[string]string{"content": content, "filename": "cloud-init.yaml"}))
	}
	for _, c := range []struct{ file, actions, opens, mark string }{
		{"forced.log", `["delete","create"]`, "-/+ resource", "<<-EOT # forces replacement"},
		{"tilde.log", `["update"]`, "! resource", "<<~EOT"},
	} {
		want := c.opens + " \"local_file\" \"cloud_init\" {\n" + strings.Replace(strings.Replace(cloudInit, "<<-EOT",
			c.mark, 1), " ", "!", 1)
		log := textFile(t, c.file)
		doc := `{"format_version":"1.2","resource_changes":[{"address":"local_file.cloud_init","mode":"managed",` +
			`"type":"local_file","name":"cloud_init",` +
			`"change":{"before_sensitive":{},"after_sensitive":{},"actions":` + c.actions + `,"before":` + values(before) +
			`,"after":` + values(strings.Replace(before, "restart", "reload", 1)) + `}}]}`
		for path, p := range map[string]Plan{
			"text alone":     readPlan(nil, sectionOf(log)),
			"JSON with text": readPlan(sectionOf([]byte(doc)), sectionOf(log)),
		} {
			if got := onlyDiff(t, p); got != want {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", c.file, path, got, want)
			}
		}
		if got := onlyDiff(t, readPlan(sectionOf([]byte(doc)), nil)); !strings.Contains(got,
			"\n-           - systemctl restart app\n+           - systemctl reload app\n") ||
			!strings.Contains(got, "\n            - default\n") {
			t.Errorf("%s, JSON alone: got\n%s", c.file, got)
		}
	}
}

// TestOldDrift reads the text of Terraform 0.15.4 to 1.1.
func TestOldDrift(t *testing.T) {
	t.Parallel()
	p := readPlan(nil, sectionOf(textFile(t, "changed.log")))
	if len(p.Drift) != 1 || p.Drift[0].Address != "aws_db_instance.shop" || p.Text.Drift != 1 || len(p.Changes) != 0 {
		t.Fatalf("drift %+v, changes %+v", p.Drift, p.Changes)
	}
	const want = `! engine_version = "14.9" -> "14.10"`
	if got := strings.Join(strings.Fields(p.Drift[0].Diff), " "); !strings.Contains(got, want) {
		t.Errorf("got %s", got)
	}
	if p.OutputDiff != `+ engine = "14.10"` {
		t.Errorf("outputs: %q", p.OutputDiff)
	}
}

// TestValuesFromJSON: spaces are kept, and differences are visible.
func TestValuesFromJSON(t *testing.T) {
	t.Parallel()
	got := onlyDiff(t, readPlan(sectionOf(textFile(t, "values.json")), nil))
	for _, part := range []string{`xDeny" -> …x`, `xAllow"`, `
!     yaml   = <<-EOT
          a:
-           b:
-             - 1
+             b:
+           - 1
      EOT`} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in\n%s", part, got)
		}
	}
}

func TestOneLineFromJSON(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 3000)
	for name, c := range map[string]struct {
		before, after any
		want          string
	}{
		"blanks":            {"a  b", "a b", `"a  b" -> "a b"`},
		"blanks at the end": {"a ", "a", `"a " -> "a"`},
		"tab":               {"a\tb", "a b", `"a\tb" -> "a b"`},
		"no width":          {"a\u200bb", "ab", `"a\u200bb" -> "ab"`},
		"direction":         {"a\u202eb", "ab", `"a\u202eb" -> "ab"`},
		"no-break space":    {"a\u00a0b", "a b", `"a\u00a0b" -> "a b"`},
		"in the middle": {long + "old" + long, long + "new" + long,
			"…" + long[:2*100] + "old" + long[:2*(999-103)] + "… -> …" + long[:2*100] + "new" + long[:2*(999-103)] + "…"},
		"longer":           {long, long + "x", "…" + long[:2*100] + `" -> …` + long[:2*100] + `x"`},
		"new":              {nil, long, `"` + long[:2*998] + "…"},
		"1,000 characters": {nil, long[:2*998], `+     x = "` + long[:2*998] + `"` + "\n"},
		"1,001 characters": {nil, long[:2*999], `+     x = "` + long[:2*998] + "…\n"},
		"changed, 1,000":   {long[:2*998], long[:2*997], `!     x = "` + long[:2*998] + `" -> "` + long[:2*997] + `"` + "\n"},
		"in lists":         {[]any{long + "1"}, []any{long + "2"}, "…" + long[:2*100] + `1" -> …` + long[:2*100] + `2"`},
	} {
		if got := updated(c.before, c.after); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %.3000s\nwant %s", name, got, c.want)
		}
	}
}

// TestLeadOfLongValues: a value of more than 1,000 characters is shown from 100 characters before the first difference on.
func TestLeadOfLongValues(t *testing.T) {
	t.Parallel()
	const letters = "abcdefghijklmnopqrstuvwxyz"
	for same := range 300 {
		common := strings.Repeat(letters, 100)[:same]
		before, after := common+"1"+strings.Repeat("x", 1100), common+"2"
		from := max(0, same-100)
		lead := map[bool]string{true: "…"}[from > 0]
		wantBefore, wantAfter := lead+before[from:from+999]+"…", lead+after[from:]
		if len(after)-from > 1000 {
			wantAfter = lead + after[from:from+999] + "…"
		}
		gotBefore, gotAfter := aroundDifference(before, after)
		if gotBefore != wantBefore || gotAfter != wantAfter {
			t.Errorf("a difference at %d: got %.30s and %.30s, want %.30s and %.30s", same, gotBefore, gotAfter, wantBefore, wantAfter)
		}
	}
}

func TestTextsFromJSON(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("z", 1001)
	for name, c := range map[string]struct {
		before, after any
		want          string
	}{
		"comes":              {nil, "a\n- b\n", "+     x = <<-EOT\n+         a\n+         - b\n+     EOT"},
		"goes":               {"a\n  b", nil, "-     x = <<-EOT\n-         a\n-           b\n-     EOT"},
		"was one line":       {"a", "a\nb", "!     x = <<-EOT\n          a\n+         b\n      EOT"},
		"loses its last end": {"a\nb\n", "a\nb", "!     x = <<-EOT\n          a\n          b\n-\n      EOT"},
		"blank at the end":   {"a \nb\n", "a\nb\n", "!     x = <<-EOT\n-         a\\u0020\n+         a\n          b\n      EOT"},
		"moves": {
			before: "a\nb\nc\n",
			after:  "b\nc\na\n",
			want:   "!     x = <<-EOT\n-         a\n          b\n          c\n+         a\n      EOT",
		},
		"in a list": {
			before: []any{"a\nb"},
			after:  []any{"a\nc"},
			want:   "!         <<-EOT\n              a\n-             b\n+             c\n          EOT,",
		},
		"tabs":            {"a\tb\nc", "a\td\nc", "-         a\tb\n+         a\td\n          c"},
		"other line ends": {"a\r\nb", "a\nb", "-         a\\u000d\n+         a\n          b"},
		"lines only added": {
			before: "a\r\n",
			after:  "a\r\nb\r\n" + long + "\n",
			want:   "          a\\u000d\n+         b\\u000d\n+         " + long[:999] + "…\n      EOT",
		},
		"lines only removed": {
			before: "a\nb\r\n" + long + "\n",
			after:  "a\n",
			want:   "          a\n-         b\\u000d\n-         " + long[:999] + "…\n      EOT",
		},
		"a line removed and two added": {
			before: "a\nb\r\n",
			after:  "a\nc\r\nd\r\n",
			want:   "          a\n-         b\\u000d\n+         c\\u000d\n+         d\\u000d\n      EOT",
		},
		"two lines removed and one added": {
			before: "a\nb\r\nc\r\n",
			after:  "a\nd\r\n",
			want:   "          a\n-         b\\u000d\n-         c\\u000d\n+         d\\u000d\n      EOT",
		},
	} {
		if got := updated(c.before, c.after); !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// TestLongTextsFromJSON: of a long text, the lines around the differences are shown.
func TestLongTextsFromJSON(t *testing.T) {
	t.Parallel()
	lines := make([]string, 5000)
	for i := range lines {
		lines[i] = fmt.Sprint("line ", i)
	}
	before := strings.Join(lines, "\n")
	lines[20], lines[4900] = "Allow", strings.Repeat("y", 5000)+"Allow"
	got := updated(before, strings.Join(lines, "\n"))
	for _, want := range []string{
		"\n-         line 20\n+         Allow\n          line 21\n",
		"\n      # (14 unchanged lines hidden)\n          line 17\n",
		"Allow\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%.5000s", want, got)
		}
	}
	if n := strings.Count(got, "\n"); n > 250 {
		t.Errorf("%d lines", n)
	}
	if got := updated(nil, before); strings.Count(got, "\n") > 110 ||
		!strings.Contains(got, "\n+     # (4900 more lines not shown)\n") {
		t.Errorf("a new text: got\n%s", got)
	}
}

// TestTextComparisonsAreBounded: the number of comparisons in a plan is limited.
func TestTextComparisonsAreBounded(t *testing.T) {
	t.Parallel()
	before, after := make([]string, 500), make([]string, 500)
	for i := range before {
		before[i], after[i] = fmt.Sprint("a", i), fmt.Sprint("b", i)
	}
	left := 600_000
	for range 5 {
		if hunks := lineDiff(before, after, &left); len(hunks) != 1 || len(hunks[0].removed) != 500 ||
			len(hunks[0].added) != 500 {
			t.Fatalf("%d hunks", len(hunks))
		}
	}
	if left != 100_000 {
		t.Errorf("%d comparisons are left, want 100000", left)
	}
}

// FuzzLineDiff: unchanged and removed lines are the text before, unchanged and added ones
// the text after.
func FuzzLineDiff(f *testing.F) {
	f.Add("a\nb\nc", "b\nd", 100)
	f.Add("a\nb\nc\na\nb", "c\nb\na", 100)
	f.Add("a\nb", "b\na", 0)
	f.Fuzz(func(t *testing.T, before, after string, left int) {
		b, a := strings.Split(before, "\n"), strings.Split(after, "\n")
		var gotBefore, gotAfter []string
		for _, h := range lineDiff(b, a, &left) {
			gotBefore = append(append(gotBefore, h.unchanged...), h.removed...)
			gotAfter = append(append(gotAfter, h.unchanged...), h.added...)
		}
		if x, y := string(mustJSON(gotBefore)), string(mustJSON(b)); x != y {
			t.Errorf("before: got %s, want %s", x, y)
		}
		if x, y := string(mustJSON(gotAfter)), string(mustJSON(a)); x != y {
			t.Errorf("after: got %s, want %s", x, y)
		}
	})
}

// TestUnknownTextFromJSON: a text that is known only after the apply is shown as such.
func TestUnknownTextFromJSON(t *testing.T) {
	t.Parallel()
	doc := strings.Replace(updateOf(`"a\n- b"`, "null"), `"actions"`, `"after_unknown":{"x":true},"actions"`, 1)
	if !json.Valid([]byte(doc)) {
		t.Fatal(doc)
	}
	const want = "!     x = <<-EOT\n-         a\n-         - b\n      EOT -> (known after apply)"
	if got := onlyDiffOf(doc); !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
