package secret

import (
	"math"
	"net/netip"
	"net/url"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// minRandomBits is the number of bits without any pattern from which on a text looks like a secret. The suffix of eight
// hexadecimal digits that Terraform's random_id adds to many names has 32.
const minRandomBits = 40

// minRandomLength is the length in bytes from which on a text may look like a secret.
const minRandomLength = 8

// LooksSecret reports whether a text looks like a password, a key or a token, by its length and its entropy; name is
// its name in the value that contains it. Names, regions, versions, addresses and ids do not look secret.
func LooksSecret(name, text string) bool {
	text = trimPunctuation(text)
	switch {
	case len(text) < minRandomLength || isCommon(text):
		return false
	case secretName.MatchString(name) || hasPassword(text):
		return true
	}
	return !identifier.MatchString(text) && randomBits(text) >= minRandomBits
}

// isSecretPart reports whether a part of a text that a user declares secret is secret by itself, because it is not
// common.
func isSecretPart(name, text string) bool {
	text = trimPunctuation(text)
	switch {
	case len(text) < Shortest || isLiteral(text):
		return false
	case secretName.MatchString(name):
		return true
	case identifier.MatchString(text):
		return false
	case plainName.MatchString(name) && (uuid.MatchString(text) || randomBits(text) < minRandomBits):
		return false
	}
	return !isCommon(text)
}

// trimPunctuation removes what surrounds a text in a list or an assignment.
func trimPunctuation(text string) string { return strings.Trim(text, " \t\r\n\"'`,;") }

var (
	secretName = lazyregexp.New(`(?i)(pass(word|wd|phrase|code)|passw|(^|[_.-])(pass|pwd|pin|auth|sas|dsn)$|secret|token|credential|` +
		`(api|access|account|auth|encryption|private|primary|secondary|shared|signing|storage|master)[_.-]?key|connection[_.-]?string|` +
		`(^|[_.-])key$|webhook)`)
	// plainName matches names whose values are shown unless they look like a secret.
	plainName = lazyregexp.New(`(?i)(ids?|names?|users?|arn|ur[il]s?|hosts?|address|endpoint|regions?|zones?|e?mails?|accounts?|kind|types?|` +
		`versions?|ports?|project|environment|env|stage|team|owner|path|bucket|domain|fingerprint)$`)

	uuid   = lazyregexp.New(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	digest = lazyregexp.New(`(?i)\bsha(1|256|384|512)[:-][0-9a-f]{32,}\b`)
	// identifier matches ids of cloud resources, such as vpc-0a1b2c3d4e5f6a7b8, and of Scalr.
	identifier = lazyregexp.New(`^([a-z]{1,12}-([0-9a-f]{8}|[0-9a-f]{17})` +
		`|(acc|apply|cv|env|plan|run|ws|var|vcs|pcfg)-[a-z0-9]{8,20})$`)

	number    = lazyregexp.New(`^[$+-]?[0-9][0-9.,_]{0,23}( ?[A-Za-z%]{1,3})?$`)
	version   = lazyregexp.New(`^[v~<>=^! ]*[0-9]+(\.[0-9]+){1,3}([-+][0-9A-Za-z.-]{1,20})?$`)
	timestamp = lazyregexp.New(`^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9:]+)?)?$`)
	// region matches regions and zones: eu-west-1a, us-gov-west-1, europe-west10-b, eastus2.
	region = lazyregexp.New(`^[a-z]*(-[a-z]+)*-?(north|south|east|west|central)(-?(north|south|east|west|central))?` +
		`[a-z]{0,10}-?[0-9]{0,2}-?[a-z]?$`)
	host = lazyregexp.New(`^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*` +
		`\.[a-z]{2,18}\.?(:[0-9]{1,5})?(/[a-z0-9._/-]*)?$`)
	email = lazyregexp.New(`^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
	arn   = lazyregexp.New(`^arn:[a-z-]+:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:`)
)

// isCommon reports whether a text is of a kind that occurs in many texts by chance: a word, a name, a number, a version,
// a region, an address without credentials.
func isCommon(text string) bool { return hasShape(text) || isWords(text) }

// hasShape reports whether a text has a well-known format.
func hasShape(text string) bool {
	for _, shape := range []*lazyregexp.Regexp{number, version, timestamp, region, email, arn} {
		if shape.MatchString(text) {
			return true
		}
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	if _, err := netip.ParsePrefix(text); err == nil {
		return true
	}
	if _, err := netip.ParseAddrPort(text); err == nil {
		return true
	}
	if strings.Contains(text, "://") {
		return isPlainAddress(text)
	}
	return isHost(text)
}

// isPhrase reports whether a line consists of at least three words, such as a passphrase, and is not a path.
func isPhrase(line string) bool {
	return len(line) >= window && len(tokens(line)) >= 3 && !strings.Contains(line, "/") && !hasShape(line)
}

// isPlainAddress reports whether an address contains neither a password nor a part that is hard to guess, except in the
// host.
func isPlainAddress(text string) bool {
	u, err := url.Parse(text)
	if err != nil || strings.ContainsAny(text, " \t\n") {
		return false
	}
	return !hasPassword(text) && randomBits(u.EscapedPath()) < minRandomBits && randomBits(u.RawQuery) < minRandomBits &&
		randomBits(u.Fragment) < minRandomBits
}

// hasPassword reports whether a text is an address with a password.
func hasPassword(text string) bool { return password(text) != "" }

// password returns the password in an address, or "".
func password(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	text, _ = u.User.Password()
	return text
}

const maxHostLength = 253 // bytes, of DNS

// isHost reports whether a text is a host name, which may contain parts that are hard to guess. A JWT has dots, too, but
// no top-level domain.
func isHost(text string) bool {
	return len(text) <= maxHostLength && host.MatchString(text)
}

// isWords reports whether a text consists of words and numbers. A longer sentence does not count: it is unlikely to
// occur by chance.
func isWords(text string) bool {
	if len(strings.Fields(text)) >= 3 && len(text) >= 16 {
		return false
	}
	words := 0
	for _, token := range tokens(text) {
		switch {
		case longWord.MatchString(token) && !isJoinedWords(token):
			return false
		case onlyLetters.MatchString(token):
			words++
		case !onlyDigits.MatchString(token):
			return false
		}
	}
	return words > 0 || len(text) < window
}

var (
	onlyLetters = lazyregexp.New(`^([a-z]+|[A-Z]+|[A-Z]?[a-z]+([A-Z][a-z]+)*[A-Z]?)$`)
	onlyDigits  = lazyregexp.New(`^[0-9]{1,24}$`)
	// joined matches words that are written as one, such as AdministratorAccess.
	joined = lazyregexp.New(`^[A-Z]?[a-z]{1,14}([A-Z][a-z]{1,14}){1,6}[0-9]{0,4}$`)
)

func tokens(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return !isAlphanumeric(c) })
}

// randomBits estimates the number of bits of a text without a pattern: those of its tokens that are neither words nor
// numbers.
func randomBits(text string) float64 {
	for _, id := range []*lazyregexp.Regexp{uuid, digest} {
		text = id.ReplaceAllString(text, " ")
	}
	bits := 0.0
	for _, token := range tokens(text) {
		plain := plainToken.MatchString(token) && !longWord.MatchString(token)
		if !plain && !onlyDigits.MatchString(token) && !isJoinedWords(token) {
			bits += float64(len(token)) * math.Log2(alphabetSize(token))
		}
	}
	return bits
}

// isJoinedWords reports whether a token consists of words, most of which have four letters or more.
func isJoinedWords(token string) bool {
	capitals := 0
	for _, c := range []byte(token) {
		if 'A' <= c && c <= 'Z' {
			capitals++
		}
	}
	return joined.MatchString(token) && len(token) >= 4*capitals
}

// alphabetSize returns the size of a usual alphabet that contains all characters of a token.
func alphabetSize(token string) float64 {
	has := func(low, high rune) bool {
		return strings.ContainsFunc(token, func(c rune) bool { return low <= c && c <= high })
	}
	switch {
	case has('a', 'z') && has('A', 'Z'):
		return 62
	case has('g', 'z') || has('G', 'Z'):
		return 36
	}
	return 16
}
