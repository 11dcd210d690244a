package scalrsim

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// content is a text that can be read in parts and need not be stored in memory.
type content interface {
	io.ReaderAt
	Size() int64
}

// segment is a part of a log that grows linearly during its step.
type segment struct {
	text   content
	live   func() []byte // if set, returns the log of a running tool and replaces text
	start  time.Time
	length time.Duration
	ended  time.Time // end of the stage if it finished early
	half   bool      // also grows by partial lines
}

// appendLog appends the log of a step.
func (s *Server) appendLog(r *run, step Step, at time.Time) {
	g := r.plan
	if strings.Contains(step.Status, "apply") && r.apply != nil {
		g = r.apply
	}
	var text content
	switch {
	case step.Size > 0 && step.OneLine:
		text = generated{size: step.Size, line: step.Size}
	case step.Size > 0:
		text = generated{size: step.Size, line: generatedLine}
	case step.Log != "":
		text = strings.NewReader(step.Log)
	default:
		return
	}
	if step.Rewrite {
		g.log = nil
	}
	g.log = append(g.log, segment{text: text, start: at.Add(s.paced(s.scenario.Logs.Lag)), length: s.paced(step.For),
		half: s.scenario.Logs.HalfLine || step.OneLine})
}

// truncateLog ends the growth of the log of a canceled stage.
func (g *stage) truncateLog(at time.Time) {
	if g.status != "canceled" {
		return
	}
	for i := range g.log {
		if end := g.log[i].start.Add(g.log[i].length); end.After(at) {
			g.log[i].ended = at
		}
	}
	last := strings.NewReader("\nInterrupt received.\nThe operation was canceled.\n")
	g.log = append(g.log, segment{text: last, start: at})
}

// visible returns the number of bytes that have been written.
func (g segment) visible(now time.Time) int64 {
	size := g.text.Size()
	if !g.ended.IsZero() && g.ended.Before(now) {
		now = g.ended
	}
	passed := now.Sub(g.start)
	switch {
	case passed < 0:
		return 0
	case passed >= g.length:
		return size
	}
	n := int64(float64(size) * (float64(passed) / float64(g.length)))
	if g.half {
		return n
	}
	return lastLine(g.text, n)
}

// lastLine returns the end of the last complete line within the first n bytes.
func lastLine(text content, n int64) int64 {
	block := make([]byte, 4096)
	for n > 0 {
		from := max(n-int64(len(block)), 0)
		read, _ := text.ReadAt(block[:n-from], from)
		if i := bytes.LastIndexByte(block[:read], '\n'); i >= 0 {
			return from + int64(i) + 1
		}
		n = from
	}
	return 0
}

// read returns the current log and its size.
func (g *stage) read(now time.Time) (io.Reader, int64) {
	var parts []io.Reader
	var size int64
	for _, part := range g.log {
		if part.live != nil {
			text := part.live()
			parts, size = append(parts, bytes.NewReader(text)), size+int64(len(text))
			continue
		}
		n := part.visible(now)
		parts, size = append(parts, io.NewSectionReader(part.text, 0, n)), size+n
	}
	return io.MultiReader(parts...), size
}

// generated is a log of any size that is not stored in memory: numbered lines of equal length, or a single
// line without a line break.
type generated struct{ size, line int64 }

const generatedLine = 64

func (g generated) Size() int64 { return g.size }

// ReadAt implements io.ReaderAt.
func (g generated) ReadAt(p []byte, offset int64) (int, error) {
	n := 0
	for n < len(p) && offset < g.size {
		line := g.bytesOfLine(offset)
		copied := copy(p[n:], line[:min(int64(len(line)), g.size-offset)])
		n, offset = n+copied, offset+int64(copied)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// bytesOfLine returns the rest of the 64-byte line that contains the offset. The line ends with a line break
// unless the whole text is a single line.
func (g generated) bytesOfLine(offset int64) []byte {
	number := offset / generatedLine
	text := fmt.Appendf(nil, "%012d terraform_data.item[%012d]: Refreshing the state...", number, number)
	for len(text) < generatedLine-1 {
		text = append(text, '.')
	}
	end := byte('\n')
	if g.line > generatedLine {
		end = '.'
	}
	text = append(text[:generatedLine-1], end)
	return text[offset%generatedLine:]
}
