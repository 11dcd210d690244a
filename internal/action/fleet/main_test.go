package fleet

import (
	"runtime/debug"
	"testing"
)

// TestMain raises the percentage of the garbage collector, because the tests would otherwise spend a fifth of their time in it.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	m.Run()
}
