package job

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The runner takes a line for a command (ActionCommand.cs) if it starts with :: after .NET's TrimStart, or holds ##[
// anywhere. Both comparisons go by the rules of a culture, for which some characters do not exist. So what TrimStart
// trims and what a culture ignores is looked through here, and so are colours, which others may strip. Azure Pipelines
// and TeamCity have commands of the form ##vso[ and ##teamcity[ anywhere in a line.

// defuse appends a cleaned line to dst such that the runner finds no command in it, and follows its colours in c. A
// colour that c holds is set again at the start, and reset at the end.
func defuse(dst, line []byte, c *colour) []byte {
	if len(line) == 0 {
		return dst
	}
	if looksLikeV2(line) {
		dst = append(dst, resetSGR...)
	}
	before := len(dst)
	dst = c.sequence(dst)
	c.touched = len(dst) > before
	for {
		n := bytes.IndexAny(line, "#\x1b")
		if n < 0 {
			dst = append(dst, line...)
			break
		}
		dst, line = append(dst, line[:n]...), line[n:]
		if params, size := nextSGR(line); size > 0 {
			c.apply(params)
			dst, line = append(dst, line[:size]...), line[size:]
			continue
		}
		if line[0] == '#' {
			dst = append(dst, '#')
			if looksLikeV1(line, c.touched) {
				dst = append(dst, ' ')
			}
		}
		line = line[1:] // an ESC that begins no colour is left out
	}
	if c.touched {
		dst = append(dst, resetSGR...)
	}
	return dst
}

// looksLikeV2 says whether line starts with ::.
func looksLikeV2(line []byte) bool {
	rest, ok := bytes.CutPrefix(skip(line, isSpaceOrIgnored), []byte(":"))
	return ok && bytes.HasPrefix(skip(rest, isIgnored), []byte(":"))
}

// looksLikeV1 says whether text, which starts with #, starts with ##[, or with a word between ## and [. A colour begins
// with ESC [, of which the ESC is ignored, and coloured says that one follows the line.
func looksLikeV1(text []byte, coloured bool) bool {
	rest, ok := bytes.CutPrefix(skip(text[1:], isIgnored), []byte("#"))
	if !ok {
		return false
	}
	after := skip(rest, isIgnoredOrLetter)
	skipped := rest[:len(rest)-len(after)]
	return bytes.HasPrefix(after, []byte("[")) || bytes.IndexByte(skipped, esc) >= 0 || len(after) == 0 && coloured
}

// skip returns what follows characters that pass and colours.
func skip(b []byte, pass func(rune) bool) []byte {
	for len(b) > 0 {
		if _, size := nextSGR(b); size > 0 {
			b = b[size:]
			continue
		}
		r, size := utf8.DecodeRune(b)
		if !pass(r) {
			break
		}
		b = b[size:]
	}
	return b
}

// isSpaceOrIgnored is what TrimStart trims, and what is ignored between.
func isSpaceOrIgnored(r rune) bool { return unicode.IsSpace(r) || isIgnored(r) }

func isIgnoredOrLetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' || isIgnored(r) }

// isIgnored is what a culture may ignore: rather too much than too little.
func isIgnored(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Me, unicode.Co, unicode.Other_Default_Ignorable_Code_Point) || r < ' ' && r != '\t'
}

// longestLine is the most bytes a line may have that is printed, its colours and its end left out.
const longestLine = 11 << 10

// harmlessLine returns text as one line of the log, colours kept, cut if it is far too long.
func (j *Job) harmlessLine(text string) []byte {
	line := j.redact.Bytes(clean(oneLine(text)))
	if n := cutAt(line); n < len(line) {
		line = append(line[:n:n], "…"...)
	}
	return defuse(nil, line, new(colour))
}

// plain returns text for a place that knows no colours, such as an annotation. Line ends stay.
func (j *Job) plain(text string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		lines = append(lines, breakV1(j.redact.Bytes(withoutColours(clean(oneLine(line))))))
	}
	return strings.Join(lines, "\n")
}

// oneLine makes spaces of line ends.
func oneLine(text string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(text)
}

func clean(line string) []byte {
	var c cleaner
	return c.end(c.add(nil, []byte(line)))
}

func withoutColours(line []byte) []byte {
	var out []byte
	for len(line) > 0 {
		if _, size := nextSGR(line); size > 0 {
			line = line[size:]
			continue
		}
		out, line = append(out, line[0]), line[1:]
	}
	return out
}

// breakV1 puts a space into each ##[ of a text that the runner itself prints again, where a viewer may look for it.
func breakV1(line []byte) string {
	return string(bytes.TrimPrefix(defuse(nil, line, new(colour)), []byte(resetSGR)))
}
