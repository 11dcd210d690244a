package units_test

import (
	"testing"
	"time"

	"scalr-run-action/internal/units"
)

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1 << 10: "1.0 KiB", 8400: "8.2 KiB", 1<<20 - 1: "1.0 MiB", 1 << 20: "1.0 MiB",
		200 << 20: "200.0 MiB", 1 << 30: "1.0 GiB", 5 << 40: "5120.0 GiB",
		1023<<10 + 972: "1023.9 KiB", 1023<<10 + 973: "1.0 MiB", // the largest size that rounds down, and the next one
	} {
		if got := units.Size(n); got != want {
			t.Errorf("%d bytes: got %q, want %q", n, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 400 * time.Nanosecond: "0s", 12 * time.Millisecond: "12ms", 999600 * time.Microsecond: "1s",
		1001 * time.Microsecond: "1ms", time.Second: "1s", 1004 * time.Millisecond: "1s", 1499600 * time.Microsecond: "1.5s",
		4240 * time.Millisecond: "4.2s", 9949 * time.Millisecond: "9.9s", 9949999 * time.Microsecond: "9.9s",
		9950 * time.Millisecond: "10s", 9960 * time.Millisecond: "10s", 12400 * time.Millisecond: "12s",
		190 * time.Second: "3m10s", 6*time.Hour + 5*time.Second: "6h0m5s",
	} {
		if got := units.Duration(d); got != want {
			t.Errorf("%d ns: got %q, want %q", d, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 files", 1: "1 file", 2: "2 files"} {
		if got := units.Count(n, "file", "files"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
