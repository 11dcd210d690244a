package secret_test

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// zeroHash is a constant of the hash function: any text of twelve bytes that begins with it has the hash 0, which a table
// does not distinguish from an empty place.
const zeroHash = "/d\xbdxd\x1dv\xa0"

// TestTextsWithSpecialHashes: twelve bytes are redacted if and only if they are secret, also if their hash is 0 or similar
// constants would make it 0.
func TestTextsWithSpecialHashes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ secret, text, want string }{
		"zero":                                  {canary, zeroHash + "abcd", zeroHash + "abcd"},
		"zero, and it is secret":                {zeroHash + "abcd", zeroHash + "abcd", "***"},
		"zero before a secret":                  {"d\x1dv\xa0abcdefgh", "--" + zeroHash + "abcdefgh", "--/d\xbdx***"},
		"zero before its last six bytes":        {"\xbdxd\x1dv\xa0abcdef", "----" + zeroHash + "abcdef", "----/d***"},
		"zero before its last two bytes":        {"v\xa0abcdefghij", "----" + zeroHash + "abcdefghij", "----/d\xbdxd\x1d***"},
		"zero, similar to a secret":             {"pLy4zhrXGWkt", zeroHash + "abcd", zeroHash + "abcd"},
		"zero, similar to another secret":       {"BZp4grLFieUA", zeroHash + "abcd", zeroHash + "abcd"},
		"zero in its upper half":                {".d\xbdxd\x1dv\xa0abcd", ".d\xbdxd\x1dv\xa0efgh", ".d\xbdxd\x1dv\xa0efgh"},
		"zero with a larger constant":           {"0d\xbdxd\x1dv\xa0abcd", "0d\xbdxd\x1dv\xa0efgh", "0d\xbdxd\x1dv\xa0efgh"},
		"zero with the other constant enlarged": {"4KMR9$u#abcd", "4KMR9$u#anOr", "4KMR9$u#anOr"},
	} {
		if got := redactor(c.secret).String(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestGrowingTableKeepsEveryHash: a credential is found however many are added after it, even if its hash is 1, as that
// of the first of these is.
func TestGrowingTableKeepsEveryHash(t *testing.T) {
	t.Parallel()
	const one = `cOgdEw2@q7~"`
	if windowHash(one) != 1 {
		t.Fatal("the hash of the text is not 1")
	}
	r := redactor(one, canary)
	for n := range uint64(100) {
		r.Add(secret.New(randomText(n, 40)))
		if got := r.String("a " + one + canary[:12] + " b"); got != "a *** b" {
			t.Fatalf("after %d others: got %q", n+1, got)
		}
	}
}

// TestCredentialWithEvenHashes: parts of a credential are found even if the hashes of nearly all of them are even, so
// that they compete for half of the places of the table.
func TestCredentialWithEvenHashes(t *testing.T) {
	t.Parallel()
	const length = 65 << 10 // only its plain form is added
	text := []byte(randomText(0, length))
	for end := 12; end <= length; end++ {
		for next := byte('!'); next <= '~' && windowHash(string(text[end-12:end]))%2 != 0; next++ {
			text[end-1] = next
		}
	}
	r := redactor(string(text))
	for at := 0; at+12 <= length; at += 997 {
		if got := r.String("-" + string(text[at:at+12]) + "-"); got != "-***-" {
			t.Fatalf("twelve bytes at %d: got %q", at, got)
		}
	}
}

// windowHash returns the hash of a text of twelve bytes.
func windowHash(text string) uint64 {
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64([]byte(text))^0xa0761d6478bd642f,
		uint64(binary.LittleEndian.Uint32([]byte(text[8:])))^0xe7037ed1a0b428db)
	return hi ^ lo
}

// TestLongTextsThatRepeatThemselves: of a text longer than 64 KiB only the plain form is searched for, and it may have
// only one window or only one part of 512 bytes.
func TestLongTextsThatRepeatThemselves(t *testing.T) {
	t.Parallel()
	letters, lines := strings.Repeat("a", 80<<10), strings.Repeat("0123456789abcdef", 80<<10/16)
	for name, c := range map[string]struct {
		value      secret.Value
		text, want string
	}{
		"a credential":            {secret.New(letters), letters[:12], "***"},
		"a part of it":            {secret.New(letters), letters[:11], letters[:11]},
		"a text":                  {secret.Exact(lines), lines, "***"},
		"a part of the text":      {secret.Exact(lines), lines[:512], "***"},
		"a shorter part":          {secret.Exact(lines), lines[:511], lines[:511]},
		"a part that is cut":      {secret.Exact(lines), lines[:8] + "…", "***…"},
		"a short part that is so": {secret.Exact(lines), lines[:7] + "…", lines[:7] + "…"},
	} {
		r := new(secret.Redactor)
		r.Add(c.value)
		if got := r.String("(" + c.text + ")"); got != "("+c.want+")" {
			t.Errorf("%s: got %.100q, want %.100q", name, got, c.want)
		}
	}
}
