package bundle

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

func TestFileChangesWhileRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		file io.Reader
		size int64
		want string
		err  error
	}{
		{"unchanged", strings.NewReader("123456789"), 9, "123456789", nil},
		{"grown", strings.NewReader("123456789 and more"), 9, "123456789", nil},
		{"one byte per read", iotest.OneByteReader(strings.NewReader("123456789")), 9, "123456789", nil},
		{"shrunk", strings.NewReader("12345"), 9, "", errShrunk},
		{"emptied", strings.NewReader(""), 9, "", errShrunk},
		{"shrunk at the end of a read", strings.NewReader("1234"), 9, "", errShrunk},
		{"unreadable", iotest.ErrReader(syscall.EIO), 9, "", syscall.EIO},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var w bytes.Buffer
			err := copyExactly(t.Context(), &w, c.file, c.size, make([]byte, 4))
			if !errors.Is(err, c.err) {
				t.Errorf("got error %v, want %v", err, c.err)
			}
			if err == nil && w.String() != c.want {
				t.Errorf("got %q, want %q", w.String(), c.want)
			}
		})
	}
	for err, want := range map[error]Code{errShrunk: Changed, syscall.EIO: Unreadable} {
		var e *Error
		if got := readError("d/x", err); !errors.As(got, &e) || e.Code != want || e.Path != "d/x" {
			t.Errorf("%v: got %v, want %s about d/x", err, got, want)
		}
	}
}

func TestCopyWriteError(t *testing.T) {
	t.Parallel()
	if err := copyExactly(t.Context(), &failing{left: 5}, strings.NewReader("123456789"), 9, make([]byte, 4)); err != errFull {
		t.Errorf("a full disk: got %v", err)
	}
}

func TestCopyStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	endless := readerFunc(func(p []byte) (int, error) { cancel(stop); return len(p), nil })
	if err := copyExactly(ctx, io.Discard, endless, 1<<62, make([]byte, 4)); !errors.Is(err, stop) {
		t.Errorf("got %v, want the cause of the context", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// FuzzHeader compares headers in the ustar format with those of archive/tar.
func FuzzHeader(f *testing.F) {
	f.Add("main.tf", int64(123), uint8(kindFile), true, "")
	f.Add(strings.Repeat("d/", 60)+"x", int64(0), uint8(kindDir), false, "")
	f.Add(strings.Repeat("d", 99)+"/"+strings.Repeat("x", 100), int64(1<<33-1), uint8(kindFile), false, "")
	f.Add(strings.Repeat("d", 155)+"/"+strings.Repeat("x", 100), int64(1<<33), uint8(kindFile), false, "")
	f.Add("a/"+strings.Repeat("x", 101), int64(1), uint8(kindFile), false, "")
	f.Add("link", int64(0), uint8(kindLink), false, strings.Repeat("t", 100))
	f.Add("link", int64(0), uint8(kindLink), false, strings.Repeat("t", 101))
	f.Add("caf\u00e9", int64(1), uint8(kindFile), false, "")
	f.Add("\xff", int64(1), uint8(kindLink), false, "\xfe")
	f.Fuzz(func(t *testing.T, name string, size int64, k uint8, exec bool, link string) {
		h := header{name: name, kind: kindFile + kind(k)%3, exec: exec}
		if name == "" || strings.Contains(name+link, "\x00") || strings.HasSuffix(name, "/") || size < 0 || h.kind == kindLink && link == "" {
			return
		}
		switch h.kind {
		case kindFile:
			h.size = size
		case kindLink:
			h.link = link
		}
		got, err := h.appendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(name) < 256 && len(h.link) < 100 {
			want, err := h.appendPAX(nil, map[bool]string{true: name + "/", false: name}[h.kind == kindDir])
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got header\n%q\nwant\n%q", got, want)
			}
		}
		read, err := tar.NewReader(bytes.NewReader(got)).Next()
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSuffix(read.Name, "/") != name || read.Size != h.size || read.Linkname != h.link || read.Mode != h.mode() {
			t.Errorf("read %+v, want %+v", read, h)
		}
	})
}
