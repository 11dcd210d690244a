package secret

import (
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

var numberSyntax = lazyregexp.New(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

func isNumber(token []byte) bool { return numberSyntax.MatchString(string(token)) }

// HidesNumber reports whether a JSON number is secret, as it is written or without its exponent.
func (r *Redactor) HidesNumber(number string) bool {
	if r.hidesDigits(number) {
		return true
	}
	return strings.ContainsAny(number, ".eE") && r.hidesDigits(plainNumber(number))
}

// hidesDigits reports whether a number is secret, or contains a long secret. A number in which a short secret is only
// the part before or after the decimal point is not secret.
func (r *Redactor) hidesDigits(digits string) bool {
	shown := r.String(digits)
	return shown != digits && !strings.Contains(shown, Mask+".") && !strings.Contains(shown, "."+Mask)
}

// maxZeros is the maximum number of digits that are added to write a number without an exponent.
const maxZeros = 60

// plainNumber writes a number without an exponent and without trailing zeros; s itself if it would be too long.
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
	if err != nil || shift > maxZeros || shift < -maxZeros || len(mantissa) > maxZeros {
		return s
	}
	digits := strings.Repeat("0", maxZeros) + whole + fraction + strings.Repeat("0", maxZeros)
	point := maxZeros + len(whole) + shift
	whole, fraction = strings.TrimLeft(digits[:point], "0"), strings.TrimRight(digits[point:], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction
}
