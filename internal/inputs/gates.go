package inputs

import (
	"strings"
	"unicode/utf8"

	"scalr-run-action/internal/lazyregexp"
)

// failOn reads the gates, one per line.
func (r *reader) failOn() FailOn {
	var f FailOn
	gates := map[string]*bool{
		"changes": &f.Changes, "destroy": &f.Destroy,
		"needs-confirmation": &f.NeedsConfirmation, "cost-increase": &f.CostIncrease, "warnings": &f.Warnings,
	}
	words := []string{"changes", "destroy", "needs-confirmation", "cost-increase", "warnings"}
	for _, l := range r.lines("fail-on") {
		if gate := gates[l.text]; gate != nil {
			*gate = true
			continue
		}
		if !r.requireEvaluated("fail-on", l.text) {
			continue
		}
		advice := didYouMean(l.text, words)
		if strings.Contains(l.text, ",") {
			advice = "Write one item per line, not separated by commas. "
		}
		r.badf("fail-on", "line %d is not a condition: %s. %sWrite one of %s, such as fail-on: destroy",
			l.number, r.quote(l.text), advice, strings.Join(words, ", "))
	}
	return f
}

// comment reads the input comment; true means update.
func (r *reader) comment() CommentMode {
	v := r.value("comment")
	switch strings.ToLower(v) {
	case "false":
		return CommentNone
	case "true":
		return CommentUpdate
	}
	switch c := CommentMode(v); c {
	case CommentUpdate, CommentNew, CommentHideAndNew, CommentChangesOnly:
		return c
	}
	if r.requireEvaluated("comment", v) {
		words := []string{"false", "true", "update", "new", "hide-and-new", "changes-only"}
		r.badf("comment", "is not a comment mode: %s. %sWrite one of %s, such as comment: update",
			r.quote(v), didYouMean(v, words), strings.Join(words, ", "))
	}
	return CommentNone
}

const maxCommentTag = 100

var commentTag = lazyregexp.New(`^[\p{L}\p{N} ._:/-]*$`)

// commentTag reads the tag, which must fit into the hidden line of a comment.
func (r *reader) commentTag() string {
	v := r.value("comment-tag")
	if !r.requireEvaluated("comment-tag", v) {
		return ""
	}
	if !commentTag.MatchString(v) || !utf8.ValidString(v) {
		r.badf("comment-tag", "contains a character that is not allowed: %s. Use letters, digits, spaces and . _ : / -, "+
			"such as comment-tag: eu-west-1", r.quote(v))
		return ""
	}
	if !r.fits("comment-tag", v, maxCommentTag, "eu-west-1") {
		return ""
	}
	return v
}
