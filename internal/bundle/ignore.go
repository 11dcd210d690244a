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

// The rules of the ignore file, as Terraform users know them:
//   - blank lines and lines that start with # are ignored, as are blanks around a line
//   - a pattern matches at any depth, unless it begins with /
//   - * and ? do not match a slash, ** does; [a-z] is one character; \ escapes the next character
//   - a pattern that ends with / matches directories and their content
//   - ! includes what a previous rule excluded
//   - the last rule that matches takes precedence; a rule that excludes a directory excludes its content, unless a later
//     rule includes the directory or a part of it
const ignoreFile = ".terraformignore"

// No useful pattern is longer than a path, and no real ignore file comes near the other limits, which bound the time and
// memory for listing a directory.
const (
	maxPattern    = 4096
	maxIgnoreFile = 1 << 20
	maxRules      = 100_000
	maxWildcards  = 1200 * 64 // see glob.weight: the total cost of all patterns for each character of a path
)

// rule is one line of the ignore file, or one that is built in.
type rule struct {
	line    int    // 0 for a built-in rule
	text    string // as it is written
	negate  bool
	dirOnly bool
	pattern pattern
}

// words describes the rule in messages.
func (r *rule) words() string {
	if r.line == 0 {
		return fmt.Sprintf("built-in rule %q", r.text)
	}
	return fmt.Sprintf("%s line %d, %.80q", ignoreFile, r.line, r.text)
}

// aboutState reports whether a rule is the one that keeps Terraform's state out.
func (r *rule) aboutState() bool { return r.line == 0 && strings.Contains(r.text, "tfstate") }

// builtIn are the built-in rules. They precede the rules of the ignore file, which may override them. The names in
// alwaysExcluded are not included.
var builtIn = []string{".terraform/", "!.terraform/modules/", "*.tfstate", "*.tfstate.*"}

// rules are in the order of the file. They must not be used concurrently.
type rules struct {
	list      []rule
	inArchive *matcher // for paths in the archive
	byTarget  *matcher // for the targets of links, by their own names; nil until needed
}

func newRules(list []rule) *rules {
	return &rules{list: list, inArchive: newMatcher(list, func(*rule) bool { return true })}
}

// outside returns the matcher for paths that are not in the archive. It has only the rules about names: an anchored rule is
// about a path in the archive, and one of wildcards only, such as the * of an allow list, about all paths there.
func (rs *rules) outside() *matcher {
	if rs.byTarget == nil {
		rs.byTarget = newMatcher(rs.list, func(r *rule) bool { return !r.pattern.anchored && !r.pattern.namesAny })
	}
	return rs.byTarget
}

// readIgnoreFile reads the rules at the root of the bundle. An unreadable file is an error, since the built-in rules alone
// would include files that the user excludes.
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

// ignoreText returns the content of the ignore file, or nothing if there is none.
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
	if end.named(hasExcludedComponent) {
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

// parseRules skips invalid lines with a warning. It only fails if the rules exceed a limit.
func parseRules(ctx context.Context, text []byte, warn func(string)) ([]rule, error) {
	var list []rule
	for _, pattern := range builtIn {
		r, _ := parseRule(pattern)
		list = append(list, r)
	}
	var skipped badLines
	defer skipped.warn(warn)
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

// badLines are invalid lines of the ignore file. The first ones are listed, the others counted.
type badLines struct {
	named []string
	more  int
}

const maxBadLines = 10

func (b *badLines) add(line int, text string, why error) {
	if len(b.named) == maxBadLines {
		b.more++
		return
	}
	b.named = append(b.named, fmt.Sprintf("%s line %d, %.80q, is skipped: %v.", ignoreFile, line, text, why))
}

func (b *badLines) warn(warn func(string)) {
	for _, line := range b.named {
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
