package tfplan

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// repeatedReader generates a log or a document while it is read: a head, a repeated
// middle, and an end.
type repeatedReader struct {
	head, middle, end string
	size              int64
}

func (e repeatedReader) ReadAt(p []byte, off int64) (int, error) {
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

func repeatedSection(head, middle, end string, times int) *io.SectionReader {
	e := repeatedReader{head, middle, end, int64(len(head) + len(middle)*times + len(end))}
	return io.NewSectionReader(e, 0, e.size)
}

// TestReadingAllocatesLittle reads a large document and limits the bytes allocated:
// members that are not needed must be skipped, not held in memory.
func TestReadingAllocatesLittle(t *testing.T) {
	doc := func() *io.SectionReader {
		filler := `{"address":"aws_x.y","values":{"a":"` + strings.Repeat(`abc\"`, 200) + `"}},`
		return repeatedSection(`{"format_version":"1.2","planned_values":[`, filler,
			`1],"resource_changes":[{"address":"a.b","change":{"actions":["create"]}}]}`, 8000)
	}
	if got := fmt.Sprint(changes(readPlan(doc(), nil).Changes)); got != "[create a.b []]" {
		t.Fatalf("got %s", got)
	}
	before := allocated()
	readPlan(doc(), nil)
	if got := allocated() - before; got > 1<<20 {
		t.Errorf("%d bytes allocated for a document of %d", got, doc().Size())
	}
}

// allocated returns the number of bytes that the process has allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestKeptDiffsAreBounded: the size of the diffs kept of a log with many changes is bounded.
func TestKeptDiffsAreBounded(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	for i := range 5000 {
		fmt.Fprintf(l, "  # a.b[%d] will be created\n  + resource \"a\" \"b\" {\n%s    }\n", i,
			strings.Repeat("      + x = 1\n", 200))
	}
	p := l.Plan(t.Context(), nil)
	kept := 0
	for _, c := range p.Changes {
		kept += len(c.Diff)
	}
	if kept > maxTextSize || kept < maxTextSize/4 { // the bound includes the overhead of lines
		t.Errorf("%d bytes of diffs are kept, the bound is %d", kept, maxTextSize)
	}
}

func BenchmarkReadLog(b *testing.B) {
	log := repeatedSection("", "\x1b[0m\x1b[1maws_instance.web[12345]: Refreshing state... [id=i-0123456789]\x1b[0m\n",
		"", 100_000)
	data, err := io.ReadAll(log)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		readPlan(nil, sectionOf(data))
	}
}
