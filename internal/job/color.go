package job

// color is the state that a text's color sequences (SGR) add up to. The zero color is the log's default.
type color struct {
	attributes [10]bool // 1 is bold, 2 faint, and so on to 9
	front      string   // parameters, such as 31 or 38;5;208
	back       string
	touched    bool // a sequence followed the last reset
}

const resetSGR = "\x1b[0m"

// apply updates c with the parameters of one sequence (ECMA-48, 8.3.117).
func (c *color) apply(params []byte) {
	for more := true; more; {
		var first, all []byte
		n, size := 0, 1
		if n, _ = number(params); n == 38 || n == 48 {
			size = extendedSize(params)
		}
		first, all, more = cutParams(params, size)
		c.applyOne(n, first)
		params = all
	}
}

func (c *color) applyOne(n int, params []byte) {
	c.touched = true
	switch {
	case n == 0:
		*c = color{}
	case n <= 9:
		c.attributes[n] = true
	case n == 22:
		c.attributes[1], c.attributes[2] = false, false
	case 23 <= n && n <= 29:
		c.attributes[n-20] = false
	case n == 39:
		c.front = ""
	case n == 49:
		c.back = ""
	case 30 <= n && n <= 38 || 90 <= n && n <= 97:
		c.front = string(params)
	case 40 <= n && n <= 48 || 100 <= n && n <= 107:
		c.back = string(params)
	}
}

// number returns the first parameter and the remaining ones.
func number(params []byte) (n int, rest []byte) {
	for i, c := range params {
		if c == ';' {
			return n, params[i+1:]
		}
		n = min(n*10+int(c-'0'), 9999)
	}
	return n, nil
}

// cutParams cuts after the given number of parameters; more reports whether others follow.
func cutParams(params []byte, size int) (first, rest []byte, more bool) {
	for i, c := range params {
		if c != ';' {
			continue
		}
		if size--; size == 0 {
			return params[:i], params[i+1:], true
		}
	}
	return params, nil, false
}

// extendedSize counts the parameters of 38;5;n or 38;2;r;g;b.
func extendedSize(params []byte) int {
	_, rest := number(params)
	switch kind, _ := number(rest); kind {
	case 5:
		return 3
	case 2:
		return 5
	default:
		return 2
	}
}

// sequence appends the escape sequence that switches from the log's default to c, or nothing if c is the default.
func (c *color) sequence(dst []byte) []byte {
	if *c == (color{touched: c.touched}) {
		return dst
	}
	params := make([]byte, 0, longestSGR)
	for n, on := range c.attributes {
		if on {
			params = append(params, ';', '0'+byte(n))
		}
	}
	for _, set := range []string{c.front, c.back} {
		if set != "" {
			params = append(append(params, ';'), set...)
		}
	}
	dst = append(dst, esc, '[')
	return append(append(dst, params[1:]...), 'm')
}

// nextSGR returns the parameters and the length of the color sequence at the start of b, or 0 if there is none.
func nextSGR(b []byte) (params []byte, size int) {
	if len(b) < 3 || b[0] != esc || b[1] != '[' {
		return nil, 0
	}
	for i, c := range b[2:] {
		if c == 'm' {
			return b[2 : 2+i], i + 3
		}
		if (c < '0' || c > '9') && c != ';' {
			break
		}
	}
	return nil, 0
}
