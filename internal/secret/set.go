package secret

import "slices"

// The bounds of what a Redactor holds. Beyond them a secret is looked for in fewer of its forms, or not at all: see Add.
const (
	mostWindows = 3 << 19 // 1.5 million, in 16 MiB: all forms of about 100 KiB of secrets
	mostForms   = 1 << 17 // forms of short secrets
	longestForm = 512     // bytes of a form that counts as a whole only; a longer one is looked for in parts of this size
)

// hashes is a set of hashes of which there may be a million: a table without pointers, half the size of a map.
type hashes struct {
	slots []uint64 // 0 is empty
	count int
}

// add reports whether there was room.
func (h *hashes) add(hash uint64) bool {
	if hash == 0 {
		hash = 1
	}
	if 4*(h.count+1) > 3*len(h.slots) && !h.grow() {
		return h.has(hash)
	}
	if at := h.find(hash); h.slots[at] == 0 {
		h.slots[at] = hash
		h.count++
	}
	return true
}

func (h *hashes) has(hash uint64) bool {
	if hash == 0 {
		hash = 1
	}
	return len(h.slots) > 0 && h.slots[h.find(hash)] == hash
}

// find returns the slot that holds the hash, or the empty one where it belongs.
func (h *hashes) find(hash uint64) int {
	mask := len(h.slots) - 1
	at := int(hash>>20) & mask
	for h.slots[at] != 0 && h.slots[at] != hash {
		at = (at + 1) & mask
	}
	return at
}

func (h *hashes) grow() bool {
	if h.count >= mostWindows {
		return false
	}
	before := h.slots
	h.slots = make([]uint64, max(1<<10, 2*len(before)))
	for _, hash := range before {
		if hash != 0 {
			h.slots[h.find(hash)] = hash
		}
	}
	return true
}

// texts is a set of texts that are found by their beginning. To look for them at one place takes a step for each length
// that a text with this beginning has, however many texts there are.
type texts struct {
	all     map[string]match
	lengths map[uint32][]int    // of the texts with these first bytes
	texts   map[uint32][]string // these texts
}

// add reports whether there was room.
func (t *texts) add(head uint32, text string, how match) bool {
	if t.all == nil {
		t.all, t.lengths = make(map[string]match), make(map[uint32][]int)
		t.texts = make(map[uint32][]string)
	}
	if before, ok := t.all[text]; ok {
		if before == onBorders {
			t.all[text] = how
		}
		return true
	}
	if len(t.all) == mostForms {
		return false
	}
	t.all[text] = how
	t.texts[head] = append(t.texts[head], text)
	if !slices.Contains(t.lengths[head], len(text)) {
		t.lengths[head] = append(t.lengths[head], len(text))
	}
	return true
}

// longest returns the length of the longest text at one place of b, 0 if there is none: of those that count anywhere or,
// with borders, of those that count on them.
func (t *texts) longest(head uint32, b []byte, at int, on *borders) int {
	found := 0
	for _, n := range t.lengths[head] {
		if n <= found || n > len(b)-at {
			continue
		}
		how, ok := t.all[string(b[at:at+n])]
		if ok && (how == onBorders) == (on != nil) && (on == nil || on.at(at, at+n)) {
			found = n
		}
	}
	return found
}
