package inputs

import (
	"path"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

var shellVariable = lazyregexp.New(`^\$\{?[A-Za-z_]`)

// path reads the directory or archive to upload. It does not access the file system.
func (r *reader) path(name string) string {
	v := r.value(name)
	if !r.requireEvaluated(name, v) {
		return ""
	}
	if what := strayPath(v); what != "" {
		r.badf(name, "%s: %s. Write a directory relative to the checkout, such as %s: infra/network", what, r.quote(v), name)
		return ""
	}
	clean := path.Clean(v)
	if path.IsAbs(clean) {
		below, ok := r.belowCheckout(clean)
		if !ok {
			r.badf(name, "is outside the checkout: %s. Write a directory relative to it, such as %s: infra/network; "+
				"an empty %s uploads the whole checkout", r.quote(v), name, name)
			return ""
		}
		return below
	}
	if clean == ".." || strings.HasPrefix(clean, "../") {
		written := r.quote(v)
		if clean != v {
			written += " is " + r.quote(clean) + " relative to it"
		}
		r.badf(name, "points outside the checkout: %s. Write a directory within, such as %s: infra/network", written, name)
		return ""
	}
	return clean
}

// strayPath describes syntax in v that a shell or a browser accepts but that is not part of a path.
func strayPath(v string) string {
	switch {
	case unprintable(v) != "":
		return "contains " + unprintable(v)
	case len(v) > 4096:
		return "is longer than 4096 characters"
	case webAddress(v):
		return "is a web address, not a path"
	case v == "~" || strings.HasPrefix(v, "~/"):
		return "begins with ~, which only a shell expands"
	case shellVariable.MatchString(v):
		return "begins with a variable, which only a shell expands"
	case strings.ContainsAny(v, "*?"):
		return "is a pattern, but only one directory can be uploaded"
	}
	return ""
}

// belowCheckout makes an absolute path relative to the checkout; ok is false if it is outside. The runner rewrites
// `${{ github.workspace }}/infra` to an absolute path.
func (r *reader) belowCheckout(clean string) (below string, ok bool) {
	root := r.src.Env("GITHUB_WORKSPACE")
	if root == "" {
		return clean, true
	}
	root = path.Clean(root)
	if clean == root {
		return ".", true
	}
	return strings.CutPrefix(clean, strings.TrimSuffix(root, "/")+"/")
}
