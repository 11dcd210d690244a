package secret

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// A window is the shortest part of a secret that counts as the secret: twelve bytes. Every window contains eight bytes
// that start at a multiple of stride, so a search looks at those only, and compares windows where they might match.
const (
	window = 12
	gram   = 8
	stride = window - gram + 1
)

// A bitmap tells quickly which hashes do not occur. It has a bit for each of 2^19: 64 KiB.
type bitmap []uint64

const bitmapBits = 19

func (m bitmap) add(hash uint64)      { m[hash/64] |= 1 << (hash % 64) }
func (m bitmap) has(hash uint64) bool { return m[hash/64]&(1<<(hash%64)) != 0 }

// Redactor takes secrets out of text. It finds a secret as it is and encoded as base64, hex, URL, JSON, XML, HCL or for a
// shell. Of a credential any twelve bytes in a row count, in each form; of any other secret, and of those shorter than
// twelve bytes, the whole forms only. What users declare secret counts, if it is shorter than twelve bytes, where no letter
// or digit continues it: see [Value]. It is safe for concurrent use; the zero Redactor redacts nothing.
type Redactor struct {
	mu      sync.RWMutex
	grams   bitmap // of every form of a long credential
	windows hashes
	heads   bitmap // the first bytes of all other forms
	whole   texts  // these forms
	longest int    // the longest match that is looked for, in bytes
	borders bool   // some of the forms count on borders only
}

// Add makes the Redactor know further secrets. It reports whether each of them is looked for in all its forms: there is
// room for about 100 KiB of long secrets and for some thousand short ones. Of those beyond, the plain form is the last to
// be left out.
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

// add looks for a text in all its forms.
func (r *Redactor) add(p part) (all bool) {
	if r.grams == nil {
		r.grams, r.heads = make(bitmap, 1<<bitmapBits/64), make(bitmap, 1<<bitmapBits/64)
	}
	all = len(p.text) <= largest
	for _, form := range forms(p.text) { // the plain form comes first
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

// surelyEncoded is the length in bytes from which an encoded form is found in other texts only if they hold the secret.
const surelyEncoded = 5

// encoded is how a form counts that is part of a longer encoded text. A hexadecimal one may be part of a number.
func (m match) encoded(form string) match {
	if m != onBorders {
		return m
	}
	if len(form) < surelyEncoded || len(form) < window && strings.Trim(form, "0123456789abcdef") == "" {
		return onBorders
	}
	return anywhere
}

func (r *Redactor) addForm(form string, how match) (all bool) {
	if how == byWindows {
		return r.addWindows([]byte(form))
	}
	return r.addWhole(form, how)
}

// addWhole looks for a form as a whole. A very long one is looked for in parts, so that a search never has to compare
// more than so many bytes.
func (r *Redactor) addWhole(form string, how match) (all bool) {
	for len(form) > longestForm {
		part := min(longestForm, len(form)-Shortest)
		if !r.addWhole(form[:part], how) {
			return false
		}
		form = form[part:]
	}
	if len(form) < Shortest {
		return true
	}
	head := binary.LittleEndian.Uint32([]byte(form))
	if !r.whole.add(head, form, how) {
		return false
	}
	r.heads.add(headHash(head))
	r.longest = max(r.longest, len(form))
	r.borders = r.borders || how == onBorders
	return true
}

func (r *Redactor) addWindows(form []byte) (all bool) {
	r.longest = max(r.longest, window)
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

// String returns s without the secrets, and s itself if there is none in it.
func (r *Redactor) String(s string) string {
	// A mask is shorter than whatever it hides.
	if out := r.Bytes([]byte(s)); len(out) != len(s) {
		return string(out)
	}
	return s
}

// Bytes returns b without the secrets. It returns b itself, and allocates nothing, if there is none in it; b is never
// changed.
func (r *Redactor) Bytes(b []byte) []byte { return r.redacted(b, (*Redactor).find) }

// Rendered redacts a page that was made of redacted texts. Short declared secrets, which are often words, are left alone:
// they would be found in the words and in the markup of the page itself.
func (r *Redactor) Rendered(page string) string {
	return string(r.redacted([]byte(page), (*Redactor).findAnywhere))
}

func (r *Redactor) redacted(b []byte, find func(*Redactor, []byte) []span) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	// A secret with stars in it may come about by our own stars: look again. A text in which that goes on and on was made
	// for it, and is hidden whole.
	for range mostRounds {
		found := find(r, b)
		if beginnings := r.findBeginnings(b); len(beginnings) > 0 {
			found = merged(append(found, beginnings...))
		}
		if len(found) == 0 {
			return b
		}
		b = cut(b, found)
	}
	return []byte(Mask)
}

const mostRounds = 10

// A span is a stretch of a text, from its first byte to the one after its last.
type span struct{ start, end int }

// cut returns a copy of b with the mask in the place of each span.
func cut(b []byte, spans []span) []byte {
	out := make([]byte, 0, len(b))
	last := 0
	for _, s := range spans {
		out = append(append(out, b[last:s.start]...), Mask...)
		last = s.end
	}
	return append(out, b[last:]...)
}

// find returns where secrets stand in b, in order; what overlaps or touches is one span.
func (r *Redactor) find(b []byte) []span {
	found := r.findAnywhere(b)
	if r.borders {
		if more := r.findWhole(b, &borders{text: b, hidden: found}, nil); len(more) > 0 {
			found = merged(slices.Concat(found, more))
		}
	}
	return found
}

// findAnywhere leaves out what counts on borders only.
func (r *Redactor) findAnywhere(b []byte) []span {
	return merged(r.findWhole(b, nil, r.findWindows(b)))
}

// merged sorts spans, and makes one of those that overlap or touch.
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

// findWhole appends where the forms stand that count anywhere or, with borders, those that count on them.
func (r *Redactor) findWhole(b []byte, on *borders, found []span) []span {
	if len(r.whole.all) == 0 {
		return found
	}
	for i := 0; i+Shortest <= len(b); i++ {
		head := binary.LittleEndian.Uint32(b[i:])
		if !r.heads.has(headHash(head)) {
			continue
		}
		if n := r.whole.longest(head, b, i, on); n > 0 {
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

// appendSpan appends a span that does not start before the last one, and makes one of both if they touch.
func appendSpan(found []span, s span) []span {
	if len(found) > 0 {
		if last := &found[len(found)-1]; last.start <= s.start && s.start <= last.end {
			last.end = max(last.end, s.end)
			return found
		}
	}
	return append(found, s)
}

// gramHash stands for the first eight bytes of b in a bitmap.
func gramHash(b []byte) uint64 {
	return binary.LittleEndian.Uint64(b) * 0x9e3779b97f4a7c15 >> (64 - bitmapBits)
}

// headHash stands for four bytes in a bitmap.
func headHash(head uint32) uint64 { return uint64(head*0x9e3779b1) >> (32 - bitmapBits) }

// windowHash stands for the first twelve bytes of b. That two windows share a hash is so rare (one in 2^64), and
// so harmless (a few bytes too many are hidden), that windows are not compared beyond it.
func windowHash(b []byte) uint64 {
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(b)^0xa0761d6478bd642f, uint64(binary.LittleEndian.Uint32(b[8:]))^0xe7037ed1a0b428db)
	return hi ^ lo
}
