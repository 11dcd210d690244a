package scalrsim

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// escapeError is an entry that would be unpacked outside of its directory.
type escapeError struct{ name string }

func (e *escapeError) Error() string {
	return fmt.Sprintf("the entry %q leads out of the archive", e.name)
}

// unpack reads a gzipped tar into path and content. Links show as "-> target",
// directories as a path with a slash.
func unpack(archive []byte) (map[string]string, error) {
	files := map[string]string{}
	err := eachEntry(archive, func(h *tar.Header, content io.Reader) error {
		name := path.Clean(h.Name)
		switch h.Typeflag {
		case tar.TypeDir:
			if name != "." {
				files[name+"/"] = ""
			}
		case tar.TypeSymlink:
			files[name] = "-> " + h.Linkname
		case tar.TypeReg:
			body, err := io.ReadAll(content)
			files[name] = string(body)
			return err
		default:
			return fmt.Errorf("the entry %q is neither file, directory nor link", h.Name)
		}
		return nil
	})
	return files, err
}

// eachEntry visits the entries of an archive that stay inside of it.
func eachEntry(archive []byte, visit func(*tar.Header, io.Reader) error) error {
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return fmt.Errorf("not a gzip file: %w", err)
	}
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, z) // proves the checksum
			return err
		}
		if err != nil {
			return fmt.Errorf("not a tar archive: %w", err)
		}
		if escapes(h.Name) || (h.Typeflag == tar.TypeSymlink && escapes(path.Join(path.Dir(h.Name), h.Linkname))) ||
			path.IsAbs(h.Linkname) {
			return &escapeError{h.Name}
		}
		if err := visit(h, t); err != nil {
			return err
		}
	}
}

func escapes(name string) bool {
	clean := path.Clean(name)
	return path.IsAbs(name) || clean == ".." || strings.HasPrefix(clean, "../")
}
