package job

import (
	"slices"
	"strconv"
	"strings"
)

// colour is what the colour sequences (SGR) of a text amount to. The zero colour is the log's own.
type colour struct {
	attributes [10]bool // 1 is bold, 2 faint, and so on to 9
	front      string   // parameters, such as 31 or 38;5;208
	back       string
	touched    bool // something came after the last reset
}

const resetSGR = "\x1b[0m"

// apply takes the parameters of one sequence, in the order of ECMA-48, 8.3.117.
func (c *colour) apply(params string) {
	all := strings.Split(params, ";")
	for len(all) > 0 {
		n, _ := strconv.Atoi(all[0])
		size := 1
		c.touched = n != 0
		switch {
		case n == 0:
			*c = colour{}
		case n <= 9:
			c.attributes[n] = true
		case n == 22:
			c.attributes[1], c.attributes[2] = false, false
		case 23 <= n && n <= 29:
			c.attributes[n-20] = false
		case n == 38 || n == 48:
			size = extendedSize(all)
			c.set(n, strings.Join(all[:size], ";"))
		case 30 <= n && n <= 39 || 90 <= n && n <= 97, 40 <= n && n <= 49 || 100 <= n && n <= 107:
			c.set(n, all[0])
		}
		all = all[size:]
	}
}

// set keeps a colour of the front (3x and 9x) or the back (4x and 10x); 39 and 49 are the log's own.
func (c *colour) set(n int, params string) {
	if n == 39 || n == 49 {
		params = ""
	}
	if n/10 == 3 || n/10 == 9 {
		c.front = params
	} else {
		c.back = params
	}
}

// extendedSize counts the parameters of 38;5;n or 38;2;r;g;b.
func extendedSize(all []string) int {
	if len(all) < 2 {
		return 1
	}
	switch all[1] {
	case "5":
		return min(3, len(all))
	case "2":
		return min(5, len(all))
	default:
		return 2
	}
}

// sequence returns what leads from the log's own colour to c, nothing if that is where c is.
func (c *colour) sequence() string {
	params := []string{}
	for n, on := range c.attributes {
		if on {
			params = append(params, strconv.Itoa(n))
		}
	}
	params = slices.DeleteFunc(append(params, c.front, c.back), func(s string) bool { return s == "" })
	if len(params) == 0 {
		return ""
	}
	return "\x1b[" + strings.Join(params, ";") + "m"
}

// nextSGR returns the parameters and the length of the colour sequence at the start of b, or 0 if there is none.
func nextSGR(b []byte) (params string, size int) {
	if len(b) < 3 || b[0] != esc || b[1] != '[' {
		return "", 0
	}
	for i, c := range b[2:] {
		if c == 'm' {
			return string(b[2 : 2+i]), i + 3
		}
		if (c < '0' || c > '9') && c != ';' {
			break
		}
	}
	return "", 0
}
