package bundle

import (
	"context"
	"errors"
	"io"
	"syscall"
)

// readSize is the size of the buffer for reading files. It exceeds the size of nearly every file of a
// repository.
const readSize = 256 << 10

// errShrunk reports that a file is shorter than the size in its header, which is already written.
var errShrunk = errors.New("it became shorter")

// copyExactly copies size bytes of r and ignores the rest.
func copyExactly(ctx context.Context, w io.Writer, r io.Reader, size int64, buf []byte) error {
	for at := int64(0); at < size; {
		n, err := io.ReadFull(r, buf[:min(int64(len(buf)), size-at)])
		if err != nil {
			return shrunkIfEOF(err)
		}
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		if at += int64(n); ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// shrunkIfEOF returns errShrunk for an end of file, otherwise err.
func shrunkIfEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errShrunk
	}
	return err
}

// openError returns an Error that distinguishes a file that was replaced or removed after listing from an
// unreadable file.
func openError(source string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR):
		return &Error{Code: Changed, Path: source, Err: errors.New("it was removed")}
	case errors.Is(err, errNotRegular), errors.Is(err, syscall.ELOOP), errors.Is(err, syscall.ENXIO):
		return &Error{Code: Changed, Path: source, Err: errors.New("it was replaced")}
	}
	return &Error{Code: Unreadable, Path: source, Err: err}
}

func readError(source string, err error) error {
	var system syscall.Errno
	switch {
	case errors.Is(err, errShrunk):
		return &Error{Code: Changed, Path: source, Err: err}
	case errors.As(err, &system):
		return &Error{Code: Unreadable, Path: source, Err: err}
	}
	return err
}
