package bundle

import (
	"io"
	"time"
)

// Archive is a complete .tar.gz, in memory or in an unlinked file.
type Archive struct {
	Files      int           // regular files in it
	Bytes      int64         // their content, uncompressed
	Compressed int64         // size of the .tar.gz in bytes
	SHA256     string        // of the compressed bytes, in hex
	Took       time.Duration // to pack

	sink     *sink
	dirs     []dir
	dirBytes []int64 // of the files in each of dirs
	biggest  biggestFiles
}

// Reader returns a new, independent reader that starts at the beginning. Each upload attempt needs its own.
func (a *Archive) Reader() *io.SectionReader { return io.NewSectionReader(a.sink, 0, a.Compressed) }

// Size is the size of the .tar.gz in bytes.
func (a *Archive) Size() int64 { return a.Compressed }

// Largest lists the largest files and directories in the archive.
func (a *Archive) Largest() Largest {
	return Largest{Dirs: biggestDirs(a.dirs, a.dirBytes), Files: a.biggest}
}

// Close releases memory and disk space. A process that exits without Close leaves no file behind either.
func (a *Archive) Close() error { return a.sink.close() }
