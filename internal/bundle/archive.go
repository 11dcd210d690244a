package bundle

import (
	"crypto/sha256"
	"hash"
	"io"
	"time"
)

// Archive is a complete .tar.gz, in memory or in an unlinked file.
type Archive struct {
	Files      int           // number of regular files
	Bytes      int64         // size of their content, uncompressed
	Compressed int64         // size of the .tar.gz in bytes
	SHA256     string        // digest of the .tar.gz, in hex
	Took       time.Duration // duration of Pack

	sink     *sink
	sum      hash.Hash
	dirs     []dir
	dirBytes []int64 // size of the files directly in each of dirs
	largest  largestFiles
}

func newArchive(o Options) *Archive { return &Archive{sink: newSink(o), sum: sha256.New()} }

// Reader returns a new reader that starts at the beginning. Readers are independent: each upload attempt
// needs its own.
func (a *Archive) Reader() *io.SectionReader { return io.NewSectionReader(a.sink, 0, a.Compressed) }

// Size returns the size of the .tar.gz in bytes.
func (a *Archive) Size() int64 { return a.Compressed }

// Largest returns the largest files and directories in the archive.
func (a *Archive) Largest() Largest {
	return Largest{Dirs: largestDirs(a.dirs, a.dirBytes), Files: a.largest}
}

// Close releases memory and disk space. The temporary file has no name, so it is also removed if the process
// exits without Close.
func (a *Archive) Close() error { return a.sink.close() }
