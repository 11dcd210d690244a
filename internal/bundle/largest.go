package bundle

import (
	"cmp"
	"maps"
	"path"
	"slices"
)

// Sized is a file or directory with the bytes in it, uncompressed.
type Sized struct {
	Name  string
	Bytes int64
}

// Largest names the ten biggest files and directories of a bundle, biggest first. A directory counts all that is below
// it; one that is big only because of a single directory in it is not named beside that.
type Largest struct {
	Dirs, Files []Sized
}

const largestCount = 10

// sizes adds up while a bundle is packed. Its memory depends on the number of directories only.
type sizes struct {
	files []Sized
	dirs  map[string]int64
}

func newSizes() *sizes { return &sizes{dirs: map[string]int64{}} }

// add counts a file. The name is only made if the file is among the biggest.
func (s *sizes) add(dir string, name []byte, bytes int64) {
	s.dirs[dir] += bytes
	full := len(s.files) == largestCount
	if full && s.files[largestCount-1].Bytes >= bytes {
		return
	}
	if full {
		s.files = s.files[:largestCount-1]
	}
	s.files = append(s.files, Sized{Name: path.Join(dir, string(name)), Bytes: bytes})
	slices.SortStableFunc(s.files, bigger)
}

func bigger(a, b Sized) int {
	return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name))
}

func (s *sizes) largest() Largest {
	below := map[string]int64{} // with all that is below
	for dir, n := range s.dirs {
		for ; dir != "."; dir = path.Dir(dir) {
			below[dir] += n
		}
	}
	return Largest{Files: s.files, Dirs: biggest(withoutWrappers(below))}
}

// withoutWrappers leaves out each directory that is hardly more than one of those in it.
func withoutWrappers(below map[string]int64) map[string]int64 {
	kept := maps.Clone(below)
	for dir, n := range below {
		if up := path.Dir(dir); n > below[up]/10*9 {
			delete(kept, up)
		}
	}
	return kept
}

func biggest(dirs map[string]int64) []Sized {
	var all []Sized
	for dir, n := range dirs {
		all = append(all, Sized{Name: dir, Bytes: n})
	}
	slices.SortFunc(all, bigger)
	return slices.Clone(all[:min(len(all), largestCount)])
}
