package bundle

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// arenaSize is the size and the alignment of the arenas in which the Go runtime reserves its heap on 64-bit systems.
const arenaSize = 64 << 20

// adviseHugePages asks the kernel to use huge pages for b and for the part of the heap that is mapped near it. A new
// process spends about a tenth of its time on the page faults of its first few MiB. A kernel without huge pages
// returns an error, which changes nothing.
func adviseHugePages(b []byte) {
	arena := uintptr(unsafe.Pointer(&b[0])) &^ (arenaSize - 1)
	unix.Syscall(unix.SYS_MADVISE, arena, arenaSize, unix.MADV_HUGEPAGE)
}
