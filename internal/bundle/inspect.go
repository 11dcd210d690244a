package bundle

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// inspector inspects the content of files while they are packed. It sees the first part of each file, which is the whole
// content of nearly all files.
type inspector struct {
	pointers, keys, sources findings
	references              []constantPath
}

func (i *inspector) inspect(dir string, name, content []byte, size int64) {
	if size < 1024 && bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/v1")) {
		i.pointers.add(path.Join(dir, string(name)))
		return
	}
	if holdsKey(content) && !looksSecret([]byte(path.Join(dir, string(name)))) { // these have been reported by List
		i.keys.add(path.Join(dir, string(name)))
	}
	if isTerraform(name) {
		i.inspectTerraform(dir, name, content)
	}
}

func (i *inspector) inspectTerraform(dir string, name, content []byte) {
	hasRelative := bytes.Contains(content, []byte(`".`))
	if hasRelative {
		i.modules(dir, name, content)
	}
	if mayRefer(name, content, hasRelative) {
		i.findReferences(dir, name, content)
	}
}

// modules finds module sources outside of the bundle: source = "../…", and in JSON "source": "../…".
func (i *inspector) modules(dir string, name, content []byte) {
	for {
		_, after, ok := bytes.Cut(content, []byte(`"..`))
		if !ok {
			return
		}
		before := content[:len(content)-len(after)-len(`"..`)]
		before = before[bytes.LastIndexByte(before, '\n')+1:]
		source, _, _ := bytes.Cut(after, []byte(`"`))
		if isSourceArgument(before) && leavesBundle(dir, ".."+string(source)) {
			i.sources.add(path.Join(dir, string(name)))
			return
		}
		content = after
	}
}

// isSourceArgument reports whether the text before a value on its line is source = or, in JSON, "source":, and not a comment.
func isSourceArgument(before []byte) bool {
	before = bytes.TrimSpace(before)
	if bytes.HasPrefix(before, []byte("#")) || bytes.HasPrefix(before, []byte("//")) {
		return false
	}
	name, hcl := bytes.CutSuffix(before, []byte("="))
	if !hcl {
		name, _ = bytes.CutSuffix(before, []byte(`":`))
	}
	rest, ok := bytes.CutSuffix(bytes.TrimSpace(name), []byte("source"))
	return ok && len(name) < len(before) && (len(rest) == 0 || bytes.IndexByte([]byte(" \t{,\""), rest[len(rest)-1]) >= 0)
}

func (i *inspector) warn(warn func(string)) {
	i.pointers.report(warn, "Git LFS pointers, not the files themselves, are uploaded (%d): %s. Check out with lfs: true if they are needed.")
	i.keys.report(warn, "Files with a private key are uploaded (%d): %s.")
	i.sources.report(warn, "Module sources are outside the bundle and are not uploaded (%d): %s. Set `path` to a parent directory to include them.")
}

// warnMissing reports the Terraform files that refer to files outside of the bundle.
func (i *inspector) warnMissing(l *Listing, warn func(string)) {
	modules, files := l.missing(i.references)
	modules.report(warn, "Module sources name directories that are not in the bundle (%d): %s. Check .terraformignore and the checkout.")
	files.report(warn, "Files that file() or templatefile() read by a constant path are not in the bundle (%d): %s. "+
		"If another step creates them, run it before this one.")
}

// listed returns a line about an entry for the debug log.
func listed(h header) string {
	switch h.kind {
	case kindDir:
		return fmt.Sprintf("packed %q", h.name+"/")
	case kindLink:
		return fmt.Sprintf("packed %q, a link to %q", h.name, h.link)
	}
	return fmt.Sprintf("packed %q, %d bytes", h.name, h.size)
}

// join is path.Join for parts that are clean.
func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return strings.Join([]string{dir, name}, "/")
}
