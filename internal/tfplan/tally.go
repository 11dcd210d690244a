package tfplan

import "slices"

// Counts is how much a plan changes, as Terraform counts: a replacement is an
// addition and a destruction.
type Counts struct{ Imports, Additions, Changes, Destructions int }

func (c *Counts) add(d Counts) {
	c.Imports += d.Imports
	c.Additions += d.Additions
	c.Changes += d.Changes
	c.Destructions += d.Destructions
}

func (c Counts) minus(d Counts) Counts {
	return Counts{c.Imports - d.Imports, c.Additions - d.Additions, c.Changes - d.Changes, c.Destructions - d.Destructions}
}

// Worst is the greater of each number.
func (c Counts) Worst(d Counts) Counts {
	return Counts{max(c.Imports, d.Imports), max(c.Additions, d.Additions), max(c.Changes, d.Changes), max(c.Destructions, d.Destructions)}
}

// Tally is what one source says that a plan does, added up over all its
// documents. What it counts is planned at least; nothing else is planned only if
// the source is Complete and without Doubts. It is made of what came, before any
// redaction.
type Tally struct {
	Counts
	// Besides has numbers for what is among Others, or an addition too.
	Besides Besides
	// Most is the greatest of each number in any one document: what at least a
	// whole source must count, also if a log has the same plan several times.
	Most Counts
	// Others is how many changes have no number of their own: moves, forgotten
	// objects, outputs, invoked or deferred actions.
	Others int
	// Drift is how many objects changed outside of Terraform.
	Drift int
	// Reads is how many data sources are read during the apply, which changes nothing.
	Reads int
	// Warnings is how many warnings Terraform printed; only a text has them.
	Warnings int

	Documents int
	// Complete is set when the source is a plan and was read to its end.
	Complete bool
	// Doubts say why the source cannot be relied on, such as an action that is not
	// known; at most mostDoubts of them.
	Doubts []string
}

const mostDoubts = 5

// HasChanges reports whether an apply would do anything, as far as the source says.
func (t Tally) HasChanges() bool { return t.Counts != Counts{} || t.Others > 0 }

// Empty reports whether the source has nothing at all that is not left alone.
func (t Tally) Empty() bool { return !t.HasChanges() && t.Drift == 0 && t.Reads == 0 }

func (t *Tally) doubt(why string) {
	if len(t.Doubts) < mostDoubts && !slices.Contains(t.Doubts, why) {
		t.Doubts = append(t.Doubts, why)
	}
}

// count takes one change into account.
func (t *Tally) count(a Action, imported bool) {
	t.Besides.count(a)
	switch a {
	case Create, Succeed:
		t.Additions++
	case Update:
		t.Changes++
	case Destroy:
		t.Destructions++
	case Replace:
		t.Additions++
		t.Destructions++
	case Move, Forget, Invoke, Other:
		t.Others++
	case Read:
		t.Reads++
	}
	if imported {
		t.Imports++
	}
}
