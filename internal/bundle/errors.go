package bundle

import "fmt"

// Code is a stable identifier of a reason why packing failed.
type Code string

// The codes. Their comments describe Error.Path and Error.Target.
const (
	PathMissing    Code = "path-missing"         // Path as written; Target is a similar directory, if any
	PathOutside    Code = "path-outside"         // Path as written; Target is the target of the link that leaves the checkout, if any
	PathUnsuitable Code = "path-unsuitable"      // Path as written: neither a directory nor a prebuilt archive
	LinkOutside    Code = "link-outside"         // Path is the link, Target its target
	LinkCycle      Code = "link-cycle"           // Path is the link, Target its target
	LinksMultiply  Code = "links-multiply"       // Path is a link below Options.Path, Target its target
	IgnoreUnusable Code = "ignore-file-unusable" // Path is the ignore file
	NothingToSend  Code = "nothing-to-send"      // Path is the directory or the prebuilt archive
	NoTerraform    Code = "no-terraform-files"   // Path is the directory
	Unreadable     Code = "file-unreadable"      // Path is the file or directory
	Changed        Code = "file-changed"         // Path is the file that changed while it was packed
	ArchiveDamaged Code = "archive-damaged"      // Path is the prebuilt archive
	ArchiveUnsafe  Code = "archive-unsafe"       // Path is the name in the prebuilt archive, Target the target of a link
	NoRoom         Code = "no-room"              // Path is the directory for temporary files; empty if none is writable
)

// Error reports why packing failed. Paths are relative to the checkout unless Code specifies otherwise.
type Error struct {
	Code   Code
	Path   string
	Target string
	Err    error // error of the operating system, or a detail; may be nil
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// Error describes the problem without advice, which the caller adds.
func (e *Error) Error() string {
	s := e.sentence()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// shortened truncates a long name in a message.
func shortened(name string) string {
	const most = 500
	if len(name) <= most {
		return name
	}
	return name[:most] + "…"
}

func (e *Error) sentence() string {
	path, target := shortened(e.Path), shortened(e.Target)
	switch e.Code {
	case PathMissing:
		if target != "" {
			return fmt.Sprintf("path %q is not in the checkout; a similar directory is %q", path, target)
		}
		return fmt.Sprintf("path %q is not in the checkout", path)
	case PathOutside:
		if target != "" {
			return fmt.Sprintf("path %q leaves the checkout through a link to %q", path, target)
		}
		return fmt.Sprintf("path %q is outside the checkout", path)
	case PathUnsuitable:
		return fmt.Sprintf("path %q is neither a directory nor a .tar.gz archive", path)
	case LinkOutside:
		return fmt.Sprintf("link %q points to %q, outside the checkout; nothing was read from there", path, target)
	case LinkCycle:
		return fmt.Sprintf("link %q to %q cannot be followed", path, target)
	case LinksMultiply:
		return fmt.Sprintf("link %q to %q makes the archive too large", path, target)
	case IgnoreUnusable:
		return fmt.Sprintf("ignore file %q cannot be used, and without it excluded files would be uploaded", path)
	case NothingToSend:
		return fmt.Sprintf("%q contains nothing to upload", path)
	case NoTerraform:
		return fmt.Sprintf("%q contains no Terraform files (*.tf, *.tf.json, *.tofu, *.tofu.json, *.hcl)", path)
	case Unreadable:
		return fmt.Sprintf("%q cannot be read", path)
	case Changed:
		return fmt.Sprintf("%q changed while it was packed", path)
	case ArchiveDamaged:
		return fmt.Sprintf("archive %q is damaged", path)
	case ArchiveUnsafe:
		if target != "" {
			return fmt.Sprintf("the archive's link %q points to %q, outside the archive", path, target)
		}
		return fmt.Sprintf("the archive's entry %q is not safe to unpack", path)
	case NoRoom:
		if path == "" {
			return "no directory for temporary files is writable"
		}
		return fmt.Sprintf("%q does not have enough disk space for the archive", path)
	}
	return fmt.Sprintf("%q: %s", path, e.Code)
}
