package report

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"scalr-run-action/internal/report/reporttest"
)

// TestSensitive: values that the plan JSON marks as sensitive are never shown, sanitized or not.
func TestSensitive(t *testing.T) {
	t.Parallel()
	const doc = `{"format_version":"1.2","resource_changes":[
{"address":"a.b","mode":"managed","type":"a","name":"b","change":{"actions":["update"],
"before":{"p":"SECRET1","list":["SECRET2","open"],"map":{"k":"SECRET3","open":1},
	"short":["x","SECRET4"],"all":{"x":["SECRET5"]},"t":1},
"after":{"p":"SECRET6","list":["SECRET7","open"],"map":{"k":"SECRET8","open":2},
	"short":["y","SECRET9"],"all":{"x":["SECRET10"]},"t":2},
"after_unknown":{},
"before_sensitive":{"p":true,"list":[true,false],"map":{"k":true},"short":[true],"all":true},
"after_sensitive":{"p":true,"list":[true,false],"map":{"k":true},"short":[true],"all":true}}}],
"output_changes":{"o":{"actions":["update"],"before":"SECRET11","after":{"deep":"SECRET12"},
"after_unknown":false,"before_sensitive":true,"after_sensitive":true}}}`
	r := Report{Result: "planned", Plan: readPlan(sectionOf([]byte(doc)), nil)}
	got := r.Summary() + r.Comment(CommentLimit)
	if strings.Contains(got, "SECRET") {
		t.Errorf("a sensitive value shows:\n%s", got)
	}
	for _, want := range []string{
		"!     p     = (sensitive value)", "!         open = 1 -> 2", "!     t     = 1 -> 2",
		"! o = (sensitive value)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}

func FuzzReadPlan(f *testing.F) {
	for _, name := range []string{"warning", "move", "import"} {
		f.Add(contents(f, name, "plan.json"), contents(f, name, "plan.log"), 20_000)
	}
	f.Add([]byte(`{"resource_changes":[{"address":"\u0000","change":{"actions":["x"]}}]}`),
		[]byte("╷\n│ Error: x\n  # a will be created"), 300)
	f.Fuzz(func(t *testing.T, doc, log []byte, limit int) {
		limit = max(0, min(limit, CommentLimit))
		r := baseReport("errored", "errored")
		r.Plan = readPlan(sectionOf(doc), sectionOf(log))
		r.Apply = readLog(sectionOf(log)).Apply()
		reporttest.Check(t, r.Summary(), SummaryLimit, allowedHosts...)
		reporttest.Check(t, r.Comment(limit), limit, allowedHosts...)
	})
}

func sectionOf(data []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
}

func contents(t testing.TB, plan, name string) []byte {
	data, err := io.ReadAll(planFile(t, plan, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
