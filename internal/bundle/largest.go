package bundle

import (
	"cmp"
	"path"
	"slices"
)

// Sized is a file, or a directory with its content, and its uncompressed size.
type Sized struct {
	Name  string
	Bytes int64
}

// Largest lists the ten largest files and directories of a bundle, largest first. The size of a directory
// includes all files below it. A directory is omitted if one subdirectory accounts for more than 90 % of its
// size.
type Largest struct {
	Dirs, Files []Sized
}

const largestCount = 10

// largestFiles lists the largest files, largest first.
type largestFiles []Sized

// add records a file. It builds the path only if the file is one of the largest.
func (b *largestFiles) add(dir string, name []byte, bytes int64) {
	if len(*b) == largestCount {
		if (*b)[largestCount-1].Bytes >= bytes {
			return
		}
		*b = (*b)[:largestCount-1]
	}
	*b = append(*b, Sized{Name: path.Join(dir, string(name)), Bytes: bytes})
	slices.SortStableFunc(*b, compareSized)
}

func compareSized(a, b Sized) int {
	return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name))
}

// largestDirs returns the largest directories. bytes are the sizes of the files directly in dirs, which are
// sorted by path: parents precede their content.
func largestDirs(dirs []dir, bytes []int64) []Sized {
	below, wrapper := slices.Clone(bytes), make([]bool, len(dirs))
	parent := func(i int) int {
		p, _ := slices.BinarySearchFunc(dirs, path.Dir(dirs[i].path), comparePath)
		return p
	}
	for i := len(dirs) - 1; i > 0; i-- {
		below[parent(i)] += below[i]
	}
	for i := len(dirs) - 1; i > 0; i-- {
		if p := parent(i); below[i] > below[p]/10*9 {
			wrapper[p] = true
		}
	}
	var all []Sized
	for i := 1; i < len(dirs); i++ {
		if !wrapper[i] && below[i] > 0 {
			all = append(all, Sized{Name: dirs[i].path, Bytes: below[i]})
		}
	}
	slices.SortStableFunc(all, compareSized)
	return slices.Clone(all[:min(len(all), largestCount)])
}
