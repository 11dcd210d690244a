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

// Largest lists the ten biggest files and directories of a bundle, biggest first. The size of a directory includes all files
// below it. A directory that is only big because of a single subdirectory is left out.
type Largest struct {
	Dirs, Files []Sized
}

const largestCount = 10

// biggestFiles collects the biggest files, biggest first.
type biggestFiles []Sized

// add counts a file. It only builds its path if the file is one of the biggest.
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

// biggestDirs adds the size of each directory to its parents. dirs is sorted, so that parents precede their content.
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
