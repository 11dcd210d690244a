package tfplan

import "slices"

// Counts holds the numbers of changes as Terraform counts them: a replacement is an
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

// Worst returns the maximum of each number.
func (c Counts) Worst(d Counts) Counts {
	return Counts{
		Imports:      max(c.Imports, d.Imports),
		Additions:    max(c.Additions, d.Additions),
		Changes:      max(c.Changes, d.Changes),
		Destructions: max(c.Destructions, d.Destructions),
	}
}

// Totals counts the changes of a plan according to one source, over all its documents. At least these changes are planned;
// there are no others only if the source is Complete and there are no Problems. Totals are computed from unredacted input.
type Totals struct {
	Counts
	// OtherCounts counts changes that are also included in Others or in Additions, and deferrals.
	OtherCounts OtherCounts
	// Most is the maximum of each number in a single document. A log may contain the same plan several times.
	Most Counts
	// Others is the number of changes without their own number: moves, forgotten objects, outputs, invoked actions, and one for
	// a plan that is not empty, although none of its changes is known.
	Others int
	// Drift is the number of objects that changed outside of Terraform.
	Drift int
	// Reads is the number of data sources that are read during the apply.
	Reads int
	// Warnings is the number of warnings that Terraform printed; only logs contain them.
	Warnings int

	Documents int
	// Complete is set if the source is a plan and was read to its end.
	Complete bool
	// Limited is set if the plan does not cover all objects: some are deferred, or it is limited to its targets.
	Limited bool
	// Targeted is set if a warning says that the plan is limited by -target or -exclude; only logs contain it. The plan JSON of
	// OpenTofu does not say so.
	Targeted bool
	// Problems lists at most maxProblems reasons not to rely on the source, such as an unknown action.
	Problems []string
}

const maxProblems = 5

// HasChanges reports whether an apply would do anything according to the source. A plan that only reads data sources has
// changes, as for Terraform: it can be applied, and `terraform plan -detailed-exitcode` ends with 2.
func (t Totals) HasChanges() bool { return t.Counts != Counts{} || t.Others > 0 || t.Reads > 0 }

// Empty reports whether the source contains no changes and no drift, and covers all objects.
func (t Totals) Empty() bool { return !t.HasChanges() && t.Drift == 0 && !t.Limited }

func (t *Totals) addProblem(why string) {
	if len(t.Problems) < maxProblems && !slices.Contains(t.Problems, why) {
		t.Problems = append(t.Problems, why)
	}
}

// count counts one change.
func (t *Totals) count(a Action, imported bool) {
	t.OtherCounts.count(a)
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
