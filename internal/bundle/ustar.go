package bundle

import (
	"archive/tar"
	"bytes"
	"fmt"
	"strings"
	"time"
)

const tarBlock = 512

// entryTime is the modification time of all entries. It is not the Unix epoch because ZIP files, such as AWS
// Lambda packages, do not support times before 1980.
var entryTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// header contains the metadata of an entry. All entries have the same owner and time.
type header struct {
	name string // without a trailing slash
	kind kind
	exec bool
	size int64
	link string
}

func (h header) mode() int64 {
	switch {
	case h.kind == kindLink:
		return 0o777
	case h.kind == kindDir, h.exec:
		return 0o755
	}
	return 0o644
}

func (h header) typeflag() byte {
	switch h.kind {
	case kindLink:
		return tar.TypeSymlink
	case kindDir:
		return tar.TypeDir
	}
	return tar.TypeReg
}

// appendTo appends the tar header. Nearly all entries fit the ustar format, which appendTo writes at a tenth
// of the cost of archive/tar; archive/tar writes PAX records for the others.
func (h header) appendTo(b []byte) ([]byte, error) {
	name := h.name
	if h.kind == kindDir {
		name += "/"
	}
	prefix, short, ok := splitName(name)
	if !ok || !isASCII(h.link) || len(h.link) > 100 || h.size >= 1<<33 {
		return h.appendPAX(b, name)
	}
	start := len(b)
	b = append(b, make([]byte, tarBlock)...)
	f := b[start:]
	copy(f[0:100], short)
	octal(f[100:108], h.mode())
	octal(f[108:116], 0) // owner
	octal(f[116:124], 0) // group
	octal(f[124:136], h.size)
	octal(f[136:148], entryTime.Unix())
	f[156] = h.typeflag()
	copy(f[157:257], h.link)
	copy(f[257:265], "ustar\x0000")
	octal(f[329:337], 0) // device
	octal(f[337:345], 0)
	copy(f[345:500], prefix)
	checksum(f, f[:len(short)], f[100:157+len(h.link)], f[257:345+len(prefix)]) // the rest is zero
	return b, nil
}

func (h header) appendPAX(b []byte, name string) ([]byte, error) {
	buf := bytes.NewBuffer(b)
	err := tar.NewWriter(buf).WriteHeader(&tar.Header{
		Typeflag: h.typeflag(), Name: name, Linkname: h.link, Size: h.size, Mode: h.mode(), ModTime: entryTime,
	})
	if err != nil {
		return b, fmt.Errorf("describe %q in the archive: %w", h.name, err)
	}
	return buf.Bytes(), nil
}

// octal writes octal digits into a numeric field of zeros, whose last byte remains the NUL that ends it.
func octal(field []byte, n int64) {
	digits := len(field) - 1
	for i := digits - 1; i >= 0; i-- {
		field[i] = '0' + byte(n&7)
		n >>= 3
	}
}

// checksum sets the checksum field: the sum of all bytes, which the parts contain, with the field itself counted as spaces.
func checksum(f []byte, parts ...[]byte) {
	sum := int64(8 * ' ')
	for _, part := range parts {
		for _, c := range part {
			sum += int64(c)
		}
	}
	octal(f[148:155], sum)
	f[155] = ' '
}

// splitName splits a name at a slash into parts that fit the fields of 155 and 100 bytes.
func splitName(name string) (prefix, short string, ok bool) {
	if !isASCII(name) {
		return "", "", false
	}
	if len(name) <= 100 {
		return "", name, true
	}
	end := min(len(name), 156)
	if name[len(name)-1] == '/' {
		end = min(end, len(name)-1)
	}
	i := strings.LastIndexByte(name[:end], '/')
	if i <= 0 || len(name)-i-1 > 100 {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == 0 {
			return false
		}
	}
	return true
}
