// Package units formats sizes, durations and counts for logs and reports.
package units

import (
	"fmt"
	"time"
)

// Size formats a number of bytes as 812 B, 8.2 KiB or 14.0 MiB.
func Size(n int64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d B", n)
	}
	size, unit := float64(n)/(1<<10), 0
	for size >= 1023.95 && unit < 2 { // 1023.95 rounds to 1024.0
		size, unit = size/(1<<10), unit+1
	}
	return fmt.Sprintf("%.1f %s", size, [...]string{"KiB", "MiB", "GiB"}[unit])
}

// Duration formats a duration as 12ms, 4.2s, 12s, 3m10s or 6h0m5s.
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 9950*time.Millisecond:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// Count formats a number of things, with the noun in the singular or the plural: 1 file or 2 files.
func Count(n int, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, many)
}
