//go:build linux

package main

import (
	"compress/gzip"
	"crypto/sha256"
	"io"
	"os"
	"runtime"

	"github.com/klauspost/compress/flate"
	"golang.org/x/sys/unix"
)

// limit returns the processor time, in seconds, of the work that no packer of this format can avoid: listing
// the directory, reading each file with plain system calls, compressing the archive in one stream at level 5,
// and hashing the result. Divided by the number of processors, it is a lower bound of the packing time at that
// level. The packer uses level 4 now; the level of the limit stays, so that its goal does not change.
func limit(dir, archive string) (float64, error) {
	runtime.LockOSThread()
	start := threadTime()
	if err := readAll(unix.AT_FDCWD, dir, make([]byte, 1<<20)); err != nil {
		return 0, err
	}
	reading := threadTime() - start
	compression, err := compressAgain(archive)
	return reading + compression, err
}

func threadTime() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return float64(t.Nano()) / 1e9
}

func readAll(at int, name string, buf []byte) error {
	fd, err := unix.Openat(at, name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	dir := os.NewFile(uintptr(fd), name)
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch {
		case e.IsDir():
			err = readAll(fd, e.Name(), buf)
		case e.Type().IsRegular():
			err = readFile(fd, e.Name(), buf)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readFile(at int, name string, buf []byte) error {
	fd, err := unix.Openat(at, name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	for left := st.Size; left > 0; {
		n, err := unix.Read(fd, buf)
		if err != nil || n == 0 {
			return err
		}
		left -= int64(n)
	}
	return nil
}

// compressAgain decompresses an archive, compresses its content again and returns the processor time of the
// compression.
func compressAgain(archive string) (float64, error) {
	f, err := os.Open(archive)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	gz, err := gzip.NewReader(f)
	if err != nil {
		return 0, err
	}
	sum := sha256.New()
	w, err := flate.NewWriter(sum, 5)
	if err != nil {
		return 0, err
	}
	spent, buf := 0.0, make([]byte, 4<<20)
	for {
		n, err := io.ReadFull(gz, buf)
		start := threadTime()
		if _, err := w.Write(buf[:n]); err != nil {
			return 0, err
		}
		if err != nil {
			closing := w.Close()
			return spent + threadTime() - start, closing
		}
		spent += threadTime() - start
	}
}
