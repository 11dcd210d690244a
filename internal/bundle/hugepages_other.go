//go:build !linux

package bundle

// adviseHugePages does nothing: other systems decide on their own.
func adviseHugePages([]byte) {}
