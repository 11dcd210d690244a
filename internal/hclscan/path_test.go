package hclscan

import "testing"

// TestBelow checks that only the prefix ${path.module}/, with optional spaces and trim markers, is removed.
func TestBelow(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"${path.module}/a/b":        "a/b",
		"${ path.module\t}/a":       "a",
		"${~ path.module ~}/a":      "a",
		"${path.module}//a":         "a",
		"${path.module}/a}/b":       "a}/b",
		"${path.module}/":           "",
		"${path.module}":            "no",
		"${path.module}a":           "no",
		"${path.module":             "no",
		"${path.modules}/a":         "no",
		"${path.root}/a":            "no",
		"path.module}/a":            "no",
		"x${path.module}/a":         "no",
		"./a":                       "no",
		"":                          "no",
		"${upper(path.module)}/a":   "no",
		"${path.module}${var.x}/a":  "no",
		"${path.module}-${var.x}/a": "no",
	} {
		rest, ok := Below(content, "path.module")
		if ok != (want != "no") || ok && rest != want || !ok && rest != "" {
			t.Errorf("%q: got %q, %v, want %q", content, rest, ok, want)
		}
	}
}

// TestConstant checks that a string with an interpolation or a directive is not constant, and that a string with an
// escaped one is.
func TestConstant(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]bool{
		"":            true,
		"a/b":         true,
		"$a %b {c}":   true,
		"$${a}":       true,
		"%%{a}":       true,
		"a${b}":       false,
		"%{if a}":     false,
		"$${a}${b}":   false,
		"%%{a}%{b}":   false,
		"%%{a}${b}":   false,
		"$${a}%{b}":   false,
		"$${a}$%{b}c": false,
		"$$${{a}":     true,
		"%%%{{a}":     true,
		"$$$${a}":     true,
		"$$${${a}":    false,
	} {
		if got := Constant(content); got != want {
			t.Errorf("%q: got %v, want %v", content, got, want)
		}
	}
}
