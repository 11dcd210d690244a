package bundle

import (
	"bytes"
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

// No pattern that says anything is longer than a path can be, and no ignore file of people is as big as the limit.
const (
	maxPattern    = 4096
	maxIgnoreFile = 1 << 20
)

// rule is one line of the ignore file, or one that is built in.
type rule struct {
	words   string // how the rule is named to people
	state   bool   // it keeps Terraform's state out
	negate  bool
	dirOnly bool
	pattern pattern
}

// builtIn stands before the ignore file's own rules, which may change it. The names that neverSent knows are not here.
var builtIn = []string{".terraform/", "!.terraform/modules/", "*.tfstate", "*.tfstate.*"}

// rules are in the order of the file. They are for one goroutine at a time.
type rules []rule

// readIgnoreFile reads the rules at the root of the bundle. A file that is there but cannot be read is an error: to go on
// with the built-in rules would send what was meant to stay.
func readIgnoreFile(t *tree, base string, warn func(string)) (rules, error) {
	name := path.Join(base, ignoreFile)
	unusable := func(err error) error { return &Error{Code: IgnoreUnusable, Path: name, Err: err} }
	if k, _, err := t.lookup(name); err == nil && k == kindMissing {
		return parseRules(nil, warn), nil
	}
	end, err := resolve(t, name)
	if err != nil {
		return nil, unusable(err)
	}
	if end.outside != "" {
		return nil, unusable(fmt.Errorf("it is a link to %q, outside the checkout", end.outside))
	}
	f, err := t.openFile(end.path)
	if err != nil {
		return nil, unusable(err)
	}
	defer f.close()
	text, err := io.ReadAll(io.LimitReader(f, maxIgnoreFile+1))
	if err != nil {
		return nil, unusable(err)
	}
	if len(text) > maxIgnoreFile {
		return nil, unusable(errors.New("it is bigger than 1 MiB"))
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return nil, unusable(errors.New("it is text in UTF-16, where UTF-8 is read"))
	}
	return parseRules(text, warn), nil
}

// parseRules never gives up: a line that makes no sense is skipped, and warn is told its number.
func parseRules(text []byte, warn func(string)) rules {
	var rs rules
	for _, pattern := range builtIn {
		r, _ := parseRule(pattern)
		r.words = fmt.Sprintf("built-in rule %q", pattern)
		r.state = strings.Contains(pattern, "tfstate")
		rs = append(rs, r)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	line := 0
	for l := range strings.Lines(string(text)) {
		line++
		l = strings.TrimSpace(l)
		if l == "" || l[0] == '#' {
			continue
		}
		r, err := parseRule(l)
		if err != nil {
			warn(fmt.Sprintf("%s line %d, %.80q, is skipped: %v.", ignoreFile, line, l, err))
			continue
		}
		r.words = fmt.Sprintf("%s line %d, %q", ignoreFile, line, l)
		rs = append(rs, r)
	}
	return rs
}

func parseRule(text string) (rule, error) {
	var r rule
	if len(text) > maxPattern {
		return r, fmt.Errorf("it is longer than %d bytes", maxPattern)
	}
	text, r.negate = strings.CutPrefix(text, "!")
	if text == "" {
		return r, errors.New("it names nothing")
	}
	if text == "/" {
		return r, errors.New("it would match the bundle itself")
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
