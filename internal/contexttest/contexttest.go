// Package contexttest contains contexts for tests.
package contexttest

import "context"

// Endless returns a context that never ends and whose type package context does not know. Package context needs a goroutine
// for each context that is derived from it, until that one is canceled; in a bubble of testing/synctest, the test fails if
// such a goroutine remains.
func Endless() context.Context { return endless{context.Background(), make(chan struct{})} }

type endless struct {
	context.Context
	done chan struct{}
}

func (e endless) Done() <-chan struct{} { return e.done }

// Value returns nil for every key, so that package context cannot find a context of its own.
func (endless) Value(any) any { return nil }
