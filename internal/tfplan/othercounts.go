package tfplan

// OtherCounts counts the changes that are not additions, changes or destructions. Moves
// counts resources that are only moved.
type OtherCounts struct{ Moves, Forgets, Invocations int }

func (b *OtherCounts) count(a Action) {
	switch a {
	case Move:
		b.Moves++
	case Forget, Succeed:
		b.Forgets++
	case Invoke:
		b.Invocations++
	}
}

func (b *OtherCounts) add(c OtherCounts) {
	b.Moves += c.Moves
	b.Forgets += c.Forgets
	b.Invocations += c.Invocations
}

// maximum returns the maximum of each number.
func (b OtherCounts) maximum(c OtherCounts) OtherCounts {
	return OtherCounts{max(b.Moves, c.Moves), max(b.Forgets, c.Forgets), max(b.Invocations, c.Invocations)}
}
