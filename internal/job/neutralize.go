package job

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The runner treats a line as a command (ActionCommand.cs) if it starts with :: after .NET's TrimStart, or contains ##[.
// Both comparisons are culture-sensitive and ignore some characters. The functions below therefore skip what TrimStart
// trims, what a culture ignores, and colors, which a log viewer may strip. Azure Pipelines and TeamCity accept commands
// of the form ##vso[ and ##teamcity[ anywhere in a line.

// neutralizeCommands appends a cleaned line to dst so that the runner finds no command in it. It restores the color in c
// at the start of the line, updates c, and resets the color at the end.
func neutralizeCommands(dst, line []byte, c *color) []byte {
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
		line = line[1:] // drop an ESC that starts no color
	}
	if c.touched {
		dst = append(dst, resetSGR...)
	}
	return dst
}

// looksLikeV2 reports whether a reader like the runner finds :: at the start of line.
func looksLikeV2(line []byte) bool {
	rest, ok := bytes.CutPrefix(skip(line, isSpaceOrIgnored), []byte(":"))
	return ok && bytes.HasPrefix(skip(rest, isIgnored), []byte(":"))
}

// looksLikeV1 reports whether text, which starts with #, starts with ##[ or with a word between ## and [. A color counts
// as [, because readers may ignore its ESC; colored means that a color follows the line.
func looksLikeV1(text []byte, colored bool) bool {
	rest, ok := bytes.CutPrefix(skip(text[1:], isIgnored), []byte("#"))
	if !ok {
		return false
	}
	after := skip(rest, isIgnoredOrLetter)
	skipped := rest[:len(rest)-len(after)]
	return bytes.HasPrefix(after, []byte("[")) || bytes.IndexByte(skipped, esc) >= 0 || len(after) == 0 && colored
}

// skip drops leading colors and leading characters for which pass is true.
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

// isSpaceOrIgnored reports whether TrimStart trims r or a comparison ignores it.
func isSpaceOrIgnored(r rune) bool { return unicode.IsSpace(r) || isIgnored(r) }

func isIgnoredOrLetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' || isIgnored(r) }

// isIgnored reports whether a culture-sensitive comparison may ignore r. It includes characters that only some cultures
// ignore.
func isIgnored(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' && r != '\t'
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Me, unicode.Co,
		unicode.Other_Default_Ignorable_Code_Point)
}

// longestLine is the maximum length of a printed line in bytes, without restored colors and the line end.
const longestLine = 11 << 10

// sanitizeLine returns text as one line of the log. It keeps colors and truncates after longestLine bytes.
func (j *Job) sanitizeLine(text string) []byte {
	line := j.redact.Colored(clean(oneLine(text)))
	if n := cutAt(line); n < len(line) {
		line = append(line[:n:n], "…"...)
	}
	return neutralizeCommands(nil, line, new(color))
}

// plain returns text without colors, for annotations. It keeps line ends.
func (j *Job) plain(text string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		lines = append(lines, breakV1(j.redact.Bytes(withoutColors(clean(oneLine(line))))))
	}
	return strings.Join(lines, "\n")
}

var lineEnds = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// oneLine replaces line ends by spaces.
func oneLine(text string) string { return lineEnds.Replace(text) }

func clean(line string) []byte {
	var c cleaner
	return c.end(c.add(nil, []byte(line)))
}

func withoutColors(line []byte) []byte {
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

// breakV1 inserts a space into each ##[ of a text that the runner prints again, since the log viewer also parses it.
func breakV1(line []byte) string {
	return string(bytes.TrimPrefix(neutralizeCommands(nil, line, new(color)), []byte(resetSGR)))
}
