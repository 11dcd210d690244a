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

// Redactor takes secrets out of text. It finds a secret as it is and encoded as base64, hex, URL, JSON or XML, and of
// each form any twelve bytes in a row; of secrets shorter than twelve bytes, and of those made by Whole, the whole forms
// only. Values that are not Hideable are ignored. It is safe for concurrent use; the zero Redactor redacts nothing.
type Redactor struct {
	mu      sync.RWMutex
	grams   bitmap // of every form of a long secret
	windows map[uint64]struct{}
	heads   bitmap              // the first bytes of the forms of short secrets
	whole   map[uint32][]string // these forms, and those of Whole, by their first bytes
	longest int                 // the longest match that is looked for, in bytes
}

// Add makes the Redactor know further secrets.
func (r *Redactor) Add(values ...Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range values {
		if v.whole {
			if v.Hideable() {
				r.add(v.Reveal(), true)
			}
			continue
		}
		for _, piece := range pieces(v.Reveal()) {
			r.add(piece, len(piece) < window)
		}
	}
}

// pieces returns what of a secret is looked for: all of it, or the lines of a short one, since texts are searched line
// by line and a short secret is not found by its windows.
func pieces(s string) []string {
	s = strings.TrimSpace(s)
	if len(s) < window {
		return slices.DeleteFunc(strings.FieldsFunc(s, isLineEnd), func(line string) bool { return !hideable(line) })
	}
	if !hideable(s) {
		return nil
	}
	return []string{s}
}

func isLineEnd(c rune) bool { return c == '\n' || c == '\r' }

// add looks for a text in all its forms: for each as a whole, or for any window of it.
func (r *Redactor) add(s string, whole bool) {
	if r.windows == nil {
		r.windows, r.grams = make(map[uint64]struct{}), make(bitmap, 1<<bitmapBits/64)
		r.whole, r.heads = make(map[uint32][]string), make(bitmap, 1<<bitmapBits/64)
	}
	for _, form := range forms(s) {
		if whole {
			r.addWhole(form)
		} else {
			r.addWindows([]byte(form))
		}
	}
}

func (r *Redactor) addWhole(form string) {
	if len(form) < Shortest {
		return
	}
	head := binary.LittleEndian.Uint32([]byte(form))
	r.heads.add(headHash(head))
	r.whole[head] = append(r.whole[head], form)
	r.longest = max(r.longest, len(form))
}

func (r *Redactor) addWindows(form []byte) {
	for i := 0; i+gram <= len(form); i++ {
		r.grams.add(gramHash(form[i:]))
	}
	for i := 0; i+window <= len(form); i++ {
		r.windows[windowHash(form[i:])] = struct{}{}
	}
	r.longest = max(r.longest, window)
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
func (r *Redactor) Bytes(b []byte) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	// A secret with stars in it may come about by our own stars: look again. Each round makes the text shorter.
	for {
		found := r.find(b)
		if len(found) == 0 {
			return b
		}
		b = cut(b, found)
	}
}

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
	found := r.findWhole(b, r.findWindows(b))
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

func (r *Redactor) findWhole(b []byte, found []span) []span {
	if len(r.whole) == 0 {
		return found
	}
	for i := 0; i+Shortest <= len(b); i++ {
		head := binary.LittleEndian.Uint32(b[i:])
		if !r.heads.has(headHash(head)) {
			continue
		}
		for _, form := range r.whole[head] {
			if len(form) <= len(b)-i && string(b[i:i+len(form)]) == form {
				found = append(found, span{i, i + len(form)})
			}
		}
	}
	return found
}

func (r *Redactor) findWindows(b []byte) []span {
	if len(r.windows) == 0 {
		return nil
	}
	var found []span
	for at := 0; at+gram <= len(b); at += stride {
		if !r.grams.has(gramHash(b[at:])) {
			continue
		}
		for i := max(0, at-stride+1); i <= at && i+window <= len(b); i++ {
			if _, ok := r.windows[windowHash(b[i:])]; ok {
				found = append(found, span{i, i + window})
			}
		}
	}
	return found
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
