package job

import (
	"bytes"
	"os"
	"unicode/utf8"

	"scalr-run-action/internal/secret"
)

// UntrustedWriter writes text from outside the action to the log: logs of runs, messages of policies, names. Two defenses
// keep the runner from executing commands in it: each line is neutralized, and stop-commands surrounds all lines. Secrets
// are redacted over whole lines. Colors are the only escape sequences kept, and do not affect lines of the action. A line
// that is too long for the log is split.
//
// Lines end at \n, \r\n and \r, as they do for the runner. An incomplete line is held until its end or until Close.
// Memory use does not grow with the text or its lines.
type UntrustedWriter struct {
	job     *Job
	cleaner cleaner
	color   color
	line    []byte         // of the current line: cleaned, not yet redacted
	stream  *secret.Stream // redacts the current line; nil while it is short enough to be held
	text    []byte         // of a long line: redacted, not yet printed
	out     []byte         // lines to print
	afterCR bool           // a \n that follows belongs to the last line's end
	begun   bool           // the current line is not empty
	closed  bool
}

const (
	maxHeldLine = 32 << 10 // bytes; a shorter line is held whole
	flushSize   = 64 << 10 // bytes; lines are printed in batches of about this size
)

// UntrustedWriter returns a new writer. Close prints an incomplete last line and lets the runner accept commands again.
func (j *Job) UntrustedWriter() *UntrustedWriter { return &UntrustedWriter{job: j} }

// Write returns the error of the log's stream once that has failed, and os.ErrClosed after Close.
func (f *UntrustedWriter) Write(p []byte) (int, error) {
	f.job.mu.Lock()
	defer f.job.mu.Unlock()
	if f.closed {
		return 0, os.ErrClosed
	}
	n := len(p)
	for len(p) > 0 {
		p = f.next(p)
		if len(f.out) >= flushSize {
			f.flush()
		}
	}
	f.flush()
	if err := f.job.console.err; err != nil {
		return 0, err
	}
	return n, nil
}

// Close prints an incomplete last line and lets the runner accept commands again.
func (f *UntrustedWriter) Close() error {
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

func (f *UntrustedWriter) flush() {
	if len(f.out) > 0 {
		f.job.printUntrusted(f.out)
		f.out = f.out[:0]
	}
}

// next processes p up to the end of a line, or a part of it, and returns the remainder.
func (f *UntrustedWriter) next(p []byte) []byte {
	if f.afterCR && p[0] == '\n' {
		f.afterCR = false
		return p[1:]
	}
	f.afterCR = false
	// Small parts prevent a huge line from accumulating in memory.
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

func (f *UntrustedWriter) add(piece []byte) {
	f.begun = f.begun || len(piece) > 0
	f.line = f.cleaner.add(f.line, piece)
	if len(f.line) < maxHeldLine {
		return
	}
	if f.stream == nil {
		f.stream = f.job.redact.ColoredStream()
	}
	f.text = append(f.text, f.stream.Next(f.line)...)
	f.line = f.line[:0]
	f.printPieces()
}

func (f *UntrustedWriter) endLine() {
	f.line = f.cleaner.end(f.line)
	if f.stream == nil {
		f.text = append(f.text, f.job.redact.Colored(f.line)...)
	} else {
		f.text = append(append(f.text, f.stream.Next(f.line)...), f.stream.End()...)
		f.stream = nil
	}
	f.printPieces()
	f.print(f.text)
	f.line, f.text, f.begun = f.line[:0], f.text[:0], false
}

// printPieces prints a long line except its last piece.
func (f *UntrustedWriter) printPieces() {
	done := 0
	for n := cutAt(f.text); done+n < len(f.text); n = cutAt(f.text[done:]) {
		f.print(f.text[done : done+n])
		done += n
	}
	f.text = append(f.text[:0], f.text[done:]...)
}

func (f *UntrustedWriter) print(line []byte) {
	f.out = append(neutralizeCommands(f.out, line, &f.color), '\n')
}

// cutAt returns how many bytes of text fit in a line without splitting a character or a color.
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
