package runnertest

import (
	"regexp"
	"strings"
	"unicode"
)

// indexCulture finds pattern in line from the unit start, skipping characters that a culture ignores. It returns
// two positions, since .NET does not define which one is the start of the match: that of the ignored characters
// before the pattern, and that of its first character. Both are -1 if there is no match.
func indexCulture(line []uint16, pattern string, start int) (ignored, exact int) {
	for at := start; at < len(line); at++ {
		first := skipIgnored(line, at)
		i := first
		for n := range len(pattern) {
			i = skipIgnored(line, i)
			if i == len(line) || line[i] != uint16(pattern[n]) {
				i = -1
				break
			}
			i++
		}
		if i >= 0 {
			return at, first
		}
	}
	return -1, -1
}

func skipIgnored(line []uint16, at int) int {
	for at < len(line) {
		switch r := rune(line[at]); {
		case Ignored(r):
			at++
		case isIgnoredPair(line[at:]):
			at += 2
		default:
			return at
		}
	}
	return at
}

func isIgnoredPair(line []uint16) bool {
	if len(line) < 2 {
		return false
	}
	for _, r := range text(line[:2]) {
		return r > 0xffff && Ignored(r)
	}
	return false
}

// Ignored reports whether a culture-sensitive comparison may ignore r. For safety it includes all control, format,
// mark and private-use characters.
func Ignored(r rune) bool {
	return !unicode.IsSpace(r) && unicode.In(
		r, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Me, unicode.Co, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Variation_Selector,
	)
}

var colors = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Suspicious reports whether any parser like the runner's could parse the line as a command, or as a marker of
// the log viewer: the line starts with :: or contains ##[, followed by any name, after any characters are
// ignored. It may report lines that are not commands.
func Suspicious(line string) bool {
	dropped := drop(line)
	return strings.HasPrefix(strings.TrimLeftFunc(dropped, unicode.IsSpace), "::") ||
		strings.Contains(dropped, "##[") || strings.Contains(drop(colors.ReplaceAllString(line, "")), "##[")
}

func drop(line string) string {
	return strings.Map(func(r rune) rune {
		if Ignored(r) {
			return -1
		}
		return r
	}, line)
}
