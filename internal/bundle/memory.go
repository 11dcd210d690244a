package bundle

import (
	"runtime/debug"
	"sync"
)

// memoryGoal makes the collector run before the listing of a huge tree, counted twice, would break our promise of
// memory. It is a goal: the program goes on when it cannot be met.
const memoryGoal = 48 << 20

var memoryLimit struct {
	sync.Mutex
	users  int
	before int64
}

// limitMemory lowers the process's memory limit until the last of its users has called restore.
func limitMemory() (restore func()) {
	m := &memoryLimit
	m.Lock()
	defer m.Unlock()
	if m.users++; m.users == 1 {
		m.before = debug.SetMemoryLimit(-1)
		debug.SetMemoryLimit(min(m.before, memoryGoal))
	}
	return func() {
		m.Lock()
		defer m.Unlock()
		if m.users--; m.users == 0 {
			debug.SetMemoryLimit(m.before)
		}
	}
}
