package scalr

import (
	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/sanitize"
)

var (
	hiddenElement = lazyregexp.New(`(?is)<(script|style|head)\b.*?</(script|style|head)\s*>`)
	tag           = lazyregexp.New(`(?s)<[^>]*>?`)
	spaces        = lazyregexp.New(`\s+`)
)

// pageText returns the text of an unexpected page without its tags, at most 200 bytes.
func pageText(body []byte) string {
	s := hiddenElement.ReplaceAllString(string(body[:min(len(body), maxPage)]), " ")
	s = tag.ReplaceAllString(s, " ")
	return sanitize.Note(spaces.ReplaceAllString(s, " "), 200)
}
