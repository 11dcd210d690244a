package tfplan

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"strings"

	"scalr-run-action/internal/sanitize"
)

// longestLine is how much of one line of a log is looked at; the rest is skipped.
const longestLine = 8 << 10

// lines gives the clean lines of a log that may be huge: it holds one at a time.
// A log that breaks off, or is missing, ends there.
func lines(log *io.SectionReader) iter.Seq[string] {
	return func(yield func(string) bool) {
		if log == nil {
			return
		}
		r := bufio.NewReaderSize(io.NewSectionReader(log, 0, log.Size()), longestLine)
		for {
			raw, err := r.ReadSlice('\n')
			text := sanitize.Text(string(bytes.TrimRight(raw, "\r\n")))
			if len(raw) > 0 && !yield(strings.ReplaceAll(text, "\t", "    ")) {
				return
			}
			for err == bufio.ErrBufferFull {
				_, err = r.ReadSlice('\n')
			}
			if err != nil {
				return
			}
		}
	}
}

// tail keeps the last lines of a log.
type tail struct{ kept []string }

// tailLines is how much of a log's end is shown after a failure.
const tailLines = 60

func (t *tail) add(line string) {
	if len(t.kept) == 2*tailLines {
		t.kept = append(t.kept[:0], t.kept[tailLines:]...)
	}
	t.kept = append(t.kept, line)
}

// text is the end of the log, each line cut to what can be read.
func (t *tail) text() string {
	last := t.kept[max(0, len(t.kept)-tailLines):]
	var out strings.Builder
	for _, s := range last {
		if len(s) > 500 {
			s = strings.ToValidUTF8(s[:500], "") + "…"
		}
		out.WriteString(s + "\n")
	}
	return strings.Trim(out.String(), "\n")
}
