//go:build !linux

package dirtest

// memory returns "": the path of a file system in memory is only known on Linux.
func memory() string { return "" }
