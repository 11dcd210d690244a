package bundle

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

func TestBlocksUseHugePages(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skip("this kernel has no huge pages")
	}
	for i, b := range newBlocks(3) {
		if flags := mappingFlags(t, b.data[:1]); !slices.Contains(flags, "hg") {
			t.Errorf("block %d is in memory with the flags %q; want hg", i, flags)
		}
	}
}

// mappingFlags returns the flags of the mapping that contains the first byte of b.
func mappingFlags(t *testing.T, b []byte) []string {
	t.Helper()
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(smaps)) {
		var from, to uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); n == 2 {
			address := uintptr(unsafe.Pointer(&b[0]))
			inside = from <= address && address < to
		}
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok && inside {
			return strings.Fields(flags)
		}
	}
	t.Fatal("no mapping contains the block")
	return nil
}
