package secret

import "slices"

// The bounds of a Redactor. Beyond them a secret is searched for in fewer of its forms, or not at all: see Add.
const (
	maxWindows    = 3 << 19 // 1.5 million in 16 MiB: all forms of about 100 KiB of secrets
	maxForms      = 1 << 17 // forms of short secrets
	maxFormLength = 512     // bytes of a form matched as a whole; a longer one is split
)

// hashes is a set of hashes: a table without pointers, half the size of a map. It may contain the hash 0 without it
// having been added.
type hashes struct {
	slots []uint64 // 0 is empty
	count int
}

// add adds a hash and reports whether there was enough space.
func (h *hashes) add(hash uint64) bool {
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
	return len(h.slots) > 0 && h.slots[h.find(hash)] == hash
}

// find returns the slot of the hash, or the empty slot for it.
func (h *hashes) find(hash uint64) int {
	mask := len(h.slots) - 1
	at := int(hash) & mask
	for h.slots[at] != 0 && h.slots[at] != hash {
		at = (at + 1) & mask
	}
	return at
}

func (h *hashes) grow() bool {
	if h.count >= maxWindows {
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

// texts is a set of texts indexed by their first bytes. Searching at one position takes one step for each length of the
// texts with these first bytes, regardless of the number of texts.
type texts struct {
	all     map[string]match
	lengths map[uint32][]int    // lengths of the texts with these first bytes
	texts   map[uint32][]string // texts with these first bytes
}

// add adds a text and reports whether there was enough space.
func (t *texts) add(head uint32, text string, how match) bool {
	if t.all == nil {
		t.all, t.lengths = make(map[string]match), make(map[uint32][]int)
		t.texts = make(map[uint32][]string)
	}
	if before, ok := t.all[text]; ok {
		if before == atBoundaries {
			t.all[text] = how
		}
		return true
	}
	if len(t.all) == maxForms {
		return false
	}
	t.all[text] = how
	t.texts[head] = append(t.texts[head], text)
	if !slices.Contains(t.lengths[head], len(text)) {
		t.lengths[head] = append(t.lengths[head], len(text))
	}
	return true
}

// longest returns the length of the longest text at one position of b, 0 if there is none: of the texts that match
// anywhere or, with boundaries, of those that require them.
func (t *texts) longest(head uint32, b []byte, at int, on *boundaries) int {
	found := 0
	for _, n := range t.lengths[head] {
		if n > len(b)-at {
			continue
		}
		how, ok := t.all[string(b[at:at+n])]
		if ok && (how == atBoundaries) == (on != nil) && (on == nil || on.isDelimited(at, at+n)) {
			found = max(found, n)
		}
	}
	return found
}
