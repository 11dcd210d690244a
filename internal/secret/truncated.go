package secret

import (
	"bytes"
	"encoding/binary"
	"strings"
)

const (
	ellipsis     = "…"
	minTruncated = 8   // bytes of a truncated secret that are recognized
	maxEllipses  = 100 // number of ellipses that are examined in one text
)

// findTruncated returns the spans of secrets that were truncated, as indicated by an ellipsis: other programs shorten
// texts without knowing what is secret in them.
func (r *Redactor) findTruncated(b []byte) []span {
	if len(r.wholeForms.all) == 0 {
		return nil
	}
	var found []span
	at := 0
	for range maxEllipses {
		n := bytes.Index(b[at:], []byte(ellipsis))
		if n < 0 {
			break
		}
		if start, ok := r.truncatedStart(b, at+n); ok {
			found = append(found, span{start, at + n})
		}
		at += n + len(ellipsis)
	}
	return found
}

// truncatedStart returns the start of a secret that is truncated at end.
func (r *Redactor) truncatedStart(b []byte, end int) (start int, ok bool) {
	for start := max(0, end-r.maxMatch); start <= end-minTruncated; start++ {
		head := binary.LittleEndian.Uint32(b[start:])
		if !r.heads.has(headHash(head)) {
			continue
		}
		for _, text := range r.wholeForms.texts[head] {
			if len(text) > end-start && strings.HasPrefix(text, string(b[start:end])) {
				return start, true
			}
		}
	}
	return 0, false
}
