// Package charclass has the character classes of POSIX, which patterns write as [:alpha:] between brackets.
package charclass

import "strings"

// classes holds the name of each class, and after the equals sign the first and last characters of its ranges, in order.
const classes = "\xffalnum=09AZaz\xffalpha=AZaz\xffascii=\x00\x7f\xffblank=\t\t  \xffcntrl=\x00\x1f\x7f\x7f\xffdigit=09\xffgraph=!~\xfflower=az" +
	"\xffprint= ~\xffpunct=!/:@[`{~\xffspace=\t\r  \xffupper=AZ\xffword=09AZ__az\xffxdigit=09AFaf\xff"

// Ranges returns the ranges of ASCII characters of a class, in pairs of their first and last characters. It returns "" if
// the class is unknown.
func Ranges(name string) string {
	_, after, _ := strings.Cut(classes, "\xff"+name+"=")
	ranges, _, _ := strings.Cut(after, "\xff")
	return ranges
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
