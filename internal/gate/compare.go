package gate

import "scalr-run-action/internal/tfplan"

// compare marks each source that reports less than another one as incomplete: changes that it does not contain may
// happen nevertheless. It returns what it found as clauses without a final period.
//
// Destructions need no comparison, because a destruction in any source is sufficient. Imports are not compared because
// Scalr does not count them, nor are other changes, because Scalr and older versions of Terraform do not report them.
func (w *sources) compare() (gaps []string) {
	server, json, text := w.server, w.json, w.text // before any of them is marked
	if json.Complete && (server.more(json.Counts) || less(json.Counts, text.Most) ||
		json.Empty() && (server.reportsChanges() || text.HasChanges())) {
		w.json.Complete = false
		gaps = append(gaps, "the plan JSON has fewer changes than Scalr or the text of the plan reports")
	}
	if text.Complete && (server.more(text.Counts) || less(text.Counts, json.Most) ||
		text.Empty() && (server.reportsChanges() || json.HasChanges())) {
		w.text.Complete = false
		gaps = append(gaps, "the text of the plan has fewer changes than Scalr or the plan JSON reports")
	}
	if server.destructions != nil && server.less(json.Most.Worst(text.Most)) {
		w.server.destructions = nilIfZero(server.destructions)
		gaps = append(gaps, "Scalr reports fewer changes than the plan JSON or the text of the plan has")
	}
	return gaps
}

func less(c, others tfplan.Counts) bool {
	return c.Additions < others.Additions || c.Changes < others.Changes
}

// more and less compare the numbers that Scalr reports; a number that is not reported is neither.
func (n numbers) more(c tfplan.Counts) bool {
	return n.additions != nil && *n.additions > c.Additions || n.updates != nil && *n.updates > c.Changes
}

func (n numbers) less(c tfplan.Counts) bool {
	return n.additions != nil && *n.additions < c.Additions || n.updates != nil && *n.updates < c.Changes
}
