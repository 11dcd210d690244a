package bundle

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// inspector examines the start of each file while it is packed. For nearly all files, that is the complete
// content.
type inspector struct {
	pointers, keys, sources findings
	references              []constantPath
}

func (i *inspector) inspect(dir string, name, content []byte, size int64) {
	if size < 1024 && bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/v1")) {
		i.pointers.add(path.Join(dir, string(name)))
		return
	}
	if hasKey(content) && !isSecretPath([]byte(path.Join(dir, string(name)))) { // List reports files by name
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

// modules records module sources outside the bundle: source = "../…" and, in JSON, "source": "../…".
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

// isSourceArgument reports whether before, the text before a value on its line, is source = or, in JSON,
// "source":, and not a comment.
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
	i.sources.report(warn, "Terraform files use modules outside `path`, which are not uploaded (%d): %s. Set `path` to a parent directory to include them.")
}

// warnMissing warns about Terraform files that refer to files outside the bundle.
func (i *inspector) warnMissing(l *Listing, warn func(string)) {
	modules, files := l.missing(i.references)
	modules.report(warn, "Terraform files use modules that are not in the archive (%d): %s. Check .terraformignore and the checkout.")
	files.report(warn, "Terraform files read files that are not in the archive, by file() or templatefile() with a constant path (%d): %s. "+
		"If another step creates them, run it before this one.")
}

// listed returns the line of the debug log about an entry.
func listed(h header) string {
	switch h.kind {
	case kindDir:
		return fmt.Sprintf("packed %q", h.name+"/")
	case kindLink:
		return fmt.Sprintf("packed %q, a link to %q", h.name, h.link)
	}
	return fmt.Sprintf("packed %q, %d bytes", h.name, h.size)
}

// join is path.Join for clean arguments.
func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return strings.Join([]string{dir, name}, "/")
}
