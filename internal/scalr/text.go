package scalr

import (
	"regexp"
	"strings"
	"unicode"
)

// printable makes foreign text fit for one line of an error: valid UTF-8, no
// control characters, no more than most bytes.
func printable(s string, most int) string {
	if len(s) > 4*most {
		s = s[:4*most]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.TrimSpace(s)
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

var (
	hiddenElement = regexp.MustCompile(`(?is)<(script|style|head)\b.*?</(script|style|head)\s*>`)
	tag           = regexp.MustCompile(`(?s)<[^>]*>?`)
	spaces        = regexp.MustCompile(`\s+`)
)

// pageText is what a stray page says, without its tags: at most 200 bytes.
func pageText(body []byte) string {
	if len(body) > 64<<10 {
		body = body[:64<<10]
	}
	s := hiddenElement.ReplaceAllString(string(body), " ")
	s = tag.ReplaceAllString(s, " ")
	return printable(spaces.ReplaceAllString(s, " "), 200)
}
