package gate

import "scalr-run-action/internal/tfplan"

// compare marks each source that reports less than another one as incomplete: it is
// not the whole plan, so that what it leaves out may happen all the same. It gives
// what it found, in clauses without their ends.
//
// Destructions need no comparison, since one that any source reports counts. Imports
// are left out because Scalr does not count them, and other changes because
// Scalr and older versions of Terraform do not report them.
func (w *weighing) compare() (gaps []string) {
	server, json, text := w.server, w.json, w.text // as they came, whatever is marked
	if json.Complete && (server.more(json.Counts) || less(json.Counts, text.Most) || json.Empty() && (server.saysChanges() || text.HasChanges())) {
		w.json.Complete = false
		gaps = append(gaps, "the plan JSON has fewer changes than Scalr or the text of the plan reports")
	}
	if text.Complete && (server.more(text.Counts) || less(text.Counts, json.Most) || text.Empty() && (server.saysChanges() || json.HasChanges())) {
		w.text.Complete = false
		gaps = append(gaps, "the text of the plan has fewer changes than Scalr or the plan JSON reports")
	}
	if server.destructions != nil && server.less(json.Most.Worst(text.Most)) {
		w.server.destructions = unlessZero(server.destructions)
		gaps = append(gaps, "Scalr reports fewer changes than the plan JSON or the text of the plan has")
	}
	return gaps
}

func less(c, others tfplan.Counts) bool {
	return c.Additions < others.Additions || c.Changes < others.Changes
}

// more and less compare the numbers that Scalr reports; one that is not reported
// is neither.
func (n numbers) more(c tfplan.Counts) bool {
	return n.additions != nil && *n.additions > c.Additions || n.updates != nil && *n.updates > c.Changes
}

func (n numbers) less(c tfplan.Counts) bool {
	return n.additions != nil && *n.additions < c.Additions || n.updates != nil && *n.updates < c.Changes
}
