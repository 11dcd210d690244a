package tfplan

// OtherCounts counts what is not an addition, a change or a destruction. Moves counts
// resources that are only moved. Deferrals are not changes of the plan.
type OtherCounts struct{ Moves, Forgets, Invocations, Deferrals int }

func (b *OtherCounts) count(a Action) {
	switch a {
	case Move:
		b.Moves++
	case Forget, Succeed:
		b.Forgets++
	case Invoke:
		b.Invocations++
	case Defer:
		b.Deferrals++
	}
}

func (b *OtherCounts) add(c OtherCounts) {
	b.Moves += c.Moves
	b.Forgets += c.Forgets
	b.Invocations += c.Invocations
	b.Deferrals += c.Deferrals
}

// maximum returns the maximum of each number.
func (b OtherCounts) maximum(c OtherCounts) OtherCounts {
	return OtherCounts{
		max(b.Moves, c.Moves), max(b.Forgets, c.Forgets), max(b.Invocations, c.Invocations), max(b.Deferrals, c.Deferrals),
	}
}

// otherCounts returns the other counts of a text with these totals. The plans of a text are added up only if they may be those
// of several units: otherwise the second one may be the first, printed again.
func (p *planText) otherCounts(text, json Totals) OtherCounts {
	if p.several || p.units != nil || !json.Complete || json.Documents > 1 {
		return text.OtherCounts
	}
	return p.mostOthers.maximum(p.openTotals.OtherCounts)
}
