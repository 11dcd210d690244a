package inputs

import (
	"path"
	"slices"
	"strings"

	"scalr-run-action/internal/affected"
	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/secret"
)

// WhenUnknown selects the result if the changed paths are unknown.
type WhenUnknown string

// Either every workspace counts as affected, or the step fails.
const (
	UnknownEverything WhenUnknown = "everything"
	UnknownFails      WhenUnknown = "fail"
)

// mostBatch is the largest batch: GitHub's limit for a matrix.
const mostBatch = 256

// Affected holds the inputs of the affected action.
type Affected struct {
	Access
	// Workspaces are those to consider; if there are none, Filter and Environment select them,
	// as for WorkspaceList.
	Workspaces  []WorkspaceName
	Filter      WorkspaceFilter
	Environment string // a name or an id
	// All lists every workspace that has a directory.
	All bool

	Directories Directories
	// AffectedBy are the patterns of files that affect all workspaces.
	AffectedBy affected.Patterns
	// Base is a commit, a branch, a tag or last-success; "" means the base in the event.
	Base        string
	WhenUnknown WhenUnknown
	// PullRequest is the number of the pull request; 0 means that of the event.
	PullRequest int
	GitHubToken secret.Value

	// DependsOn has no cycle.
	DependsOn []Dependency
	// MaxAffected is 0 for no limit, BatchSize 0 for no batches.
	MaxAffected, BatchSize int
}

// WorkspaceName is a workspace by name.
type WorkspaceName struct{ Environment, Workspace string }

// String returns environment/workspace.
func (n WorkspaceName) String() string { return n.Environment + "/" + n.Workspace }

// Dependency means that a workspace depends on another one.
type Dependency struct{ Workspace, On WorkspaceName }

// Directories are the directories of the workspaces' configurations. Without any, these are the
// workspaces' working directories.
type Directories struct {
	Exact map[WorkspaceName]string
	// Patterns may contain {environment} and {workspace}.
	Patterns []string
}

// None reports whether the input is empty.
func (d Directories) None() bool { return len(d.Exact) == 0 && len(d.Patterns) == 0 }

// LoadAffected reads the inputs of the affected action. The error is of type Problems and contains all
// problems.
func LoadAffected(src Source) (Affected, Notes, error) {
	r := newReader(src, AffectedNames())
	in := Affected{
		Access:     r.access(),
		Workspaces: r.workspaceNames(),
		Filter: WorkspaceFilter{
			Query: r.line("query", maxName, "network"),
			Tag:   r.line("filter-tag", maxName, "preview"),
			Name:  r.line("filter-name", maxName, "network"),
		},
		Environment: r.line("environment", maxName, "production"),
		All:         r.boolean("all"),
		Directories: r.directories(),
		AffectedBy:  r.affectedBy(),
		Base:        r.base(),
		WhenUnknown: enum(r, "when-unknown", UnknownEverything, UnknownFails),
		PullRequest: r.number("pr-number"),
		GitHubToken: r.gitHubToken(),
		DependsOn:   r.dependsOn(),
		MaxAffected: r.number("max-affected"),
		BatchSize:   r.number("batch-size"),
	}
	r.affectedTogether(in)
	notes, err := r.done()
	return in, notes, err
}

// affectedTogether reports inputs that exclude each other, and warns about inputs without effect.
func (r *reader) affectedTogether(in Affected) {
	if r.value("workspaces") != "" {
		for _, name := range []string{"query", "filter-tag", "filter-name", "environment"} {
			if v := r.value(name); v != "" {
				r.badf(name, "cannot be combined with workspaces, which names the workspaces: %s. Remove workspaces, or %s: %s",
					r.quote(v), name, r.quote(v))
			}
		}
	}
	if in.BatchSize > mostBatch {
		r.badf("batch-size", "exceeds the size of a GitHub matrix: %s. Write a number from 1 to %d, such as batch-size: %d",
			r.quote(r.value("batch-size")), mostBatch, mostBatch)
	}
	if in.All {
		r.unused("all: true lists every workspace", "base", "pr-number")
	} else if in.Base != "" {
		r.unused("base sets what to compare with", "pr-number")
	}
}

func (r *reader) workspaceNames() []WorkspaceName {
	var list []WorkspaceName
	commas := r.commas("workspaces")
	for _, l := range r.lines("workspaces") {
		n, ok := parseWorkspaceName(l.text)
		switch {
		case !r.requireEvaluated("workspaces", l.text):
		case !ok:
			r.badf("workspaces", "line %d is not of the form environment/workspace: %s. Write one workspace per line, such as workspaces: production/network",
				l.number, r.quote(l.text))
		case !slices.Contains(list, n):
			commas(l.text)
			list = append(list, n)
		}
	}
	return list
}

// parseWorkspaceName parses environment/workspace. Only the environment's name may contain slashes.
func parseWorkspaceName(v string) (n WorkspaceName, ok bool) {
	slash := strings.LastIndex(v, "/")
	if slash < 0 || unprintable(v) != "" || webAddress(v) || len(v) > 8*maxName {
		return n, false
	}
	n = WorkspaceName{strings.TrimSpace(v[:slash]), strings.TrimSpace(v[slash+1:])}
	return n, n.Environment != "" && n.Workspace != ""
}

// directories reads patterns and lines for single workspaces.
func (r *reader) directories() Directories {
	const name = "directories"
	d := Directories{Exact: map[WorkspaceName]string{}}
	for _, l := range r.lines(name) {
		left, right, isExact := strings.Cut(l.text, "=")
		if !r.requireEvaluated(name, l.text) {
			continue
		}
		if !isExact || strings.Contains(left, "{") {
			if pattern, ok := r.directory(l, l.text); ok && r.placeholders(l) && !slices.Contains(d.Patterns, pattern) {
				d.Patterns = append(d.Patterns, pattern)
			}
			continue
		}
		n, ok := parseWorkspaceName(strings.TrimSpace(left))
		if !ok {
			r.badf(name, "line %d does not name a workspace before the =: %s. Write environment/workspace=directory, such as "+
				"directories: production/network=infra/network", l.number, r.quote(l.text))
			continue
		}
		dir, ok := r.directory(l, strings.TrimSpace(right))
		if other, twice := d.Exact[n]; twice && ok && other != dir {
			r.badf(
				name,
				"line %d gives %s a different directory than an earlier line: %s. Write one line for each workspace, "+
					"such as directories: production/network=infra/network",
				l.number, r.quote(n.String()), r.quote(l.text),
			)
		}
		if ok {
			d.Exact[n] = dir
		}
	}
	return d
}

// directory checks a directory, which may contain placeholders.
func (r *reader) directory(l line, v string) (dir string, ok bool) {
	const name = "directories"
	clean := path.Clean(v)
	if path.IsAbs(clean) {
		clean, _ = r.belowCheckout(clean) // a path outside stays absolute
	}
	switch {
	case v == "":
		r.badf(name, "line %d has no directory after the =: %s. Write environment/workspace=directory, such as "+
			"directories: production/network=infra/network", l.number, r.quote(l.text))
	case unprintable(v) != "" || len(v) > 4096 || webAddress(v):
		r.badf(
			name,
			"line %d is not a path: %s. Write a directory relative to the checkout, such as directories: infra/{environment}/{workspace}",
			l.number, r.quote(l.text),
		)
	case strings.ContainsAny(v, "*?["):
		r.badf(name, "line %d has a wildcard: %s. Write {environment} and {workspace} for the names of each workspace, such as "+
			"directories: infra/{environment}/{workspace}", l.number, r.quote(l.text))
	case path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../"):
		r.badf(
			name,
			"line %d points outside the checkout: %s. Write a directory within, such as directories: infra/{environment}/{workspace}",
			l.number, r.quote(l.text),
		)
	default:
		return clean, true
	}
	return "", false
}

var placeholder = lazyregexp.New(`\{([^{}]*)\}?|\}`)

// placeholders checks that a pattern contains no unknown placeholders.
func (r *reader) placeholders(l line) bool {
	if strings.Contains(l.text, "${") {
		r.badf("directories", "line %d has a $ before a placeholder: %s. Write {environment} and {workspace} without it, such as "+
			"directories: infra/{environment}/{workspace}", l.number, r.quote(l.text))
		return false
	}
	known := []string{"environment", "workspace"}
	for _, m := range placeholder.FindAllStringSubmatch(l.text, -1) {
		if !slices.Contains(known, m[1]) || !strings.HasSuffix(m[0], "}") {
			r.badf("directories", "line %d has an unknown placeholder, %s: %s. %sWrite {environment} and {workspace}, such as "+
				"directories: infra/{environment}/{workspace}", l.number, r.quote(m[0]), r.quote(l.text), didYouMean(m[1], known))
			return false
		}
	}
	return true
}

func (r *reader) affectedBy() affected.Patterns {
	const name = "affected-by"
	var all affected.Patterns
	for _, l := range r.lines(name) {
		if !r.requireEvaluated(name, l.text) {
			continue
		}
		if what := unprintable(l.text); what != "" {
			r.badf(name, "line %d contains %s: %s. Write one pattern per line, such as affected-by: global/", l.number, what, r.quote(l.text))
			continue
		}
		pattern, ok, err := affected.ParsePattern(l.full)
		switch {
		case err != nil:
			r.badf(name, "line %d is not a pattern: %s: %v. Write patterns as in .gitignore, such as affected-by: global/**/*.tfvars",
				l.number, r.quote(l.text), err)
		case ok:
			all = append(all, pattern)
		}
	}
	return all
}

// notInRefs matches what is not allowed in the name of a branch or tag (git-check-ref-format).
var notInRefs = lazyregexp.New(`[\s~^:?*\[\\]|\.\.|@\{|^[-/]|/$|//|\.lock$|\.$`)

// base reads the base of the comparison.
func (r *reader) base() string {
	v := r.line("base", maxName, "last-success")
	if v == "" || !notInRefs.MatchString(v) {
		return v
	}
	r.badf("base", "is neither a commit, a branch, a tag nor last-success: %s. Write one of them as GitHub knows it, such as base: main", r.quote(v))
	return ""
}

// dependsOn reads lines of the form environment/workspace: environment/workspace.
func (r *reader) dependsOn() []Dependency {
	const name = "depends-on"
	var list []Dependency
	commas := r.commas(name)
	for _, l := range r.lines(name) {
		if !r.requireEvaluated(name, l.text) {
			continue
		}
		left, right, ok := strings.Cut(l.text, ": ")
		if !ok {
			left, right, ok = strings.Cut(l.text, ":")
		}
		first, ok1 := parseWorkspaceName(strings.TrimSpace(left))
		second, ok2 := parseWorkspaceName(strings.TrimSpace(right))
		d := Dependency{first, second}
		switch {
		case !ok || !ok1 || !ok2:
			r.badf(name, "line %d is not of the form environment/workspace: other/one: %s. Write one dependency per line, such as "+
				"depends-on: \"production/app: production/network\"", l.number, r.quote(l.text))
		case !slices.Contains(list, d):
			commas(l.text)
			list = append(list, d)
		}
	}
	if cycle := FindCycle(list); len(cycle) > 0 {
		var names []string
		for _, n := range cycle {
			names = append(names, n.String())
		}
		r.badf(name, "has a cycle at %s: %s. Remove one of its lines, such as depends-on: %s",
			r.quote(names[0]), r.quote(strings.Join(names, " → ")), r.quote(names[0]+": "+names[1]))
		return nil
	}
	return list
}

// FindCycle returns a cycle of workspaces, whose first and last elements are the same, or nil.
func FindCycle(list []Dependency) []WorkspaceName {
	on := map[WorkspaceName][]WorkspaceName{}
	for _, d := range list {
		on[d.Workspace] = append(on[d.Workspace], d.On)
	}
	done := map[WorkspaceName]bool{}
	var way []WorkspaceName
	var visit func(n WorkspaceName) bool
	visit = func(n WorkspaceName) bool {
		if at := slices.Index(way, n); at >= 0 {
			way = append(way[at:], n)
			return true
		}
		if done[n] {
			return false
		}
		done[n] = true
		way = append(way, n)
		if slices.ContainsFunc(on[n], visit) {
			return true
		}
		way = way[:len(way)-1]
		return false
	}
	for _, d := range list {
		if visit(d.Workspace) {
			return way
		}
	}
	return nil
}
