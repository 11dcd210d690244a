package hclscan

import "testing"

// TestFold checks that composed and decomposed letters are equal, and others are not.
func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		decomposed, composed, want string
	}{
		{"cafe\u0301/x", "caf\u00e9/x", "caf?/x"},
		{"e\u0323\u0302", "\u1ec7", "?"},
		{"\u0438\u0306", "\u0439", "?"},
		{"\u0627\u0653", "\u0622", "?"},
		{"\u304b\u3099\u30a4", "\u304c\u30a4", "??"},
		{"\u1112\u1161\u11ab\u1100\u1173", "\ud55c\uadf8", "??"},
		{"\u0301a", "\u0301a", "?a"},
	} {
		if a, b := Fold(c.decomposed), Fold(c.composed); a != c.want || b != c.want || !IsDecomposed(c.decomposed) {
			t.Errorf("%q: got %q and %q, want %q", c.composed, a, b, c.want)
		}
	}
	for _, text := range []string{"", "cafe", "caf\u00e9", "\u304c", "\ud55c", "\u0439", "\u02ff", "\u0370", "\u0652", "\u0656", "\u115f", "\u1200",
		"\u3098", "\u309b"} {
		if IsDecomposed(text) {
			t.Errorf("%q is decomposed", text)
		}
	}
}
