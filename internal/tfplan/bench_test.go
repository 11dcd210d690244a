package tfplan

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// endless is a log or a document that is made up as it is read: a head, the same
// middle again and again, and an end.
type endless struct {
	head, middle, end string
	size              int64
}

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		at := off + int64(i)
		switch {
		case at >= e.size:
			return i, io.EOF
		case at < int64(len(e.head)):
			p[i] = e.head[at]
		case at >= e.size-int64(len(e.end)):
			p[i] = e.end[at-(e.size-int64(len(e.end)))]
		default:
			p[i] = e.middle[(at-int64(len(e.head)))%int64(len(e.middle))]
		}
	}
	return len(p), nil
}

func endlessSection(head, middle, end string, times int) *io.SectionReader {
	e := endless{head, middle, end, int64(len(head) + len(middle)*times + len(end))}
	return io.NewSectionReader(e, 0, e.size)
}

// TestMemory reads big material and counts what is allocated while it does: what
// nobody asks for must be passed over, not held.
func TestMemory(t *testing.T) {
	doc := func() *io.SectionReader {
		filler := `{"address":"aws_x.y","values":{"a":"` + strings.Repeat(`abc\"`, 200) + `"}},`
		return endlessSection(`{"format_version":"1.2","planned_values":[`, filler, `1],"resource_changes":[{"address":"a.b","change":{"actions":["create"]}}]}`, 8000)
	}
	if got := fmt.Sprint(changes(readPlan(doc(), nil).Changes)); got != "[create a.b []]" {
		t.Fatalf("got %s", got)
	}
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			readPlan(doc(), nil)
		}
	})
	if got := result.AllocedBytesPerOp(); got > 1<<20 {
		t.Errorf("%d bytes allocated for a document of %d", got, doc().Size())
	}
}

// TestFlood: a log of nothing but changes is bounded in what is kept of it.
func TestFlood(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	for i := range 5000 {
		fmt.Fprintf(l, "  # a.b[%d] will be created\n  + resource \"a\" \"b\" {\n%s    }\n", i, strings.Repeat("      + x = 1\n", 200))
	}
	p := l.Plan(t.Context(), nil)
	kept := 0
	for _, c := range p.Changes {
		kept += len(c.Diff)
	}
	if kept > longestText || kept < longestText/4 { // the rest is the cost of keeping lines
		t.Errorf("%d bytes of diffs are kept, the bound is %d", kept, longestText)
	}
}

func BenchmarkReadLog(b *testing.B) {
	log := endlessSection("", "\x1b[0m\x1b[1maws_instance.web[12345]: Refreshing state... [id=i-0123456789]\x1b[0m\n", "", 100_000)
	data, err := io.ReadAll(log)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		readPlan(nil, spooled(data))
	}
}
