package report

// render is a first version: the parts come with the next commits.
func (r Report) render(limit int, s style) string {
	text := r.headline(s)
	if len(text) > limit {
		return ""
	}
	return text
}
