package bundle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// beneath makes the kernel reject paths that leave the root or contain a link.
const beneath = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS

// tree is the checkout. Every path must be clean and relative to it, and links in a path are not followed.
// Only openFile is safe for concurrent use; forGoroutine allows the rest.
type tree struct {
	fd       int
	roots    []string // absolute paths of the root
	stepwise bool     // openat2 is unavailable: open one component at a time
	entries  []byte   // buffer for readDir
}

func openTree(root string) (*tree, error) {
	roots, err := rootPaths(root)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Open(roots[0], unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	t := &tree{fd: fd, roots: roots}
	probe, err := t.open(".", unix.O_PATH)
	if err == nil {
		unix.Close(probe)
	}
	// Kernels before 5.6 do not have openat2; old container engines return EPERM for unknown system calls.
	t.stepwise = errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM)
	return t, nil
}

// forGoroutine returns the same tree for use in another goroutine. It must not be closed.
func (t *tree) forGoroutine() *tree { return &tree{fd: t.fd, roots: t.roots, stepwise: t.stepwise} }

func (t *tree) close() { unix.Close(t.fd) }

// open opens a path. It does not follow a link at its end, which can only be opened with O_PATH.
func (t *tree) open(path string, flags int) (int, error) {
	flags |= unix.O_NOFOLLOW | unix.O_CLOEXEC
	if t.stepwise {
		return t.openStepwise(path, flags)
	}
	at := t.fd
	for len(path) >= unix.PathMax { // longer than the kernel accepts in one call
		cut := strings.LastIndexByte(path[:unix.PathMax-1], '/')
		if cut < 0 {
			break // openat2 reports that the name is too long
		}
		next, err := openat2(at, path[:cut], unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC)
		if at != t.fd {
			unix.Close(at)
		}
		if err != nil {
			return -1, err
		}
		at, path = next, path[cut+1:]
	}
	fd, err := openat2(at, path, flags)
	if at != t.fd {
		unix.Close(at)
	}
	return fd, err
}

func openat2(at int, path string, flags int) (int, error) {
	how := unix.OpenHow{Flags: uint64(flags), Resolve: beneath}
	for {
		fd, err := unix.Openat2(at, path, &how)
		if err != unix.EINTR && err != unix.EAGAIN { // EAGAIN: a directory was renamed, or another process has a lease of the file
			return fd, err
		}
	}
}

// openStepwise is open without openat2. It opens one component at a time.
func (t *tree) openStepwise(path string, flags int) (int, error) {
	at := t.fd
	for {
		name, rest, more := strings.Cut(path, "/")
		how := flags
		if more {
			how = unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
		}
		next, err := -1, error(unix.EXDEV)
		if name != ".." {
			next, err = openat(at, name, how)
		}
		if at != t.fd {
			unix.Close(at)
		}
		if err != nil || !more {
			return next, err
		}
		at, path = next, rest
	}
}

func openat(at int, name string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(at, name, flags, 0)
		if err != unix.EINTR && err != unix.EAGAIN { // EAGAIN: another process has a lease of the file
			return fd, err
		}
	}
}

// lookup returns the kind of path and the target of a link. A missing path is not an error.
func (t *tree) lookup(path string) (kind, string, error) {
	fd, err := t.open(path, unix.O_PATH)
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return kindMissing, "", nil
	}
	if err != nil {
		return kindMissing, "", err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return kindMissing, "", err
	}
	k := kindOfMode(st.Mode)
	if k != kindLink {
		return k, "", nil
	}
	target := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(fd, "", target)
	return k, string(target[:max(n, 0)]), err
}

// info is the result of stat for a file of any kind.
type info struct {
	kind  kind
	size  int64
	inode inode
}

// inode identifies a file independently of its name.
type inode struct {
	device, number uint64
	names          uint64 // number of hard links
}

func infoOf(st *unix.Stat_t) info {
	return info{kind: kindOfMode(st.Mode), size: st.Size, inode: inode{uint64(st.Dev), st.Ino, uint64(st.Nlink)}}
}

// stat returns information about path. It does not follow a link at the end of path.
func (t *tree) stat(path string) (info, error) {
	fd, err := t.open(path, unix.O_PATH)
	if err != nil {
		return info{}, err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	err = unix.Fstat(fd, &st)
	return infoOf(&st), err
}

// file is a regular file that is open for reading.
type file struct {
	fd    int
	size  int64 // size at the time of opening
	exec  bool  // has an execute bit
	inode inode
}

var errNotRegular = errors.New("not a regular file")

// openFile opens a regular file. O_NONBLOCK prevents it from blocking if a FIFO has replaced the file.
func (t *tree) openFile(path string) (file, error) {
	fd, err := t.open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY)
	if err != nil {
		return file{}, err
	}
	var st unix.Stat_t
	err = unix.Fstat(fd, &st)
	if err == nil && st.Mode&unix.S_IFMT != unix.S_IFREG {
		err = errNotRegular
	}
	if err != nil {
		unix.Close(fd)
		return file{}, err
	}
	return file{fd: fd, size: st.Size, exec: st.Mode&0o111 != 0, inode: infoOf(&st).inode}, nil
}

// Read reads with a plain system call: os.File would add a finalizer and a poll registration per file.
func (f file) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(f.fd, p)
		if err != unix.EINTR {
			return endOfFile(max(n, 0), err)
		}
	}
}

func (f file) close() { unix.Close(f.fd) }

// readDir calls visit for each entry of a directory, in unspecified order. name is only valid until visit
// returns.
func (t *tree) readDir(path string, visit func(name []byte, k kind) error) error {
	fd, err := t.open(path, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	buf := t.entries
	t.entries = nil // visit may read another directory
	if buf == nil {
		buf = make([]byte, 32<<10)
	}
	defer func() { t.entries = buf }()
	for {
		n, err := unix.ReadDirent(fd, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return err
		}
		if err := eachEntry(fd, buf[:n], visit); err != nil {
			return err
		}
	}
}

// eachEntry parses struct linux_dirent64: inode (8 bytes), offset (8), length (2), type (1), and a name that
// ends with NUL.
func eachEntry(dir int, entries []byte, visit func([]byte, kind) error) error {
	for len(entries) > 0 {
		length := binary.NativeEndian.Uint16(entries[16:])
		name, _, _ := bytes.Cut(entries[19:length], []byte{0})
		listed := entries[18]
		entries = entries[length:]
		if string(name) == "." || string(name) == ".." {
			continue
		}
		k, err := kindOfEntry(dir, name, listed)
		if err == nil && k != kindMissing {
			err = visit(name, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// kindOfEntry returns the kind of an entry with the type t. An entry that has been removed is not an error.
func kindOfEntry(dir int, name []byte, t byte) (kind, error) {
	if t != unix.DT_UNKNOWN {
		return kindOfMode(uint32(t) << 12), nil
	}
	var st unix.Stat_t
	err := unix.Fstatat(dir, string(name), &st, unix.AT_SYMLINK_NOFOLLOW)
	switch err {
	case nil:
		return kindOfMode(st.Mode), nil
	case unix.ENOENT:
		return kindMissing, nil
	}
	return kindMissing, err
}

func kindOfMode(mode uint32) kind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return kindFile
	case unix.S_IFDIR:
		return kindDir
	case unix.S_IFLNK:
		return kindLink
	}
	return kindSpecial
}

// createTemp creates a file without a name, so that it is removed when the process exits.
func createTemp(dir string) (*os.File, error) {
	f, err := os.OpenFile(dir, os.O_RDWR|unix.O_TMPFILE, 0o600)
	if err == nil {
		return f, nil
	}
	return createAndUnlink(dir)
}
