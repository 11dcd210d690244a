package tfplan

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/secret"
)

// maxLineLength is the number of bytes of a line that are read; of the rest, only the end is kept.
const maxLineLength = 8 << 10

// maxLineEnd is the number of bytes that are kept of the end of a longer line.
const maxLineEnd = 100

const arrow = "\" -> \""

// lineEnd holds what is kept of the part of a line that is skipped.
type lineEnd struct {
	last    []byte // its last bytes, at most twice as many as are kept
	skipped bool   // there is such a part
	arrow   bool   // the value after an arrow begins in it
}

func (e *lineEnd) add(p []byte) {
	for len(p) > 0 {
		n := min(len(p), maxLineEnd)
		e.last = append(e.last, p[:n]...)
		e.skipped, p = true, p[n:]
		e.arrow = e.arrow || bytes.Contains(e.last, []byte(arrow))
		if len(e.last) > maxLineEnd+len(arrow) {
			e.last = append(e.last[:0], e.last[len(e.last)-maxLineEnd-len(arrow):]...)
		}
	}
}

// text returns the end of the line, with a mark for what is left out.
func (e *lineEnd) text() string {
	if !e.skipped {
		return ""
	}
	end := e.last[max(0, len(e.last)-maxLineEnd):]
	for len(end) > 0 && !utf8.RuneStart(end[0]) {
		end = end[1:]
	}
	if e.arrow && !bytes.Contains(end, []byte(arrow)) {
		return "…" + arrow + "…" + string(end)
	}
	return "…" + string(end)
}

// Log is a writer that reads the log of a plan or an apply and keeps a bounded part of
// it. The log must be written unredacted, because the gate evaluates it. All texts that
// Log returns are redacted.
type Log struct {
	redact *secret.Redactor

	line []byte         // the last line, still incomplete; at most maxLineLength bytes
	long *secret.Stream // redacts the line if it is longer than that
	end  lineEnd

	tail  tail
	text  *planText
	diags diagnostics
	units map[string]*diagnostics // Terragrunt's units, with their own diagnostics
	bare  map[string]bool         // units whose lines have only their name as a prefix
	json  jsonLog
	done  []Done

	destroying map[object][]string // the destructions of each resource that have begun: the deposed objects, "" for the current one
	doneUnits  map[int]string      // the units of the elements of done that have one
	doneSize   int                 // size of done, doneUnits and destroying in bytes

	previous Totals // of the previous versions
	restarts int
}

// NewLog returns an empty log. Without a redactor, values are not redacted.
func NewLog(redact *secret.Redactor) *Log {
	if redact == nil {
		redact = new(secret.Redactor)
	}
	return &Log{redact: redact, text: newPlanText(redact), diags: diagnostics{redact: redact}}
}

// SeveralUnits declares that the log contains the plans of several units, one after the
// other (Terragrunt's run-all). Of any other log only the first plan is listed, because
// Terraform did not print what follows. It must be called before the first Write.
func (l *Log) SeveralUnits() { l.text.several = true }

// maxRestarts is the number of restarts from which on the log is not complete evidence.
const maxRestarts = 3

// Restart discards what was written before. Its counts are kept, because any of the
// versions may be the right one.
func (l *Log) Restart() {
	l.flush()
	dropped, restarts, several := l.totals(), l.restarts+1, l.text.several
	*l = *NewLog(l.redact)
	l.previous, l.restarts, l.text.several = dropped, restarts, several
}

// totals returns the log's counts of what the plan does.
func (l *Log) totals() Totals {
	t := l.text.totals()
	t.Counts = t.Counts.Worst(l.previous.Counts)
	t.Most = t.Most.Worst(l.previous.Most)
	t.Others = max(t.Others, l.previous.Others)
	t.Drift = max(t.Drift, l.previous.Drift)
	t.Reads = max(t.Reads, l.previous.Reads)
	t.Warnings = max(l.warnings(), l.previous.Warnings)
	t.Targeted = l.previous.Targeted || slices.ContainsFunc(l.diagnostics(), Diagnostic.isTargeting)
	t.OtherCounts = t.OtherCounts.maximum(l.previous.OtherCounts)
	for _, d := range l.previous.Problems {
		t.addProblem(d)
	}
	t.Complete, t.Limited = t.Complete && l.restarts < maxRestarts, t.Limited || l.previous.Limited
	return t
}

// Write reads the next piece of the log. It never fails.
func (l *Log) Write(p []byte) (int, error) {
	size := len(p)
	for len(p) > 0 {
		piece, rest, ended := bytes.Cut(p, []byte("\n"))
		l.put(piece)
		if ended {
			l.addLine()
		}
		p = rest
	}
	return size, nil
}

// put appends a piece to the current line. A line that is too long is redacted before
// it is cut, because a part of a secret would not be recognized.
func (l *Log) put(piece []byte) {
	switch {
	case l.long == nil && len(l.line)+len(piece) <= maxLineLength:
		l.line = append(l.line, piece...)
		return
	case l.long == nil:
		l.long = l.redact.Stream()
		l.line = append([]byte(nil), l.long.Next(l.line)...)
	}
	l.addLong(l.long.Next(piece))
}

// addLong adds a redacted piece to a line that is too long.
func (l *Log) addLong(safe []byte) {
	n := max(0, min(len(safe), maxLineLength-len(l.line)))
	l.line = append(l.line, safe[:n]...)
	l.end.add(safe[n:])
}

// flush reads a last line without a line break.
func (l *Log) flush() {
	if len(l.line) > 0 || l.long != nil {
		l.text.truncated = true
		l.addLine()
		l.text.truncated = false
	}
	l.text.endAllUnits()
	l.diags.close()
}

// addLine reads a complete line.
func (l *Log) addLine() {
	end := ""
	if l.long != nil {
		l.addLong(l.long.End())
		end = sanitize.Text(l.end.text())
		if l.end.skipped {
			l.line = trimPartialCharacter(l.line)
		}
		l.long, l.end = nil, lineEnd{}
	}
	inColors := bytes.ContainsRune(l.line, '\x1b')
	text := plainLine(string(bytes.TrimRight(l.line, "\r")))
	l.line = l.line[:0]
	l.tail.add(text)
	if unit, wrapped, ok := cutJSONUnit(text); ok {
		unit = strings.Clone(sanitize.Name(unit, maxUnitName))
		for piece := range strings.SplitSeq(strings.TrimSuffix(wrapped, "\n"), "\n") {
			l.addText(unit, plainLine(piece), "", strings.Contains(piece, "\x1b"))
		}
		return
	}
	unit, text := l.cutUnit(text)
	l.addText(unit, text, end, inColors)
}

// plainLine returns a line without colors, and with spaces instead of tabs.
func plainLine(line string) string { return strings.ReplaceAll(sanitize.Text(line), "\t", "    ") }

// trimPartialCharacter removes a part of a character from the end of a line.
func trimPartialCharacter(line []byte) []byte {
	for range utf8.UTFMax - 1 {
		if r, size := utf8.DecodeLastRune(line); r == utf8.RuneError && size == 1 {
			line = line[:len(line)-1]
		}
	}
	return line
}

// addText reads a line of the tool's text in a unit. Only diffs show the end of a line that was too long.
func (l *Log) addText(unit, text, end string, inColors bool) {
	l.json.add(unit, text, l.redact)
	diags := l.diagnosticsOf(unit)
	l.text.enter(unit)
	if !strings.HasPrefix(text, "Plan: ") || !diags.inText() {
		if isHeader(text) {
			end = ""
		}
		l.text.add(text + end)
	}
	diags.add(text, inColors)
	l.recordDone(unit, text, diags)
}

// tail keeps the last lines of a log.
type tail struct{ kept []string }

// tailLines is the number of lines of a log's end that are shown after a failure.
const tailLines = 60

func (t *tail) add(line string) {
	if len(t.kept) == 2*tailLines {
		t.kept = append(t.kept[:0], t.kept[tailLines:]...)
	}
	t.kept = append(t.kept, line)
}

// text returns the end of the log with long lines shortened.
func (t *tail) text(redact *secret.Redactor) string {
	last := strings.Join(t.kept[max(0, len(t.kept)-tailLines):], "\n")
	var out strings.Builder
	for s := range strings.SplitSeq(redact.String(last), "\n") {
		if len(s) > 500 {
			s = strings.ToValidUTF8(s[:500], "") + "…"
		}
		out.WriteString(s + "\n")
	}
	return strings.Trim(out.String(), "\n")
}
