package bundle

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// An archive that exceeds smallArchive is moved to a temporary file. If none can be created, the archive may
// grow to maxInMemory.
const (
	smallArchive = 1 << 20
	maxInMemory  = 8 << 20
	chunkSize    = 256 << 10
)

// sink stores the archive.
type sink struct {
	size    int64
	chunks  [][]byte // chunkSize bytes each except the last
	file    *os.File
	dir     string // directory of file
	temp    []string
	root    string
	tempErr error // error of creating the temporary file
}

func newSink(o Options) *sink {
	return &sink{temp: o.Temp, root: o.Root}
}

func (s *sink) Write(p []byte) (int, error) {
	if err := s.makeRoom(s.size + int64(len(p))); err != nil {
		return 0, err
	}
	s.size += int64(len(p))
	if s.file == nil {
		s.store(p)
		return len(p), nil
	}
	return len(p), s.toFile(p)
}

// makeRoom moves a growing archive to a temporary file if one can be created.
func (s *sink) makeRoom(size int64) error {
	if s.file == nil && s.tempErr == nil && size > smallArchive {
		if s.tempErr = s.open(); s.tempErr == nil {
			return s.spill()
		}
	}
	if s.file == nil && size > maxInMemory {
		return s.tempErr
	}
	return nil
}

func (s *sink) store(p []byte) {
	for len(p) > 0 {
		if n := len(s.chunks); n == 0 || len(s.chunks[n-1]) == chunkSize {
			s.chunks = append(s.chunks, make([]byte, 0, chunkSize))
		}
		last := &s.chunks[len(s.chunks)-1]
		n := min(len(p), chunkSize-len(*last))
		*last = append(*last, p[:n]...)
		p = p[n:]
	}
}

func (s *sink) toFile(p []byte) error {
	_, err := s.file.Write(p)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &Error{Code: NoRoom, Path: s.dir, Err: fmt.Errorf("%d bytes are not enough: %w", s.size-int64(len(p)), err)}
	}
	if err != nil {
		return fmt.Errorf("write the bundle to a file in %q: %w", s.dir, err)
	}
	return nil
}

// open creates a temporary file in the first suitable directory.
func (s *sink) open() error {
	var tried []error
	for _, dir := range s.temp {
		if dir == "" || s.inRoot(dir) {
			continue
		}
		f, err := createTemp(dir)
		if err == nil {
			s.file, s.dir = f, dir
			return nil
		}
		tried = append(tried, err)
	}
	return &Error{Code: NoRoom, Err: errors.Join(tried...)}
}

// spill moves the chunks from memory to the file.
func (s *sink) spill() error {
	for _, c := range s.chunks {
		if err := s.toFile(c); err != nil {
			return err
		}
	}
	s.chunks = nil
	return nil
}

// inRoot reports whether dir is in the checkout, where another step could find the temporary file.
func (s *sink) inRoot(dir string) bool {
	roots, err := rootPaths(s.root)
	if err != nil {
		return false
	}
	spelled, err := rootPaths(dir)
	if err != nil {
		return false // createTemp returns the error
	}
	rel, err := filepath.Rel(roots[1], spelled[1])
	return err == nil && filepath.IsLocal(rel)
}

// ReadAt reads the stored bytes. It is safe for concurrent use.
func (s *sink) ReadAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		return s.file.ReadAt(p, off)
	}
	n := 0
	for n < len(p) && off < s.size {
		m := copy(p[n:], s.chunks[off/chunkSize][off%chunkSize:])
		n += m
		off += int64(m)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// close releases the memory or the file. It may be called more than once.
func (s *sink) close() error {
	s.chunks, s.size = nil, 0
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
