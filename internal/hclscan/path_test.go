package hclscan

import (
	"strings"
	"testing"
)

// TestExpandPath checks which references to directories are replaced. The base of the result is in front of it, and ~ marks
// a path that is only correct in the root module.
func TestExpandPath(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"${path.module}/a/b":                      "path.module ./a/b",
		"${path.root}/a":                          "path.root ./a",
		"${path.cwd}/a":                           "path.cwd ./a",
		"${ path.module\t}/a":                     "path.module ./a",
		"${~ path.module ~}/a":                    "path.module ./a",
		"${path.module}//a":                       "path.module .//a",
		"${path.module}/a}/b":                     "path.module ./a}/b",
		"${path.module}/":                         "path.module ./",
		"${\npath.module\r\n}/a":                  "path.module ./a",
		"${/* } */ path.module # }\n}/a":          "path.module ./a",
		"${ // x\npath /**/ . /**/ module}/a":     "path.module ./a",
		"${(path.module)}/a":                      "path.module ./a",
		"${((path).module )}/a":                   "path.module ./a",
		"${path . module}/a":                      "path.module ./a",
		"./${path.module}/../a":                   "path.module ././../a",
		".//./${path.root}/a":                     "path.root .//././a",
		"${path.root}/${path.module}/../a":        "path.module ././../a",
		"${path.module}/${path.root}/../a":        "path.module ././../a",
		"${path.cwd}/${path.root}/a":              "path.root ././a",
		"../${path.root}/a":                       " .././a",
		"../${path.module}/a":                     " .././a ~",
		"${path.root}/../${path.module}/a":        "path.root ./.././a ~",
		"${path.module}/../${path.module}/a":      "path.module ./.././a ~",
		"${path.module}/${var.x}/../a":            "path.module ./${}/../a",
		"${path.module}/${f(\"}/../\")}-%{if a}/": "path.module ./${}-${}/",
		"./${path.module}${var.x}/a":              " ./${}${}/a",
		"./x${path.module}/a":                     " ./x${}/a",
		"./$${path.module}/a":                     " ./$${path.module}/a",
		"./%%{path.module}/a$":                    " ./%%{path.module}/a$",
		"./$%/${path.module}/a":                   " ./$%/./a ~",
		"%{path.module}/a":                        " ${}/a",
		"${path.module}":                          " ${}",
		"${path.module}a":                         " ${}a",
		"${path.module":                           " ${path.module",
		"./${path.root}/${f(\"":                   "path.root ././${f(\"",
		"${path.modules}/a":                       " ${}/a",
		"${path.module.x}/a":                      " ${}/a",
		"${module.path}/a":                        " ${}/a",
		"${!path.module}/a":                       " ${}/a",
		"path.module}/a":                          " path.module}/a",
		"./a":                                     " ./a",
		"":                                        " ",
		"${upper(path.module)}/a":                 " ${}/a",
		"${path.module}-${var.x}/a":               " ${}-${}/a",
	} {
		expanded, base, exact := ExpandPath(content)
		got := base + " " + expanded
		if !exact {
			got += " ~"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", content, got, want)
		}
	}
}

// TestExpandLongPath expands paths of more than 1 MB, which exceeds the time limit of tests if the time is quadratic.
func TestExpandLongPath(t *testing.T) {
	t.Parallel()
	const n = 1 << 19
	for _, c := range []struct{ content, want string }{
		{"./" + strings.Repeat("$a", n), "./" + strings.Repeat("$a", n)},
		{strings.Repeat("${path.root}/", n), strings.Repeat("./", n)},
		{"./" + strings.Repeat("${a}", n), "./" + strings.Repeat("${}", n)},
	} {
		if expanded, _, _ := ExpandPath(c.content); expanded != c.want {
			t.Errorf("%.30s...: got %d bytes, want %d", c.content, len(expanded), len(c.want))
		}
	}
	for _, c := range []struct {
		length int
		exact  bool
	}{{4096, true}, {4098, false}} {
		if _, base, exact := ExpandPath(strings.Repeat("./", c.length/2) + "${path.module}/a"); exact != c.exact || (base != "") != c.exact {
			t.Errorf("after %d bytes: got base %q, exact %v", c.length, base, exact)
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
