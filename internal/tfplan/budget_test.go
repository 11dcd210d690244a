package tfplan

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/jsonstream"
	"scalr-run-action/internal/secret"
)

// TestSizeOfDiffsFromJSON: the diffs of changes and outputs are shown until they have 8 MiB.
func TestSizeOfDiffsFromJSON(t *testing.T) {
	t.Parallel()
	create := func(name string) string {
		return `{"address":"a.` + name + `","mode":"managed","type":"a","name":"` + name + `","change":{"actions":["create"],"after":{},` +
			`"after_sensitive":{}}}`
	}
	doc := `{"format_version":"1.2","resource_changes":[` + create("x") + "," + create("y") + `],"output_changes":{` +
		`"a":{"actions":["create"],"after":1,"after_sensitive":false},` +
		`"b":{"actions":["create"],"after":1,"after_sensitive":false},"c":{"actions":["create"],"after":1,"after_sensitive":false}}}`
	const change, output = len("+ resource \"a\" \"x\" {\n  }"), len("+ a = 1")
	for _, c := range []struct {
		left    int // bytes below the limit
		changes string
		outputs string
	}{
		{0, "", ""},
		{1, "x", ""},
		{change, "x", ""},
		{change + 1, "xy", ""},
		{2 * change, "xy", ""},
		{2*change + 1, "xy", "+ a = 1"},
		{2*change + output, "xy", "+ a = 1"},
		{2*change + output + 1, "xy", "+ a = 1\n+ b = 1"},
		{2*change + 2*output, "xy", "+ a = 1\n+ b = 1"},
		{2*change + 2*output + 1, "xy", "+ a = 1\n+ b = 1\n+ c = 1"},
	} {
		p := &planJSON{
			Reader: jsonstream.New(t.Context(), strings.NewReader(doc), jsonstream.Limits{}),
			texts:  newPlanText(new(secret.Redactor)),
			size:   8<<20 - c.left,
		}
		if err := p.documents(); err != nil {
			t.Fatal(err)
		}
		shown := ""
		for _, one := range p.doc.changes.changes {
			if one.Diff != "" {
				shown += strings.TrimPrefix(one.Address, "a.")
			}
		}
		if shown != c.changes || p.doc.outputDiff != c.outputs {
			t.Errorf("%d bytes left: shown are the changes %s and the outputs %q, want %s and %q",
				c.left, shown, p.doc.outputDiff, c.changes, c.outputs)
		}
	}
}

// TestSizeOfDone: of an apply, at most 20,000 completed changes are kept, until they have more than 8 MiB: each takes 250 bytes
// and its address.
func TestSizeOfDone(t *testing.T) {
	t.Parallel()
	const each = 250 + len("a.b")
	for _, c := range []struct{ done, size, more int }{
		{19_997, 0, 3},
		{19_998, 0, 2},
		{20_000, 0, 0},
		{10, 8<<20 - 2*each, 3},
		{10, 8<<20 - 2*each + 1, 2},
		{10, 8 << 20, 1},
		{10, 8<<20 + 1, 0},
	} {
		l := NewLog(nil)
		l.done, l.doneSize = make([]Done, c.done), c.size
		fmt.Fprint(l, strings.Repeat("a.b: Creation complete after 1s\n", 3))
		if got := len(l.Apply().Done) - c.done; got != c.more {
			t.Errorf("after %d of %d bytes: %d more are kept, want %d", c.done, c.size, got, c.more)
		}
	}
}
