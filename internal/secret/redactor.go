package secret

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// A window is the shortest part of a credential that is redacted: twelve bytes. Each window contains eight bytes that
// start at a multiple of stride, so a search only examines those, and compares windows where they may match.
const (
	window = 12
	gram   = 8
	stride = window - gram + 1
)

// A bitmap is a fast check for hashes that do not occur. It has a bit for each of 2^19 hashes: 64 KiB.
type bitmap []uint64

const bitmapBits = 19

func (m bitmap) add(hash uint64)      { m[hash/64] |= 1 << (hash % 64) }
func (m bitmap) has(hash uint64) bool { return m[hash/64]&(1<<(hash%64)) != 0 }

// Redactor replaces secrets in text with [Mask]. It finds a secret unchanged and encoded as base64, hex, URL, JSON,
// XML, HCL or for a shell, and as base64 of its URL, JSON or base64 form. Of a credential, any twelve consecutive bytes
// are redacted, in each form; of any other secret, and of those shorter than twelve bytes, only the whole forms are. A
// text declared secret by the user that is shorter than twelve bytes is redacted only where no letter or digit is
// adjacent to it: see [Value]. Redactor is safe for concurrent use; the zero Redactor redacts nothing.
type Redactor struct {
	mu            sync.RWMutex
	grams         bitmap // of all forms of long credentials
	windows       hashes
	heads         bitmap // first bytes of all other forms
	wholeForms    texts  // all other forms
	maxMatch      int    // length of the longest match in bytes
	hasBoundaries bool   // some forms require boundaries
}

// Add adds secrets. It reports whether each of them is searched for in all its forms: there is room for about 100 KiB
// of long secrets and for some thousand short ones. If there is not enough room, the plain form of a secret is the last
// to be omitted.
func (r *Redactor) Add(values ...Value) (all bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all = true
	for _, v := range values {
		for _, p := range v.parts() {
			all = r.add(p) && all
		}
	}
	return all
}

// add adds all forms of a text.
func (r *Redactor) add(p part) (all bool) {
	if plain := string(withoutColors([]byte(p.text))); plain != p.text {
		r.add(part{plain, p.how}) // for texts without its colors, or with others
	}
	if r.grams == nil {
		r.grams, r.heads = make(bitmap, 1<<bitmapBits/64), make(bitmap, 1<<bitmapBits/64)
	}
	all = len(p.text) <= maxEncodedSecret
	for _, form := range plainForms(p.text) { // the plain form comes first
		if !r.addForm(form, p.how) {
			return false
		}
	}
	if p.how != byWindows {
		for _, form := range shownForms(p.text) {
			all = r.addForm(form, p.how) && all
		}
	}
	for _, form := range encodedForms(p.text) {
		if !r.addForm(form, p.how.encoded(form)) {
			return false
		}
	}
	return all
}

// minEncodedAnywhere is the length in bytes from which on an encoded form occurs in a text only if the text contains
// the secret.
const minEncodedAnywhere = 5

// encoded returns how a form inside a longer encoded text is matched. A hexadecimal one may be part of a number.
func (m match) encoded(form string) match {
	if m != atBoundaries {
		return m
	}
	if len(form) < minEncodedAnywhere || len(form) < window && strings.Trim(form, "0123456789abcdef") == "" {
		return atBoundaries
	}
	return anywhere
}

func (r *Redactor) addForm(form string, how match) (all bool) {
	if how == byWindows {
		return r.addWindows([]byte(form))
	}
	return r.addWhole(form, how)
}

// addWhole adds a form that is matched as a whole. A very long form is matched in parts, so that a search never
// compares more than maxFormLength bytes.
func (r *Redactor) addWhole(form string, how match) (all bool) {
	for len(form) > maxFormLength {
		part := min(maxFormLength, len(form)-Shortest)
		if !r.addWhole(form[:part], how) {
			return false
		}
		form = form[part:]
	}
	if len(form) < Shortest {
		return true
	}
	head := binary.LittleEndian.Uint32([]byte(form))
	if !r.wholeForms.add(head, form, how) {
		return false
	}
	r.heads.add(headHash(head))
	r.maxMatch = max(r.maxMatch, len(form))
	r.hasBoundaries = r.hasBoundaries || how == atBoundaries
	return true
}

func (r *Redactor) addWindows(form []byte) (all bool) {
	r.maxMatch = max(r.maxMatch, window)
	for i := 0; i+window <= len(form); i++ {
		if !r.windows.add(windowHash(form[i:])) {
			return false
		}
		if i == 0 {
			for at := range stride - 1 {
				r.grams.add(gramHash(form[at:]))
			}
		}
		r.grams.add(gramHash(form[i+stride-1:]))
	}
	return true
}

// String returns s with its secrets redacted, and s itself if it contains none.
func (r *Redactor) String(s string) string {
	// A mask is shorter than any secret.
	if out := r.Bytes([]byte(s)); len(out) != len(s) {
		return string(out)
	}
	return s
}

// Bytes returns b with its secrets redacted. If b contains none, it returns b itself without allocating; b is never
// modified.
func (r *Redactor) Bytes(b []byte) []byte { return r.redacted(b, (*Redactor).find) }

// Rendered redacts a page made of redacted texts. It ignores short declared secrets, which are often words and
// would match the text and the markup of the page itself.
func (r *Redactor) Rendered(page string) string {
	return string(r.redacted([]byte(page), (*Redactor).findAnywhere))
}

func (r *Redactor) redacted(b []byte, find func(*Redactor, []byte) []span) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	// The stars of a mask may complete a secret that contains stars, so the search is repeated. A text for which it does
	// not end was constructed for this purpose, and is masked as a whole.
	for range maxRounds {
		found := find(r, b)
		if beginnings := r.findTruncated(b); len(beginnings) > 0 {
			found = merged(append(found, beginnings...))
		}
		if len(found) == 0 {
			return b
		}
		b = cut(b, found)
	}
	return []byte(Mask)
}

const maxRounds = 10

// A span is a part of a text, from its first byte to the one after its last.
type span struct{ start, end int }

// cut returns a copy of b with each span replaced by the mask.
func cut(b []byte, spans []span) []byte {
	out := make([]byte, 0, len(b))
	last := 0
	for _, s := range spans {
		out = append(append(out, b[last:s.start]...), Mask...)
		last = s.end
	}
	return append(out, b[last:]...)
}

// find returns the sorted spans of all secrets in b; adjacent and overlapping spans are merged.
func (r *Redactor) find(b []byte) []span {
	found := r.findAnywhere(b)
	if r.hasBoundaries {
		if more := r.findWhole(b, &boundaries{text: b, hidden: found}, nil); len(more) > 0 {
			found = merged(slices.Concat(found, more))
		}
	}
	return found
}

// findAnywhere is like find without the secrets that require boundaries.
func (r *Redactor) findAnywhere(b []byte) []span {
	return merged(r.findWhole(b, nil, r.findWindows(b)))
}

// merged sorts spans and merges those that overlap or touch.
func merged(found []span) []span {
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, func(x, y span) int { return cmp.Compare(x.start, y.start) })
	merged := found[:1]
	for _, s := range found[1:] {
		if last := &merged[len(merged)-1]; s.start <= last.end {
			last.end = max(last.end, s.end)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

// findWhole appends the spans of forms that match anywhere or, with boundaries, of those that require boundaries.
func (r *Redactor) findWhole(b []byte, on *boundaries, found []span) []span {
	if len(r.wholeForms.all) == 0 {
		return found
	}
	for i := 0; i+Shortest <= len(b); i++ {
		head := binary.LittleEndian.Uint32(b[i:])
		if !r.heads.has(headHash(head)) {
			continue
		}
		if n := r.wholeForms.longest(head, b, i, on); n > 0 {
			found = appendSpan(found, span{i, i + n})
		}
	}
	return found
}

func (r *Redactor) findWindows(b []byte) []span {
	if r.windows.count == 0 {
		return nil
	}
	var found []span
	for at := 0; at+gram <= len(b); at += stride {
		if !r.grams.has(gramHash(b[at:])) {
			continue
		}
		for i := max(0, at-stride+1); i <= at && i+window <= len(b); i++ {
			if r.windows.has(windowHash(b[i:])) {
				found = appendSpan(found, span{i, i + window})
			}
		}
	}
	return found
}

// appendSpan appends a span that does not start before the last one, and merges both if they touch.
func appendSpan(found []span, s span) []span {
	if len(found) > 0 {
		if last := &found[len(found)-1]; last.start <= s.start && s.start <= last.end {
			last.end = max(last.end, s.end)
			return found
		}
	}
	return append(found, s)
}

// gramHash returns the bitmap index of the first eight bytes of b.
func gramHash(b []byte) uint64 {
	return binary.LittleEndian.Uint64(b) * 0x9e3779b97f4a7c15 >> (64 - bitmapBits)
}

// headHash returns the bitmap index of four bytes.
func headHash(head uint32) uint64 { return uint64(head*0x9e3779b1) >> (32 - bitmapBits) }

// windowHash returns a hash of the first twelve bytes of b. Windows are not compared beyond their hash: a collision is
// rare (one in 2^64), and would only redact a few bytes too many.
func windowHash(b []byte) uint64 {
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(b)^0xa0761d6478bd642f,
		uint64(binary.LittleEndian.Uint32(b[8:]))^0xe7037ed1a0b428db)
	return hi ^ lo
}
