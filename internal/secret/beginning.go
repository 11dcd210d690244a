package secret

import (
	"bytes"
	"encoding/binary"
	"strings"
)

const (
	ellipsis          = "…"
	shortestBeginning = 8   // bytes of a secret's beginning that count as the secret where a text was cut
	mostCuts          = 100 // that are looked at in one text
)

// findBeginnings returns where secrets begin that were cut, which an ellipsis shows: what others wrote is cut to a length
// before it is known what is secret in it.
func (r *Redactor) findBeginnings(b []byte) []span {
	if len(r.whole.all) == 0 {
		return nil
	}
	var found []span
	at := 0
	for range mostCuts {
		n := bytes.Index(b[at:], []byte(ellipsis))
		if n < 0 {
			break
		}
		if start, ok := r.beginning(b, at+n); ok {
			found = append(found, span{start, at + n})
		}
		at += n + len(ellipsis)
	}
	return found
}

// beginning returns where a secret begins that was cut at a place.
func (r *Redactor) beginning(b []byte, end int) (start int, ok bool) {
	for start := max(0, end-r.longest); start <= end-shortestBeginning; start++ {
		head := binary.LittleEndian.Uint32(b[start:])
		if !r.heads.has(headHash(head)) {
			continue
		}
		for _, text := range r.whole.texts[head] {
			if len(text) > end-start && strings.HasPrefix(text, string(b[start:end])) {
				return start, true
			}
		}
	}
	return 0, false
}
