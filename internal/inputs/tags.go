package inputs

// TagsMode selects the operation on the listed tags.
type TagsMode string

// The values of TagsMode: add the tags, replace all tags by them, remove them, or remove all tags.
const (
	TagsAdd     TagsMode = "add"
	TagsReplace TagsMode = "replace"
	TagsRemove  TagsMode = "remove"
	TagsClear   TagsMode = "clear"
)

// Tags describes a change of the tags of an environment or workspace.
type Tags struct {
	Mode TagsMode
	// Names is empty for TagsClear, and for TagsAdd without changes.
	Names []string
}

func (r *reader) tags() Tags {
	t := Tags{
		Mode:  enum(r, "tags-mode", TagsAdd, TagsReplace, TagsRemove, TagsClear),
		Names: r.names("tags", "preview"),
	}
	given := r.value("tags") != ""
	switch {
	case t.Mode == TagsClear && given:
		r.badf("tags", "is set, but tags-mode: clear removes every tag: %s. Remove tags, or set tags-mode: remove", r.quote(r.value("tags")))
	case t.Mode == TagsReplace && !given:
		r.badf("tags", "is empty, but tags-mode: replace needs to know the new tags. Set tags: preview, one per line, or tags-mode: clear to have none")
	case t.Mode == TagsRemove && !given:
		r.badf("tags", "is empty, but tags-mode: remove needs to know which. Set tags: preview, one per line, or tags-mode: clear to remove all")
	}
	return t
}
