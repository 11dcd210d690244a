package inputs

// TagsMode says what to do with the tags that are listed.
type TagsMode string

// What to do with tags: add them, have these and no others, remove them, or remove all.
const (
	TagsAdd     TagsMode = "add"
	TagsReplace TagsMode = "replace"
	TagsRemove  TagsMode = "remove"
	TagsClear   TagsMode = "clear"
)

// Tags says how the tags of an environment or workspace are to change.
type Tags struct {
	Mode TagsMode
	// Names is empty for TagsClear, and for TagsAdd if nothing is to change.
	Names []string
}

func (r *reader) tags() Tags {
	t := Tags{
		Mode:  word(r, "tags-mode", TagsAdd, TagsReplace, TagsRemove, TagsClear),
		Names: r.names("tags", "preview"),
	}
	given := r.given("tags") != ""
	switch {
	case t.Mode == TagsClear && given:
		r.badf("tags", "is given, but tags-mode: clear removes every tag: %s. Remove tags, or write tags-mode: remove", r.quote(r.given("tags")))
	case t.Mode == TagsReplace && !given:
		r.badf("tags", "is empty, but tags-mode: replace needs to know the new tags. Write tags: preview, one per line, or tags-mode: clear to have none")
	case t.Mode == TagsRemove && !given:
		r.badf("tags", "is empty, but tags-mode: remove needs to know which. Write tags: preview, one per line, or tags-mode: clear to remove all")
	}
	return t
}
