package bundle

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
)

// TestSinkKeepsEveryByte: pieces of any size, in memory and in a file, are read back in whole at any position.
func TestSinkKeepsEveryByte(t *testing.T) {
	t.Parallel()
	content := make([]byte, smallArchive+3)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(content)
	for _, total := range []int{0, 1, chunkSize, chunkSize + 1, smallArchive, smallArchive + 3} {
		for _, piece := range []int{1, chunkSize - 1, chunkSize, chunkSize + 1} {
			if piece == 1 && total > chunkSize+1 {
				continue // it would take long
			}
			s := newSink(Options{Root: t.TempDir(), Temp: []string{t.TempDir()}})
			for rest := content[:total]; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
				if n, err := s.Write(rest[:min(piece, len(rest))]); err != nil || n != min(piece, len(rest)) {
					t.Fatalf("%d bytes in pieces of %d: wrote %d, %v", total, piece, n, err)
				}
			}
			got, err := io.ReadAll(io.NewSectionReader(s, 0, int64(total)+1))
			if err != nil || !bytes.Equal(got, content[:total]) || (s.file != nil) != (total > smallArchive) || len(s.chunks) > 0 && s.file != nil {
				t.Errorf("%d bytes in pieces of %d: read %d bytes, %v", total, piece, len(got), err)
			}
			for _, at := range []int{chunkSize - 1, chunkSize, total - 1} {
				if at < 0 || at >= total {
					continue
				}
				one := make([]byte, 2)
				if n, err := s.ReadAt(one, int64(at)); n != min(2, total-at) || one[0] != content[at] || (err == io.EOF) != (n < 2) {
					t.Errorf("%d bytes in pieces of %d: read %d bytes at %d, %v", total, piece, n, at, err)
				}
			}
			if err := s.close(); err != nil {
				t.Error(err)
			}
			if n, err := s.ReadAt(make([]byte, 1), 0); n != 0 || err == nil {
				t.Errorf("%d bytes in pieces of %d: read %d bytes after the end, %v, want an error", total, piece, n, err)
			}
		}
	}
}
