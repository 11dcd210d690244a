package scalr

import "testing"

func TestOperationsHaveDistinctNames(t *testing.T) {
	t.Parallel()
	words := map[string]Operation{}
	for _, o := range Operations() {
		if other, taken := words[o.String()]; o.String() == "" || taken {
			t.Errorf("operation %d is worded %q, like operation %d", o, o, other)
		}
		words[o.String()] = o
	}
	for o, want := range map[Op]string{
		{OpReadRun, "run-1"}:       "read run run-1",
		{Operation: OpListTags}:    "list tags",
		{Operation: operationsEnd}: "",
		{Operation: -1}:            "",
	} {
		if o.String() != want {
			t.Errorf("%#v is worded %q, want %q", o, o.String(), want)
		}
	}
}
