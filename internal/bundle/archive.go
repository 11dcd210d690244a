package bundle

import (
	"io"
	"time"
)

// Archive is a bundle ready to be sent: a whole .tar.gz, in memory or in a file that has no name any more.
type Archive struct {
	Files      int           // regular files in it
	Bytes      int64         // their content, uncompressed
	Compressed int64         // bytes to send
	SHA256     string        // of the bytes to send, in hex
	Took       time.Duration // to pack

	sink     *sink
	dirs     []dir
	dirBytes []int64 // of the files in each of dirs
	biggest  biggestFiles
}

// Reader reads the archive from its start. Every attempt to send it takes a fresh one; they do not disturb each other.
func (a *Archive) Reader() *io.SectionReader { return io.NewSectionReader(a.sink, 0, a.Compressed) }

// Size is the number of bytes that Reader gives.
func (a *Archive) Size() int64 { return a.Compressed }

// Largest says what the archive mostly consists of.
func (a *Archive) Largest() Largest {
	return Largest{Dirs: biggestDirs(a.dirs, a.dirBytes), Files: a.biggest}
}

// Close frees the archive. A process that ends without it leaves nothing behind either.
func (a *Archive) Close() error { return a.sink.close() }
