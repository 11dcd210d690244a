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
//   - blank lines and lines that begin with # say nothing; blanks around a line do not count
//   - a pattern matches at any depth, unless it begins with /
//   - * and ? stop at a slash, ** does not; [a-z] is one character; \ takes the next character as it is
//   - a pattern that ends in / is about directories and all that is in them
//   - ! brings back what a rule before it left out
//   - the last rule that matches wins; a rule that leaves out a directory leaves out its content, until a later rule
//     brings back the directory or something in it
const ignoreFile = ".terraformignore"

// No pattern that says anything is longer than a path can be, and no ignore file of people comes near the other limits:
// they bound what listing a directory costs, and how much memory.
const (
	maxPattern    = 4096
	maxIgnoreFile = 1 << 20
	maxRules      = 100_000
	maxWildcards  = 1200 * 64 // see glob.weight: what all patterns that must be run may cost for each character of a path
)

// rule is one line of the ignore file, or one that is built in.
type rule struct {
	line    int    // 0: it is built in
	text    string // as it is written
	negate  bool
	dirOnly bool
	pattern pattern
}

// words names the rule to people.
func (r *rule) words() string {
	if r.line == 0 {
		return fmt.Sprintf("built-in rule %q", r.text)
	}
	return fmt.Sprintf("%s line %d, %.80q", ignoreFile, r.line, r.text)
}

// aboutState says whether a rule is the one that keeps Terraform's state out.
func (r *rule) aboutState() bool { return r.line == 0 && strings.Contains(r.text, "tfstate") }

// builtIn stands before the ignore file's own rules, which may change it. The names that alwaysExcluded knows are not here.
var builtIn = []string{".terraform/", "!.terraform/modules/", "*.tfstate", "*.tfstate.*"}

// rules are in the order of the file. They are for one goroutine at a time.
type rules struct {
	list      []rule
	inArchive *matcher // judges paths in the archive
	byTarget  *matcher // judges what links lead to, by its own name; nil until it is needed
}

func newRules(list []rule) *rules {
	return &rules{list: list, inArchive: newMatcher(list, func(*rule) bool { return true })}
}

// outside judges paths that are not in the archive. Of the rules those count that are about names: an anchored one is about
// a place in the archive, and one of wildcards only, such as the * of an allow list, about all places there.
func (rs *rules) outside() *matcher {
	if rs.byTarget == nil {
		rs.byTarget = newMatcher(rs.list, func(r *rule) bool { return !r.pattern.anchored && !r.pattern.namesAny })
	}
	return rs.byTarget
}

// readIgnoreFile reads the rules at the root of the bundle. A file that is there but cannot be read is an error: to go on
// with the built-in rules would send what was meant to stay.
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

// ignoreText is what the ignore file holds: nothing if there is none.
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
		return nil, fmt.Errorf("it is a link to %q, which is never sent", end.path)
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

// parseRules skips lines that make no sense, with a warning. It fails only if there are more rules than can be obeyed.
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

// badLines are lines of the ignore file that make no sense: the first few are named one by one, the rest counted.
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
		return r, errors.New("it names nothing")
	}
	if text == "/" {
		return r, errors.New("it would match the archive itself")
	}
	if rest, ok := strings.CutPrefix(text, "./"); ok {
		text = "/" + rest
	}
	// Of "dir/" and "dir/**" both mean the directory with all that is in it.
	for {
		short := strings.TrimSuffix(strings.TrimSuffix(text, "/"), "/**")
		if short == text || short == "" {
			break
		}
		text, r.dirOnly = short, true
	}
	if starsOnly(text) { // all that there is, and not only in directories
		text, r.dirOnly = "**", false
	}
	var err error
	r.pattern, err = compile(text)
	return r, err
}

// starsOnly says whether a pattern is made of nothing but ** and slashes.
func starsOnly(pattern string) bool {
	for part := range strings.SplitSeq(strings.Trim(pattern, "/"), "/") {
		if part != "**" {
			return false
		}
	}
	return true
}
