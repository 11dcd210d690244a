package secret_test

import (
	"strings"
	"testing"
)

func TestHidesNumber(t *testing.T) {
	t.Parallel()
	zeros := func(n int) string { return strings.Repeat("0", n) }
	ones := func(n int) string { return strings.Repeat("1", n) }
	for name, c := range map[string]struct {
		secret, number string
		want           bool
	}{
		"as it is":                             {"5432", "5432", true},
		"as a part":                            {"5432", "54321", false},
		"before the decimal point":             {"5432", "5432.5", false},
		"after the decimal point":              {"5432", "1.5432", false},
		"a long one as a part":                 {"123456789012", "91234567890129", true},
		"with a fraction of zeros":             {"5432", "5432.00", true},
		"with an exponent":                     {"5432", "5.432e3", true},
		"with an exponent in upper case":       {"5432", "5.432E3", true},
		"with a positive sign":                 {"5432", "5.432e+3", true},
		"with a negative exponent":             {"5432", "54320e-1", true},
		"with another exponent":                {"5432", "5.432e4", false},
		"negative":                             {"-5432", "-5.432e3", true},
		"negative, and the secret is not":      {"5432.1", "-5.4321e3", true},
		"positive, and the secret is not":      {"-5432", "5.432e3", false},
		"with a zero before the decimal point": {"0.125", "1.25e-1", true},
		"with zeros after the decimal point":   {"0.00125", "1.25e-3", true},
		"with zeros before the digits":         {"1250", "0.00125e6", true},
		"the largest exponent":                 {"1" + zeros(60), "1e60", true},
		"too large an exponent":                {"1" + zeros(61), "1e61", false},
		"the smallest exponent":                {"0." + zeros(59) + "1", "1e-60", true},
		"too small an exponent":                {"0." + zeros(60) + "1", "1e-61", false},
		"an exponent that is too long":         {"5432", "5432e99999999999999999999", false},
		"the most digits":                      {"1" + ones(58) + "0", "1." + ones(58) + "e59", true},
		"too many digits":                      {"1" + ones(59) + "0", "1." + ones(59) + "e60", false},
	} {
		if got := declared(c.secret).HidesNumber(c.number); got != c.want {
			t.Errorf("%s: %s with %s: got %t", name, c.number, c.secret, got)
		}
	}
}
