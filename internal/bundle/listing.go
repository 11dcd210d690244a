package bundle

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// Listing describes the content of a bundle. It is immutable after List.
type Listing struct {
	options  Options
	base     string // physical path of the directory or prebuilt archive in the checkout
	prebuilt *prebuiltArchive
	rules    *rules // not safe for concurrent use

	names   *names
	dirs    []dir   // sorted by path
	entries []entry // sorted in the order of the archive
	notes   []note  // notes[0] belongs to every plain file
	aliases map[string]string
	leftOut map[reason]*LeftOut
	copies  []*copied // copied targets of links
	files   int
}

// dir is a directory with packed content.
type dir struct {
	path   string // path in the bundle; "." is the root
	source string // path in the checkout
	packed bool   // false for the root, and if only some content is included, but not the directory itself
	config bool   // contains a Terraform file
}

// entry is a file or link, as indexes of names, dirs and notes.
type entry struct{ name, dir, note uint32 }

// note contains the properties of a link or of a copied file.
type note struct {
	kind kind   // kindLink, or kindFile for a copied file
	text string // target of the link, or path of the copied file in the checkout
}

// Path returns the path of the directory or prebuilt archive in the checkout, with all links resolved.
func (l *Listing) Path() string { return l.base }

// Prebuilt reports whether Path is an archive, which is uploaded unchanged.
func (l *Listing) Prebuilt() bool { return l.prebuilt != nil }

// Files returns the number of regular files, including copies of linked files.
func (l *Listing) Files() int { return l.files }

// HasDir reports whether the bundle contains the directory or a link to it; "" and "." are the root.
func (l *Listing) HasDir(name string) bool {
	_, ok := l.findDir(name)
	return ok
}

// HasTerraform reports whether the directory of the bundle contains a .tf, .tofu, .tf.json or .tofu.json
// file.
func (l *Listing) HasTerraform(name string) bool {
	i, ok := l.findDir(name)
	return ok && l.dirs[i].config
}

// findDir returns the index of a directory. It resolves links in name.
func (l *Listing) findDir(name string) (int, bool) {
	end, err := resolve(inBundle{l}, name)
	if err != nil || end.outside != "" {
		return 0, false
	}
	return l.dirAt(end.path)
}

func (l *Listing) dirAt(name string) (int, bool) {
	return slices.BinarySearchFunc(l.dirs, name, comparePath)
}

func comparePath(d dir, path string) int { return strings.Compare(d.path, path) }

// inBundle is a view of the bundle for resolving links to directories.
type inBundle struct{ *Listing }

func (b inBundle) inside(string) (string, bool) { return "", false }

func (b inBundle) lookup(name string) (kind, string, error) {
	if target, ok := b.aliases[name]; ok {
		return kindLink, target, nil
	}
	if _, ok := b.dirAt(name); ok {
		return kindDir, "", nil
	}
	return kindMissing, "", nil
}

// sort sorts directories and entries in the order of the archive, which depends only on the names.
func (l *Listing) sort(p *pulse) error {
	near, byPath, byName, err := l.ranks(p)
	if err != nil {
		return err
	}
	byDir := make([]entry, len(l.entries))
	if err := countingSort(p, byDir, l.entries, near, func(e entry) uint32 { return e.dir }); err != nil {
		return err
	}
	if err := countingSort(p, l.entries, byDir, byName, func(e entry) uint32 { return e.name }); err != nil {
		return err
	}
	dirs := make([]dir, len(l.dirs))
	for i, r := range byPath {
		dirs[r] = l.dirs[i]
	}
	l.dirs = dirs
	for i := range l.entries {
		e := &l.entries[i]
		e.name, e.dir = byName[e.name], byPath[e.dir]
	}
	return nil
}

// ranks returns the ranks of the directories, innermost component first and by path, and those of the names. It uses two
// goroutines: comparing paths is most of the work of sorting.
func (l *Listing) ranks(p *pulse) (near, byPath, byName []uint32, err error) {
	var nearErr error
	var running sync.WaitGroup
	running.Go(func() { near, nearErr = rankDirs(&pulse{ctx: p.ctx}, l.dirs, compareFromTheEnd) })
	if byPath, err = rankDirs(p, l.dirs, strings.Compare); err == nil {
		byName, err = l.names.sort(p)
	}
	running.Wait()
	return near, byPath, byName, cmp.Or(err, nearErr)
}

// rankDirs returns the rank of each directory.
func rankDirs(p *pulse, dirs []dir, compare func(a, b string) int) ([]uint32, error) {
	order := numbers(len(dirs))
	err := sortFunc(p, order, func(a, b uint32) int { return compare(dirs[a].path, dirs[b].path) })
	return ranks(order), err
}

// countingSort copies the entries of src to dst in the order of rank[number(e)], and keeps the order of equal ranks. It is
// faster than sortFunc, because there are fewer names and directories than entries.
func countingSort(p *pulse, dst, src []entry, rank []uint32, number func(entry) uint32) error {
	next := make([]uint32, len(rank)+1) // for each rank, the index in dst of its next entry
	for _, e := range src {
		next[rank[number(e)]+1]++
	}
	for r := range rank {
		next[r+1] += next[r]
	}
	for _, e := range src {
		if err := p.spend(1); err != nil {
			return err
		}
		r := rank[number(e)]
		dst[next[r]] = e
		next[r]++
	}
	return nil
}

// numbers returns the numbers from 0 to n-1.
func numbers(n int) []uint32 {
	all := make([]uint32, n)
	for i := range all {
		all[i] = uint32(i)
	}
	return all
}

// ranks returns the index of each number in order.
func ranks(order []uint32) []uint32 {
	rank := make([]uint32, len(order))
	for r, i := range order {
		rank[i] = uint32(r)
	}
	return rank
}

// compareFromTheEnd compares paths by their last component, then by the previous component, and so on. Files with the same
// name in copies of a directory, such as env-1/vpc/main.tf and env-2/vpc/main.tf, are therefore adjacent.
func compareFromTheEnd(a, b string) int {
	for a != "" && b != "" {
		i, j := strings.LastIndexByte(a, '/'), strings.LastIndexByte(b, '/')
		if c := strings.Compare(a[i+1:], b[j+1:]); c != 0 {
			return c
		}
		a, b = a[:max(i, 0)], b[:max(j, 0)]
	}
	return cmp.Compare(len(a), len(b))
}
