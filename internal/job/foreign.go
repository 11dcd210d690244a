package job

import (
	"bytes"
	"os"
	"unicode/utf8"

	"scalr-run-action/internal/secret"
)

// Foreign writes text that is not ours into the log: logs of runs, messages of policies, names. The runner sees no
// command in it, for two reasons: each line is made harmless, and all of them stand in a fence within which the runner
// does not listen. Secrets are redacted over whole lines; of escape sequences only colours survive, and do not leak
// into our own lines. A line that is too long for the log is cut into several.
//
// Lines end at \n, \r\n and \r, as they do for the runner. A half line is held until its end, or until Close. The
// memory used does not grow with the text, nor with its lines.
type Foreign struct {
	job     *Job
	cleaner cleaner
	colour  colour
	line    []byte         // of the line at hand, what is clean and not yet redacted
	stream  *secret.Stream // redacts the line at hand; nil while it is short enough to be held
	text    []byte         // of a long line, what is redacted and not yet printed
	out     []byte         // lines to print
	afterCR bool           // a \n now belongs to the last line's end
	begun   bool           // the line at hand has something in it
	closed  bool
}

const (
	foreignHeld = 32 << 10 // a line up to this length is held whole
	foreignOut  = 64 << 10 // lines are printed in pieces of about this size
)

// Foreign returns a new writer of foreign text. Close it to print the last half line and to end the fence.
func (j *Job) Foreign() *Foreign { return &Foreign{job: j} }

// Fenced prints a short foreign text, such as the message of an error.
func (j *Job) Fenced(text string) {
	f := j.Foreign()
	_, _ = f.Write([]byte(text))
	_ = f.Close()
}

// Write takes the next piece of the text. It returns the error that broke the log, if one did.
func (f *Foreign) Write(p []byte) (int, error) {
	f.job.mu.Lock()
	defer f.job.mu.Unlock()
	if f.closed {
		return 0, os.ErrClosed
	}
	n := len(p)
	for len(p) > 0 {
		p = f.next(p)
		if len(f.out) >= foreignOut {
			f.flush()
		}
	}
	f.flush()
	if err := f.job.console.err; err != nil {
		return 0, err
	}
	return n, nil
}

// Close prints the last half line and ends the fence.
func (f *Foreign) Close() error {
	f.job.mu.Lock()
	defer f.job.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	if f.begun {
		f.endLine()
	}
	f.flush()
	f.job.closeFence()
	return f.job.console.err
}

func (f *Foreign) flush() {
	if len(f.out) > 0 {
		f.job.foreign(f.out)
		f.out = f.out[:0]
	}
}

// next takes what it can of p up to the end of a line, and returns the rest.
func (f *Foreign) next(p []byte) []byte {
	if f.afterCR && p[0] == '\n' {
		f.afterCR = false
		return p[1:]
	}
	f.afterCR = false
	// A bit at a time, so that a giant line does not pile up.
	end := bytes.IndexAny(p[:min(len(p), longestLine)], "\r\n")
	if end < 0 {
		n := min(len(p), longestLine)
		f.add(p[:n])
		return p[n:]
	}
	f.add(p[:end])
	f.endLine()
	f.afterCR = p[end] == '\r'
	return p[end+1:]
}

func (f *Foreign) add(piece []byte) {
	f.begun = f.begun || len(piece) > 0
	f.line = f.cleaner.add(f.line, piece)
	if len(f.line) < foreignHeld {
		return
	}
	if f.stream == nil {
		f.stream = f.job.redact.Stream()
	}
	f.text = append(f.text, f.stream.Next(f.line)...)
	f.line = f.line[:0]
	f.printPieces()
}

func (f *Foreign) endLine() {
	f.line = f.cleaner.end(f.line)
	if f.stream == nil {
		f.text = append(f.text, f.job.redact.Bytes(f.line)...)
	} else {
		f.text = append(append(f.text, f.stream.Next(f.line)...), f.stream.End()...)
		f.stream = nil
	}
	f.printPieces()
	f.print(f.text)
	f.line, f.text, f.begun = f.line[:0], f.text[:0], false
}

// printPieces prints what is surely not the last piece of the line.
func (f *Foreign) printPieces() {
	done := 0
	for n := cutAt(f.text); done+n < len(f.text); n = cutAt(f.text[done:]) {
		f.print(f.text[done : done+n])
		done += n
	}
	f.text = append(f.text[:0], f.text[done:]...)
}

func (f *Foreign) print(line []byte) {
	f.out = append(defuse(f.out, line, &f.colour), '\n')
}

// cutAt returns how much of text fits in a line, such that no character and no colour is torn.
func cutAt(text []byte) int {
	if len(text) <= longestLine {
		return len(text)
	}
	n := longestLine
	for !utf8.RuneStart(text[n]) {
		n--
	}
	if at := bytes.LastIndexByte(text[:n], esc); at > 0 && bytes.IndexByte(text[at:n], 'm') < 0 {
		n = at
	}
	return n
}
