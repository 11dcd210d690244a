package github

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	"scalr-run-action/internal/jsonstream"
)

// mostCompared is the maximum number of files in a comparison. GitHub omits further files without
// notice (docs.github.com, "Compare two commits").
const mostCompared = 300

// pathLimit is the longest path that is read, as on Linux.
const pathLimit = 4096

// comparison is GitHub's comparison of two commits. Its files are those that changed between the merge
// base and the head.
type comparison struct {
	status     string // ahead, behind, diverged or identical
	base       string // the commit of a branch or tag
	mergeBase  string
	paths      []string // both of a renamed file
	deleted    []string // those of the paths that the head does not have
	files      int
	listed     bool
	incomplete bool // a file could not be read
}

// difference are the paths that differ between two commits, sorted.
type difference struct {
	paths   []string
	deleted []string // those of the paths that the head does not have
}

func (c *comparison) difference() difference {
	return difference{sorted(c.paths), sorted(c.deleted)}
}

// isWhole reports whether the list of files is complete.
func (c *comparison) isWhole() bool { return c.listed && !c.incomplete && c.files < mostCompared }

func (c *comparison) readJSON(r *jsonstream.Reader) error {
	*c = comparison{}
	return members(r, func(name string) (err error) {
		switch name {
		case "status":
			c.status, _, err = r.Text(nameLimit)
		case "base_commit":
			c.base, err = readSHA(r)
		case "merge_base_commit":
			c.mergeBase, err = readSHA(r)
		case "files":
			c.listed, err = elements(r, func() error { return c.readFile(r) })
		}
		return err
	})
}

func (c *comparison) readFile(r *jsonstream.Reader) error {
	c.files++
	var name, previous, status string
	err := members(r, func(member string) (err error) {
		ok := true
		switch member {
		case "filename":
			name, ok, err = readPath(r)
		case "previous_filename":
			previous, ok, err = readPath(r)
			ok = ok || previous == "" // it may be null
		case "status":
			status, ok, err = r.Text(nameLimit)
		}
		c.incomplete = c.incomplete || !ok
		return err
	})
	c.incomplete = c.incomplete || name == "" || status == "" || status == "renamed" && previous == ""
	c.paths = append(c.paths, name)
	if status == "removed" {
		c.deleted = append(c.deleted, name)
	}
	if previous != "" && status != "copied" {
		c.paths, c.deleted = append(c.paths, previous), append(c.deleted, previous)
	}
	return err
}

// readPath reads a path; ok is false if it is too long or not a string.
func readPath(r *jsonstream.Reader) (path string, ok bool, err error) {
	path, ok, err = r.Text(pathLimit)
	return path, ok && len(path) < pathLimit-utf8.UTFMax, err
}

// readSHA reads the member sha of an object. The result is empty if it is not a commit.
func readSHA(r *jsonstream.Reader) (sha string, err error) {
	err = members(r, func(name string) (err error) {
		if name == "sha" {
			sha, _, err = r.Text(nameLimit)
		}
		return err
	})
	if !IsSHA(sha) {
		sha = ""
	}
	return sha, err
}

// compare compares two commits, of which the base may be a branch or a tag.
func (s *session) compare(ctx context.Context, base, head string) (*comparison, error) {
	c := call{op: fmt.Sprintf("compare %s and %s of %s", ShortSHA(base), ShortSHA(head), s.thread.Repository), method: http.MethodGet, tries: 3}
	// The files are on the first page only; the commits are not used.
	c.url = fmt.Sprintf("%s/repos/%s/compare/%s?per_page=1&page=1", s.api, s.thread.Repository, url.PathEscape(base+"..."+head))
	var found comparison
	if _, err := s.do(ctx, c, &found); err != nil {
		return nil, err
	}
	if found.status == "" || found.base == "" || found.mergeBase == "" {
		return nil, &Error{Kind: Rejected, Op: c.op, Message: "GitHub's response has no status or names no commits"}
	}
	return &found, nil
}

// between returns the paths that differ between two commits, regardless of their histories. The base
// may be a branch or a tag.
func (s *session) between(ctx context.Context, base, head string) (d difference, from *comparison, err error) {
	found, err := s.compare(ctx, base, head)
	switch {
	case err == nil && found.status == "identical" && found.base == head:
		return d, found, nil
	case err == nil && found.status == "ahead" && found.base == found.mergeBase && found.isWhole():
		return found.difference(), found, nil
	case err == nil:
		base = found.base
	case !is(err, Gone, Rejected, Unreachable) || ctx.Err() != nil:
		return d, nil, err
	case is(err, Gone) && s.lacks(ctx, base, head):
		return d, nil, unknownChange("GitHub has no commit, branch or tag %s in %s", ShortSHA(base), s.thread.Repository)
	default:
		// GitHub has no comparison if there is no common ancestor or if it is too large. The trees
		// may still be available.
		found = nil
	}
	d, err = s.treeDifference(ctx, base, head)
	return d, found, err
}

// lacks reports whether the repository has no such commit, branch or tag, although the token can read its head.
func (s *session) lacks(ctx context.Context, base, head string) bool {
	_, err := s.parents(ctx, base)
	var e *Error
	if !errors.As(err, &e) || e.Kind != Gone && e.Status != http.StatusUnprocessableEntity {
		return false
	}
	_, err = s.parents(ctx, head)
	return err == nil
}

// tree is the list of a commit's files: mode and object by path.
type tree struct {
	entries    map[string]string
	truncated  *bool
	listed     bool
	incomplete bool // an entry could not be read
}

func (t *tree) readJSON(r *jsonstream.Reader) error {
	*t = tree{entries: map[string]string{}}
	return members(r, func(name string) (err error) {
		switch name {
		case "truncated":
			var raw []byte
			raw, err = r.Raw(nameLimit)
			if text := string(raw); text == "true" || text == "false" {
				t.truncated = new(text == "true")
			}
		case "tree":
			t.listed, err = elements(r, func() error { return t.readEntry(r) })
		}
		return err
	})
}

func (t *tree) readEntry(r *jsonstream.Reader) error {
	var path, mode, kind, sha string
	err := members(r, func(name string) (err error) {
		ok := true
		switch name {
		case "path":
			path, ok, err = readPath(r)
		case "mode":
			mode, ok, err = r.Text(nameLimit)
		case "type":
			kind, ok, err = r.Text(nameLimit)
		case "sha":
			sha, ok, err = r.Text(nameLimit)
		}
		t.incomplete = t.incomplete || !ok
		return err
	})
	t.incomplete = t.incomplete || path == "" || sha == ""
	if kind != "tree" { // a directory changes with its files
		t.entries[path] = mode + " " + sha
	}
	return err
}

var errTruncated = errors.New("the repository has more files than GitHub lists of a commit")

// files returns all files of a commit, including links and submodules.
func (s *session) files(ctx context.Context, commit string) (map[string]string, error) {
	c := call{op: fmt.Sprintf("list the files of %s@%s", s.thread.Repository, ShortSHA(commit)), method: http.MethodGet, tries: 3}
	c.url = fmt.Sprintf("%s/repos/%s/git/trees/%s?recursive=1", s.api, s.thread.Repository, url.PathEscape(commit))
	var found tree
	if _, err := s.do(ctx, c, &found); err != nil {
		return nil, err
	}
	switch {
	case found.truncated == nil, !found.listed, found.incomplete:
		return nil, &Error{Kind: Rejected, Op: c.op, Message: "GitHub's response is not a complete list"}
	case *found.truncated:
		return nil, &Error{Kind: Rejected, Op: c.op, Err: errTruncated}
	}
	return found.entries, nil
}

// treeDifference compares the lists of all files.
func (s *session) treeDifference(ctx context.Context, base, head string) (d difference, err error) {
	before, err := s.files(ctx, base)
	if err != nil {
		return d, err
	}
	after, err := s.files(ctx, head)
	if err != nil {
		return d, err
	}
	for p, entry := range after {
		if before[p] != entry {
			d.paths = append(d.paths, p)
		}
		delete(before, p)
	}
	d.deleted = slices.Sorted(maps.Keys(before))
	d.paths = sorted(append(d.paths, d.deleted...))
	return d, nil
}

// sorted returns the sorted paths without duplicates.
func sorted(paths []string) []string {
	slices.Sort(paths)
	return slices.Compact(paths)
}
