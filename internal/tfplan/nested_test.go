package tfplan

import (
	"strings"
	"testing"
)

// TestNestedValues renders changes of nested values from the JSON.
func TestNestedValues(t *testing.T) {
	t.Parallel()
	const marks = `,"before_sensitive":{"x":[{"v":true}],"m":{"k":true}},"after_sensitive":{"x":[{"v":true}],"m":{"k":true}}`
	for _, c := range []struct{ name, change, want string }{
		{
			"sensitive values in a block and in a map, which have the same placeholders",
			`"before":{"x":[{"n":"T","v":"***"}],"m":{"k":"***"}},"after":{"x":[{"n":"T","v":"***"}],"m":{"k":"***"}}` + marks,
			`      # (2 sensitive attributes not shown)`,
		},
		{
			"a sensitive value in an element next to one that changes",
			`"before":{"x":[{"n":"T","v":"***"},{"n":"U","v":"1"}]},"after":{"x":[{"n":"T","v":"***"},{"n":"U","v":"2"}]},` +
				`"before_sensitive":{"x":[{"v":true},{}]},"after_sensitive":{"x":[{"v":true},{}]}`,
			"!     x = [\n!         {\n              n = \"U\"\n!             v = \"1\" -> \"2\"\n          },\n" +
				"          # (1 element with sensitive values not shown)\n      ]",
		},
		{
			"a block that becomes unknown",
			`"before":{"x":[{"ip":"10.0.0.1","mac":"aa"}]},"after":{"x":[{}]},"after_unknown":{"x":[{"ip":true,"mac":true}]}`,
			"!     x = [\n!         {\n!             ip  = \"10.0.0.1\" -> (known after apply)\n!             mac = \"aa\" -> (known after apply)\n" +
				"          },\n      ]",
		},
		{
			"an empty block that becomes unknown",
			`"before":{"x":[{}]},"after":{"x":[{}]},"after_unknown":{"x":[{"ip":true}]}`,
			"!     x = [\n!         {\n+             ip = (known after apply)\n          },\n      ]",
		},
		{
			"a new block and a new object that are unknown",
			`"before":{},"after":{"x":[{}],"o":{}},"after_unknown":{"x":[{"ip":true}],"o":{"ip":true}}`,
			"+     o = {\n+         ip = (known after apply)\n      }\n" +
				"+     x = [\n+         {\n+             ip = (known after apply)\n          },\n      ]",
		},
		{
			"an empty block",
			`"before":{"x":null},"after":{"x":[{}]},"after_unknown":{"x":[{}]}`,
			"+     x = [\n+         {},\n      ]",
		},
		{
			"the name of an element that changes",
			`"before":{"x":[{"name":"tag","type":"s","value":"1.0"},{"name":"n","value":"2"}]},` +
				`"after":{"x":[{"name":"tag","type":"s","value":"1.1"},{"name":"n","value":"2"}]}`,
			"!     x = [\n!         {\n              name  = \"tag\"\n!             value = \"1.0\" -> \"1.1\"\n          },\n      ]",
		},
		{
			"an element without a name that changes",
			`"before":{"x":[{"a":"","b":1,"c":null,"d":[1],"e":2,"f":3,"g":4,"p":80}]},` +
				`"after":{"x":[{"a":"","b":1,"c":null,"d":[1],"e":2,"f":3,"g":4,"p":81}]}`,
			"!     x = [\n!         {\n              b = 1\n              e = 2\n              f = 3\n!             p = 80 -> 81\n          },\n      ]",
		},
		{
			"a sensitive name of an element is not shown",
			`"before":{"x":[{"name":"hunter2","v":1}]},"after":{"x":[{"name":"hunter2","v":2}]},` +
				`"before_sensitive":{"x":[{"name":true}]},"after_sensitive":{"x":[{"name":true}]}`,
			"!     x = [\n!         {\n!             v = 1 -> 2\n              # (1 sensitive attribute not shown)\n          },\n      ]",
		},
	} {
		if !strings.Contains(c.change, "_sensitive") {
			c.change += `,"before_sensitive":{},"after_sensitive":{}`
		}
		doc := `{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","type":"a","name":"b",` +
			`"change":{"actions":["update"],` + c.change + `}}]}`
		want := "! resource \"a\" \"b\" {\n" + c.want + "\n  }"
		if got := onlyDiff(t, readPlan(logSection(doc), nil)); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, want)
		}
	}
}

// TestDistantDifferences: of two long values, the first and the last difference are shown.
func TestDistantDifferences(t *testing.T) {
	t.Parallel()
	value := func(first, last string) string {
		return `"` + strings.Repeat("a", 500) + first + strings.Repeat("b", 3000) + last + strings.Repeat("c", 500) + `"`
	}
	got := onlyDiffOf(updateOf(value("Allow", "s3:Get50"), value("Deny", "*")))
	a, b, c := strings.Repeat("a", 100), strings.Repeat("b", 300), strings.Repeat("c", 100)
	before, after, _ := strings.Cut(got, " -> ")
	for side, want := range map[string][2]string{before: {"Allow", "s3:Get50"}, after: {"Deny", "*"}} {
		if !strings.Contains(side, "…"+a+want[0]+b) || !strings.Contains(side, b+want[1]+c+"…") || strings.Count(side, "…") != 3 || len(side) > 1200 {
			t.Errorf("want %q in\n%s", want, side)
		}
	}
}
