package tfplan

// Besides counts the changes that are not additions, changes or destructions. Moves
// counts resources that are only moved.
type Besides struct{ Moves, Forgets, Invocations int }

func (b *Besides) count(a Action) {
	switch a {
	case Move:
		b.Moves++
	case Forget, Succeed:
		b.Forgets++
	case Invoke:
		b.Invocations++
	}
}

func (b *Besides) add(c Besides) {
	b.Moves += c.Moves
	b.Forgets += c.Forgets
	b.Invocations += c.Invocations
}

// worst returns the maximum of each number.
func (b Besides) worst(c Besides) Besides {
	return Besides{max(b.Moves, c.Moves), max(b.Forgets, c.Forgets), max(b.Invocations, c.Invocations)}
}
