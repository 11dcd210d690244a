package report

import "testing"

// TestChangedAttributes reads the names for the title of an update from its diff.
func TestChangedAttributes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ diff, want string }{
		"attributes and blocks": {
			"! resource \"a\" \"b\" {\n!     k  = 1 -> 2\n+     longer = 3\n      same = 1\n-     ing {\n-         port = 1 -> null\n      }\n" +
				"+     net \"n\" {}\n  }",
			"k, longer, ing, net",
		},
		"a text that is removed": {
			"! resource \"a\" \"b\" {\n!     k = 1 -> 2\n-     u = <<-EOT\n-         one = 1\n-     EOT -> null\n  }", "k, u",
		},
		"a text in a removed block": {
			"! resource \"a\" \"b\" {\n-     u = <<-EOT # forces replacement\n-         two\n-     EOT # forces replacement\n  }", "u",
		},
		"an attribute with the name of the end mark": {"! resource \"a\" \"b\" {\n!     EOT = 1 -> 2\n  }", "EOT"},
		"a write-only attribute":                     {"! resource \"a\" \"b\" {\n!     k = (write-only attribute)\n!     l = 1 -> 2\n  }", "l"},
		"known after the apply":                      {"! resource \"a\" \"b\" {\n!     k = 1 -> (known after apply)\n!     l = 1 -> 2\n  }", "l"},
	} {
		if got := changedAttributes(tt.diff); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
