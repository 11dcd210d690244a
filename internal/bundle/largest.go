package bundle

import (
	"cmp"
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

// biggestFiles keeps the biggest of the files it is given, biggest first.
type biggestFiles []Sized

// add counts a file. The name is only made if the file is among the biggest.
func (b *biggestFiles) add(dir string, name []byte, bytes int64) {
	if len(*b) == largestCount {
		if (*b)[largestCount-1].Bytes >= bytes {
			return
		}
		*b = (*b)[:largestCount-1]
	}
	*b = append(*b, Sized{Name: path.Join(dir, string(name)), Bytes: bytes})
	slices.SortFunc(*b, bigger)
}

func bigger(a, b Sized) int {
	return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name))
}

// biggestDirs adds the bytes of the files in each directory up to its parents. dirs is sorted, so that a parent comes
// before what is in it.
func biggestDirs(dirs []dir, bytes []int64) []Sized {
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
	slices.SortFunc(all, bigger)
	return slices.Clone(all[:min(len(all), largestCount)])
}
