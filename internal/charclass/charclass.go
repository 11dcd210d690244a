// Package charclass defines the character classes of POSIX, which patterns write as [:alpha:] between brackets.
package charclass

// Ranges returns the ranges of ASCII characters of a class in ascending order, in pairs of their first and last characters.
// It returns "" if POSIX does not define the class.
func Ranges(name string) string {
	switch name {
	case "alnum":
		return "09AZaz"
	case "alpha":
		return "AZaz"
	case "blank":
		return "\t\t  "
	case "cntrl":
		return "\x00\x1f\x7f\x7f"
	case "digit":
		return "09"
	case "graph":
		return "!~"
	case "lower":
		return "az"
	case "print":
		return " ~"
	case "punct":
		return "!/:@[`{~"
	case "space":
		return "\t\r  "
	case "upper":
		return "AZ"
	case "xdigit":
		return "09AFaf"
	}
	return ""
}

// Has reports whether one of the ranges contains a character.
func Has(ranges string, c rune) bool {
	for i := 0; i < len(ranges); i += 2 {
		if rune(ranges[i]) <= c && c <= rune(ranges[i+1]) {
			return true
		}
	}
	return false
}
