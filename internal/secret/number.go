package secret

import (
	"strconv"
	"strings"
)

var numberSyntax = compiled(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

func isNumber(token []byte) bool { return numberSyntax.matches(string(token)) }

// HidesNumber reports whether a number, as JSON writes it, is secret: as it stands or without an exponent.
func (r *Redactor) HidesNumber(number string) bool {
	if r.hidesDigits(number) {
		return true
	}
	return strings.ContainsAny(number, ".eE") && r.hidesDigits(plainNumber(number))
}

// hidesDigits reports whether a number is secret, or holds a long secret. One that has a short secret before or behind its
// point is another number.
func (r *Redactor) hidesDigits(digits string) bool {
	shown := r.String(digits)
	return shown != digits && !strings.Contains(shown, Mask+".") && !strings.Contains(shown, "."+Mask)
}

// mostZeros is how many digits a number may be written out with.
const mostZeros = 60

// plainNumber writes a number without an exponent, and without zeros at its end; empty if it would be too long.
func plainNumber(s string) string {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	sign := ""
	if strings.HasPrefix(mantissa, "-") {
		sign, mantissa = "-", mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	shift, err := 0, error(nil)
	if exponent != "" {
		shift, err = strconv.Atoi(exponent)
	}
	if err != nil || shift > mostZeros || shift < -mostZeros || len(mantissa) > mostZeros {
		return ""
	}
	digits := strings.Repeat("0", mostZeros) + whole + fraction + strings.Repeat("0", mostZeros)
	point := mostZeros + len(whole) + shift
	whole, fraction = strings.TrimLeft(digits[:point], "0"), strings.TrimRight(digits[point:], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction
}
