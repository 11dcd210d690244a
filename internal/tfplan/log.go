package tfplan

import (
	"bytes"
	"strings"

	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/secret"
)

// longestLine is how much of one line of a log is looked at; the rest is skipped.
const longestLine = 8 << 10

// Log reads the log of a plan or of an apply while it is written to it, and holds
// little of it. It must get the log as it came, since what it says of a plan is
// judged. The texts that it gives out are redacted.
type Log struct {
	redact *secret.Redactor

	line []byte         // the last line, which has no end yet; at most longestLine of it
	long *secret.Stream // where the line goes through if it is longer than that

	end   tail
	text  *planText
	found diagnostics
	units map[string]*diagnostics // of Terragrunt, with diagnostics of their own
	bare  map[string]bool         // units whose name alone stands before their lines
	done  []Done

	doneSize int // bytes of done

	dropped  Tally // of the versions before
	restarts int
}

// NewLog makes an empty log. Without a redactor nothing is redacted.
func NewLog(redact *secret.Redactor) *Log {
	if redact == nil {
		redact = new(secret.Redactor)
	}
	return &Log{redact: redact, text: newPlanText(redact), found: newDiagnostics(redact)}
}

// SeveralUnits says that the log holds the plans of several units, one behind the
// other (Terragrunt's run-all). Of any other log only the first plan is listed: what
// follows was printed by something else. It must be called before the first Write.
func (l *Log) SeveralUnits() { l.text.several = true }

// mostRestarts is how often a log may begin anew before it proves nothing.
const mostRestarts = 3

// Restart begins the log anew. What was written before is not shown any more; what it
// counted still counts, since only one of several versions can be the right one.
func (l *Log) Restart() {
	l.flush()
	dropped, restarts, several := l.tally(), l.restarts+1, l.text.several
	*l = *NewLog(l.redact)
	l.dropped, l.restarts, l.text.several = dropped, restarts, several
}

// tally is what the log says that the plan does.
func (l *Log) tally() Tally {
	t := l.text.tally()
	t.Counts = t.Counts.Worst(l.dropped.Counts)
	t.Most = t.Most.Worst(l.dropped.Most)
	t.Others, t.Drift, t.Reads = max(t.Others, l.dropped.Others), max(t.Drift, l.dropped.Drift), max(t.Reads, l.dropped.Reads)
	t.Warnings = max(l.warnings(), l.dropped.Warnings)
	t.Besides = t.Besides.worst(l.dropped.Besides)
	for _, d := range l.dropped.Doubts {
		t.doubt(d)
	}
	t.Complete = t.Complete && l.restarts < mostRestarts
	return t
}

// Write takes the next piece. It never fails.
func (l *Log) Write(p []byte) (int, error) {
	size := len(p)
	for len(p) > 0 {
		piece, rest, ended := bytes.Cut(p, []byte("\n"))
		l.put(piece)
		if ended {
			l.add()
		}
		p = rest
	}
	return size, nil
}

// put takes a piece of a line. A line that is too long is redacted before it is
// cut, for half a secret would not be found.
func (l *Log) put(piece []byte) {
	switch {
	case l.long == nil && len(l.line)+len(piece) <= longestLine:
		l.line = append(l.line, piece...)
		return
	case l.long == nil:
		l.long = l.redact.Stream()
		l.line = append([]byte(nil), l.long.Next(l.line)...)
	}
	if room := longestLine - len(l.line); room > 0 {
		safe := l.long.Next(piece)
		l.line = append(l.line, safe[:min(len(safe), room)]...)
	}
}

// flush reads a last line without an end.
func (l *Log) flush() {
	if len(l.line) > 0 || l.long != nil {
		l.text.cut = true
		l.add()
		l.text.cut = false
	}
	l.text.endAll()
	l.found.close()
}

// add reads a complete line.
func (l *Log) add() {
	if l.long != nil {
		safe := l.long.End()
		l.line = append(l.line, safe[:min(len(safe), longestLine-len(l.line))]...)
		l.long = nil
	}
	inColors := bytes.ContainsRune(l.line, '\x1b')
	text := sanitize.Text(string(bytes.TrimRight(l.line, "\r")))
	l.line = l.line[:0]
	text = strings.ReplaceAll(text, "\t", "    ")
	l.end.add(text)
	unit, text := l.cutUnit(text)
	l.text.enter(unit)
	l.text.add(text)
	l.foundIn(unit).add(text, inColors)
	l.note(text)
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
