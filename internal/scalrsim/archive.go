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

// escapeError reports an archive entry outside the root of the archive.
type escapeError struct{ name string }

func (e *escapeError) Error() string {
	return fmt.Sprintf("entry %q is outside the archive", e.name)
}

// unpack returns the contents of the files in a gzipped tar archive by path. The content of a symbolic link
// is "-> target"; the path of a directory ends with a slash.
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
			return fmt.Errorf("entry %q is not a file, directory or symbolic link", h.Name)
		}
		return nil
	})
	return files, err
}

// eachEntry calls visit for each entry of an archive. It returns an error for an entry outside the root.
func eachEntry(archive []byte, visit func(*tar.Header, io.Reader) error) error {
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return fmt.Errorf("not a gzip file: %w", err)
	}
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, z) // verifies the checksum
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
