package bundle

import (
	"bytes"
	"cmp"
	"hash/maphash"
)

// names stores every distinct file name once, concatenated in one slice: a tree with 250,000 files has few
// distinct names, and a string for each file would need more memory than the rest of the listing.
type names struct {
	text  []byte
	ends  []uint32 // name i ends at ends[i] and starts at the end of name i-1
	table []uint32 // hash table with open addressing: 0 is empty, otherwise the number of a name plus one
	seed  maphash.Seed
	order []uint32 // numbers in sorted order; nil before sort
}

func newNames() *names {
	return &names{table: make([]uint32, 1024), seed: maphash.MakeSeed()}
}

// add returns the number of name. It copies the bytes.
func (n *names) add(name []byte) uint32 {
	slot := n.slot(name)
	if n.table[slot] != 0 {
		return n.table[slot] - 1
	}
	n.text = append(n.text, name...)
	n.ends = append(n.ends, uint32(len(n.text)))
	n.table[slot] = uint32(len(n.ends))
	if 2*len(n.ends) > len(n.table) {
		n.grow()
	}
	return uint32(len(n.ends) - 1)
}

// slot returns the slot of name in the table, or the empty slot for it.
func (n *names) slot(name []byte) int {
	mask := len(n.table) - 1
	i := int(maphash.Bytes(n.seed, name)) & mask
	for n.table[i] != 0 && !bytes.Equal(n.get(n.table[i]-1), name) {
		i = (i + 1) & mask
	}
	return i
}

func (n *names) grow() {
	n.table = make([]uint32, 2*len(n.table))
	for i := range n.ends {
		n.table[n.slot(n.get(uint32(i)))] = uint32(i + 1)
	}
}

func (n *names) get(i uint32) []byte {
	start := uint32(0)
	if i > 0 {
		start = n.ends[i-1]
	}
	return n.text[start:n.ends[i]]
}

// sort sorts the names by extension, then by name, and returns the rank of each number. Similar files and
// copies are therefore adjacent, within the window of the compressor.
func (n *names) sort(p *pulse) (rank []uint32, err error) {
	n.table = nil
	n.order = numbers(len(n.ends))
	err = sortFunc(p, n.order, func(a, b uint32) int {
		x, y := n.get(a), n.get(b)
		return cmp.Or(bytes.Compare(extension(x), extension(y)), bytes.Compare(x, y))
	})
	return ranks(n.order), err
}

// at returns the name with rank r. The bytes belong to n.
func (n *names) at(r uint32) []byte { return n.get(n.order[r]) }

func extension(name []byte) []byte {
	i := bytes.LastIndexByte(name, '.')
	if i < 0 {
		return nil
	}
	return name[i:]
}
