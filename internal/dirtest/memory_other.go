//go:build !linux

package dirtest

// memory returns "": only on Linux is the path of a file system in memory known.
func memory() string { return "" }
