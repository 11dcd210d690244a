package dirtest

import (
	"os"

	"golang.org/x/sys/unix"
)

// minFree is the free space that the tests of one package need, in bytes. The default of containers is 64 MiB, so their
// tests use the disk.
const minFree = 256 << 20

// memory returns a directory of a file system in memory, or "" if there is none with enough free space, or if TMPDIR selects
// another directory, for example one that is removed even if the tests are killed.
func memory() string {
	const dir = "/dev/shm"
	var s unix.Statfs_t
	if os.Getenv("TMPDIR") != "" || unix.Statfs(dir, &s) != nil || s.Type != unix.TMPFS_MAGIC || s.Bavail*uint64(s.Bsize) < minFree {
		return ""
	}
	return dir
}
