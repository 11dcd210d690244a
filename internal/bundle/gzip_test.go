package bundle

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// text returns n bytes that compress as well as source code.
func text(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, "resource %q {\n  count = %d\n}\n", []string{"network", "subnet", "bucket", "role"}[r.IntN(4)], r.IntN(500))
	}
	return b.Bytes()[:n]
}

func compressed(t testing.TB, data []byte, workers, inline, piece int) []byte {
	t.Helper()
	var out bytes.Buffer
	sum := sha256.New()
	g := newGzipWriter(&out, sum, workers, inline)
	for len(data) > 0 {
		n := min(piece, len(data))
		if _, err := g.Write(data[:n]); err != nil {
			t.Fatal(err)
		}
		data = data[n:]
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if want := sha256.Sum256(out.Bytes()); !bytes.Equal(sum.Sum(nil), want[:]) {
		t.Errorf("%d workers, %d blocks compressed by Write: the digest is not that of the output", workers, inline)
	}
	return out.Bytes()
}

func TestGzipSameBytesWithAnyWorkers(t *testing.T) {
	t.Parallel()
	const first = 8 * blockSize
	for _, size := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, first - 1, first, first + 1, first + blockSize, first + blockSize + 12345} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			data := text(size, 1)
			want := compressed(t, data, 1, 3, 100_000)
			for _, par := range []parallelism{{workers: 0}, {workers: 2}, {workers: 2, inline: 1}, {workers: 50, inline: 3}} {
				if !bytes.Equal(compressed(t, data, par.workers, par.inline, 7777), want) {
					t.Errorf("%+v: the bytes differ from those of one worker", par)
				}
			}
			r, err := gzip.NewReader(bytes.NewReader(want))
			if err != nil {
				t.Fatal(err)
			}
			r.Multistream(false)
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("read %d bytes and %v, want the %d written bytes in one member", len(got), err, size)
			}
			if !r.ModTime.IsZero() || r.Name != "" || r.OS != 255 {
				t.Errorf("got header %+v, want an empty one", r.Header)
			}
		})
	}
}

// TestLargeFileStartsWorkers checks that workers compress a large file from the first block that does not contain anything
// else, and that the bytes are the same.
func TestLargeFileStartsWorkers(t *testing.T) {
	t.Parallel()
	data := text(4*blockSize, 4)
	want := compressed(t, data, 1, 3, 1<<20)
	for _, c := range []struct {
		before, size int
		pool         bool
	}{{0, blockSize, false}, {0, blockSize + 1, true}, {100, blockSize + 1, true}} {
		var out bytes.Buffer
		g := newGzipWriter(&out, io.Discard, 2, 3)
		parts := [][]byte{data[:c.before], data[c.before : blockSize+1], data[blockSize+1:]}
		for i, part := range parts {
			if i == 1 {
				g.expect(int64(c.size))
			}
			if _, err := g.Write(part); err != nil {
				t.Fatal(err)
			}
			if i == 1 && (g.pool != nil) != c.pool {
				t.Errorf("after %d bytes, for a file of %d bytes: workers: %t, want %t", c.before, c.size, g.pool != nil, c.pool)
			}
		}
		if err := g.Close(); err != nil || !bytes.Equal(out.Bytes(), want) {
			t.Errorf("after %d bytes, for a file of %d bytes: %v, or other bytes", c.before, c.size, err)
		}
	}
}

// TestDictionaryOfSecondBlock checks that the dictionary is the end of the first block and nothing else, also where Write
// compresses both: the second block repeats the dictionary and the NUL byte before it.
func TestDictionaryOfSecondBlock(t *testing.T) {
	t.Parallel()
	data := incompressible(blockSize)
	data[blockSize-dictionary-1] = 0
	data = append(data, data[blockSize-dictionary-1:][:1000]...)
	if !bytes.Equal(compressed(t, data, 1, 2, 100_000), compressed(t, data, 2, 0, 100_000)) {
		t.Error("the bytes depend on who compresses the blocks")
	}
}

// TestReadIntoBlocks checks that files that are read directly into the blocks are compressed to the same bytes as copied
// ones, whatever the block already contains, and that errors of the file are returned.
func TestReadIntoBlocks(t *testing.T) {
	t.Parallel()
	data := text(4*blockSize, 6)
	want := compressed(t, data, 1, 2, 1<<20)
	for _, before := range []int{0, 1, 1000, blockSize - 1, blockSize, blockSize + 1, 3*blockSize - 100} {
		for _, inline := range []int{0, 1, 9} {
			var out bytes.Buffer
			g := newGzipWriter(&out, io.Discard, 2, inline)
			if _, err := g.Write(data[:before]); err != nil {
				t.Fatal(err)
			}
			rest, buf := data[before:], make([]byte, 100_000)
			if err := g.writeFrom(t.Context(), bytes.NewReader(rest), int64(len(rest)), buf); err != nil {
				t.Fatal(err)
			}
			if inline == 0 && !bytes.Equal(buf, make([]byte, len(buf))) {
				t.Errorf("after %d bytes: the buffer was used although the workers had started", before)
			}
			if err := g.Close(); err != nil || !bytes.Equal(out.Bytes(), want) {
				t.Errorf("after %d bytes, with %d blocks compressed by Write: %v, or other bytes", before, inline, err)
			}
		}
	}
	g := newGzipWriter(io.Discard, io.Discard, 2, 0)
	if err := g.writeFrom(t.Context(), bytes.NewReader(data), int64(len(data))+1, make([]byte, 10)); err != errShrunk {
		t.Errorf("a file that became shorter: got %v", err)
	}
	if err := g.abort(); err != nil {
		t.Error(err)
	}
}

// failing is a writer that fails after some bytes.
type failing struct{ left int }

var errFull = errors.New("full")

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestGzipWriteError(t *testing.T) {
	t.Parallel()
	data := text(8*blockSize, 2)
	whole := len(compressed(t, data, 1, 3, blockSize))
	rooms := []int{0, whole / 2, whole - 1}
	if !testing.Short() {
		rooms = append(rooms, 5, whole/4, whole-9)
	}
	for _, room := range rooms {
		for _, workers := range []int{1, 4} {
			g := newGzipWriter(&failing{left: room}, io.Discard, workers, workers%2)
			_, err := g.Write(data)
			if err != nil {
				if failed := g.abort(); failed != nil {
					err = failed
				}
			} else {
				err = g.Close()
			}
			if !errors.Is(err, errFull) {
				t.Errorf("limit of %d bytes, %d workers: got %v, want %v", room, workers, err, errFull)
			}
		}
	}
}

// TestGzipStopsAfterWriteError checks that Write fails soon after the underlying writer.
func TestGzipStopsAfterWriteError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inline, size int
		want         error
		aborted      error
	}{
		"workers":                      {0, 40 * blockSize, errWriting, errFull},
		"Write, within a block":        {1, blockSize, errFull, nil},
		"Write, at the end of a block": {1, blockSize + 1, errFull, nil},
	} {
		g := newGzipWriter(&failing{}, io.Discard, 1, c.inline)
		data := make([]byte, c.size)
		if c.size == blockSize {
			data = incompressible(c.size)
		}
		if n, err := g.Write(data); n != 0 || err != c.want {
			t.Errorf("%s: got %d, %v, want %v", name, n, err, c.want)
		}
		if err := g.abort(); err != c.aborted {
			t.Errorf("%s: got %v at the end, want %v", name, err, c.aborted)
		}
	}
}

func FuzzGzip(f *testing.F) {
	f.Add([]byte("resource"), uint16(5000), uint8(3))
	f.Add([]byte{0, 1, 0xff}, uint16(20), uint8(200))
	f.Fuzz(func(t *testing.T, piece []byte, times uint16, noise uint8) {
		data := bytes.Repeat(piece, int(times))
		data = data[:min(len(data), 6<<20)]
		r := rand.New(rand.NewPCG(uint64(times), uint64(noise)))
		for range int(noise) * len(data) / 4096 {
			data[r.IntN(len(data))] = byte(r.Uint32())
		}
		one := compressed(t, data, 1, 3, 1<<16)
		if !bytes.Equal(compressed(t, data, 4, int(noise)%4, 1000+int(noise)), one) {
			t.Error("the bytes of four workers differ from those of one")
		}
		gz, err := gzip.NewReader(bytes.NewReader(one))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(gz)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("read %d bytes and %v, want %d", len(got), err, len(data))
		}
	})
}
