package bundle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// The syntax of the ignore file is that of Terraform:
//   - blank lines, lines that start with # and white space around a line are ignored
//   - a pattern matches at any depth unless it begins with /
//   - * and ? do not match a slash, ** does; [a-z] and \d match one character, [a-z]+ and \d+ one or more; \ escapes the next
//     character
//   - a pattern that ends with / matches directories and their content
//   - ! includes paths that a previous rule excluded
//   - the last matching rule takes precedence; a rule that excludes a directory also excludes its content, unless a later
//     rule includes the directory or a part of it
const ignoreFile = ".terraformignore"

// These limits bound the time and memory for listing a directory. No useful pattern is longer than a path,
// and real ignore files are far below the other limits.
const (
	maxPattern    = 4096
	maxIgnoreFile = 1 << 20
	maxRules      = 100_000
	maxWildcards  = 1200 * 64 // total cost of all patterns per character of a path; see glob.weight
)

// rule is a line of the ignore file or a built-in rule.
type rule struct {
	line    int    // 0 for a built-in rule
	text    string // as written
	negate  bool
	dirOnly bool
	pattern pattern
}

// describe describes the rule for messages.
func (r *rule) describe() string {
	if r.line == 0 {
		return fmt.Sprintf("built-in rule %q", r.text)
	}
	return fmt.Sprintf("%s line %d, %.80q", ignoreFile, r.line, r.text)
}

// excludesState reports whether r is the built-in rule that excludes Terraform state.
func (r *rule) excludesState() bool { return r.line == 0 && strings.Contains(r.text, "tfstate") }

// builtIn lists the built-in rules. They precede the rules of the ignore file, which may override them. The
// names in alwaysExcluded are not included.
var builtIn = []string{".terraform/", "!.terraform/modules/", "*.tfstate", "*.tfstate.*"}

// rules contains the rules in the order of the file. It is not safe for concurrent use.
type rules struct {
	list      []rule
	inArchive *matcher // for paths in the archive
	byTarget  *matcher // for the paths of link targets; nil until needed
}

func newRules(list []rule) *rules {
	return &rules{list: list, inArchive: newMatcher(list, func(*rule) bool { return true })}
}

// outside returns the matcher for paths outside the archive. It contains only rules about names: an anchored
// rule refers to a path in the archive, and a rule that consists only of wildcards, such as the * of an allow
// list, refers to all paths in the archive.
func (rs *rules) outside() *matcher {
	if rs.byTarget == nil {
		rs.byTarget = newMatcher(rs.list, func(r *rule) bool { return !r.pattern.anchored && !r.pattern.wildcardsOnly })
	}
	return rs.byTarget
}

// readIgnoreFile reads the ignore file at the root of the bundle. An unreadable file is an error, because the
// built-in rules alone would include files that the user excludes.
func readIgnoreFile(ctx context.Context, t *tree, base string, warn func(string)) (*rules, error) {
	name := path.Join(base, ignoreFile)
	text, err := ignoreText(t, name)
	if err != nil {
		return nil, &Error{Code: IgnoreUnusable, Path: name, Err: err}
	}
	list, err := parseRules(ctx, text, warn)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, &Error{Code: IgnoreUnusable, Path: name, Err: err}
	}
	return newRules(list), nil
}

// ignoreText returns the content of the ignore file, or nil if it does not exist.
func ignoreText(t *tree, name string) ([]byte, error) {
	if k, _, err := t.lookup(name); err == nil && k == kindMissing {
		return nil, nil
	}
	end, err := resolve(t, name)
	if err != nil {
		return nil, err
	}
	if end.outside != "" {
		return nil, fmt.Errorf("it is a link to %q, outside the checkout", end.outside)
	}
	if end.anyName(hasExcludedComponent) {
		return nil, fmt.Errorf("it is a link to %q, which is never uploaded", end.path)
	}
	f, err := t.openFile(end.path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	text, err := io.ReadAll(io.LimitReader(f, maxIgnoreFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxIgnoreFile {
		return nil, errors.New("it is larger than 1 MiB")
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return nil, errors.New("it is UTF-16 text; it must be UTF-8")
	}
	return text, nil
}

// parseRules parses the ignore file. It skips invalid lines with a warning, and returns an error only if the
// rules exceed a limit.
func parseRules(ctx context.Context, text []byte, warn func(string)) ([]rule, error) {
	var list []rule
	for _, pattern := range builtIn {
		r, _ := parseRule(pattern)
		list = append(list, r)
	}
	var skipped badLines
	defer skipped.warn(warn)
	var literal findings
	defer func() {
		literal.report(warn, "Lines of .terraformignore are not regular expressions (%d): %s. { and | have no special meaning, "+
			"and \\ before a letter or digit is ignored, except in \\d, \\w and \\s. Write / between directories, and one line for each alternative.")
	}()
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	line, weight := 0, 0
	for l := range strings.Lines(string(text)) {
		if line++; line%1024 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		l = strings.TrimSpace(l)
		if l == "" || l[0] == '#' {
			continue
		}
		r, err := parseRule(l)
		if err != nil {
			skipped.add(line, l, err)
			continue
		}
		r.line = line
		if r.pattern.regexpPart {
			literal.add(l)
		}
		if list = append(list, r); len(list)-len(builtIn) > maxRules {
			return nil, fmt.Errorf("line %d: it has more than %d rules", line, maxRules)
		}
		if !r.pattern.indexed() {
			weight += r.pattern.weight()
		}
		if weight > maxWildcards {
			return nil, fmt.Errorf("line %d: too many wildcards up to here. Names, *.ext, name* and plain paths do not count; "+
				"at most about 1,000 other patterns with *, ? or [ are possible", line)
		}
	}
	return list, nil
}

// badLines collects invalid lines of the ignore file. It lists the first ones and counts the others.
type badLines struct {
	listed []string
	more   int
}

const maxBadLines = 10

func (b *badLines) add(line int, text string, why error) {
	if len(b.listed) == maxBadLines {
		b.more++
		return
	}
	b.listed = append(b.listed, fmt.Sprintf("%s line %d, %.80q, is skipped: %v.", ignoreFile, line, text, why))
}

func (b *badLines) warn(warn func(string)) {
	for _, line := range b.listed {
		warn(line)
	}
	if b.more > 0 {
		warn(fmt.Sprintf("%s: %d more lines are skipped.", ignoreFile, b.more))
	}
}

func parseRule(text string) (rule, error) {
	r := rule{text: text}
	if len(text) > maxPattern {
		return r, fmt.Errorf("it is longer than %d bytes", maxPattern)
	}
	text, r.negate = strings.CutPrefix(text, "!")
	if text == "" {
		return r, errors.New("it has no pattern")
	}
	if text == "/" {
		return r, errors.New("it would match the archive itself")
	}
	if rest, ok := strings.CutPrefix(text, "./"); ok {
		text = "/" + rest
	}
	// Both "dir/" and "dir/**" match the directory with its content.
	for {
		short := strings.TrimSuffix(strings.TrimSuffix(text, "/"), "/**")
		if short == text || short == "" {
			break
		}
		text, r.dirOnly = short, true
	}
	if starsOnly(text) { // everything, not only in directories
		text, r.dirOnly = "**", false
	}
	var err error
	r.pattern, err = compile(text)
	return r, err
}

// starsOnly reports whether a pattern consists only of ** and slashes.
func starsOnly(pattern string) bool {
	for part := range strings.SplitSeq(strings.Trim(pattern, "/"), "/") {
		if part != "**" {
			return false
		}
	}
	return true
}
