package secret

import (
	"math"
	"net/netip"
	"net/url"
	"strings"
)

// leastRandom is how many bits of a text must be without any pattern for it to look like a secret. The suffix of eight
// hexadecimal digits that Terraform's random_id gives to many names has 32.
const leastRandom = 40

// shortestRandom is the length in bytes below which no text looks like a secret.
const shortestRandom = 8

// LooksSecret reports whether a text, which has a name in the value that it is part of, looks like a password, a key or a
// token, by its length and its entropy. Names, regions, versions, addresses and ids do not.
func LooksSecret(name, text string) bool {
	text = bare(text)
	switch {
	case len(text) < shortestRandom || common(text):
		return false
	case secretName.matches(name) || hasPassword(text):
		return true
	}
	return !identifier.matches(text) && random(text) >= leastRandom
}

// uncommon reports whether a part of a text that a user declares secret is secret by itself: unless it is common.
func uncommon(name, text string) bool {
	text = bare(text)
	switch {
	case len(text) < Shortest || literal(text):
		return false
	case secretName.matches(name):
		return true
	case identifier.matches(text):
		return false
	case plainName.matches(name) && (uuid.matches(text) || random(text) < leastRandom):
		return false
	}
	return !common(text)
}

// bare is a text without what surrounds it in a list or an assignment.
func bare(text string) string { return strings.Trim(text, " \t\r\n\"'`,;") }

var (
	secretName = compiled(`(?i)(pass(word|wd|phrase|code)|passw|(^|[_.-])(pass|pwd|pin|auth|sas|dsn)$|secret|token|credential|` +
		`(api|access|account|auth|encryption|private|primary|secondary|shared|signing|storage|master)[_.-]?key|connection[_.-]?string|` +
		`(^|[_.-])key$|webhook)`)
	// What a name that ends like this has is shown, unless it looks like a secret.
	plainName = compiled(`(?i)(ids?|names?|users?|arn|ur[il]s?|hosts?|address|endpoint|regions?|zones?|e?mails?|accounts?|kind|types?|` +
		`versions?|ports?|project|environment|env|stage|team|owner|path|bucket|domain|fingerprint)$`)

	uuid   = compiled(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	digest = compiled(`(?i)\bsha(1|256|384|512)[:-][0-9a-f]{32,}\b`)
	// An id of a cloud's resource: vpc-0a1b2c3d4e5f6a7b8. Ids of Scalr are like words.
	identifier = compiled(`^([a-z]{1,12}-([0-9a-f]{8}|[0-9a-f]{17})|(acc|apply|cv|env|plan|run|ws|var|vcs|pcfg)-[a-z0-9]{8,20})$`)

	number  = compiled(`^[$+-]?[0-9][0-9.,_]{0,23}( ?[A-Za-z%]{1,3})?$`)
	version = compiled(`^[v~<>=^! ]*[0-9]+(\.[0-9]+){1,3}([-+][0-9A-Za-z.-]{1,20})?$`)
	moment  = compiled(`^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9:]+)?)?$`)
	// Regions and zones: eu-west-1a, us-gov-west-1, europe-west10-b, eastus2.
	region = compiled(`^[a-z]*(-[a-z]+)*-?(north|south|east|west|central)(-?(north|south|east|west|central))?[a-z]{0,10}-?[0-9]{0,2}-?[a-z]?$`)
	host   = compiled(`(?i)^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.([a-z]{2,18})\.?(:[0-9]{1,5})?(/[a-z0-9._/-]*)?$`)
	email  = compiled(`^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
	arn    = compiled(`^arn:[a-z-]+:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:`)
)

// common reports whether a text is of a kind that many texts have for reasons of their own: a word, a name, a number, a
// version, a region, an address without credentials.
func common(text string) bool { return hasShape(text) || isWords(text) }

// hasShape reports whether a text is of a kind that is known by how it is written.
func hasShape(text string) bool {
	for _, shape := range []pattern{number, version, moment, region, email, arn} {
		if shape.matches(text) {
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

// isPhrase reports whether a line is made of at least three words, such as a passphrase. A path is none.
func isPhrase(line string) bool {
	return len(line) >= window && len(tokens(line)) >= 3 && !strings.Contains(line, "/") && !hasShape(line) && !identifier.matches(line)
}

// isPlainAddress reports whether an address has neither a password nor a part that is hard to guess. The host may have.
func isPlainAddress(text string) bool {
	u, err := url.Parse(text)
	if err != nil || strings.ContainsAny(text, " \t\n") {
		return false
	}
	return !hasPassword(text) && random(u.EscapedPath()) < leastRandom && random(u.RawQuery) < leastRandom && random(u.Fragment) < leastRandom
}

// hasPassword reports whether a text is an address with a password in it.
func hasPassword(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	password, _ := u.User.Password()
	return password != "" && u.Host != ""
}

// isHost reports a host name, which may have parts that are hard to guess. A JWT has dots, too, but no top-level domain.
func isHost(text string) bool {
	name := host().FindStringSubmatch(text)
	return name != nil && len(text) <= 253 && (name[4] == strings.ToLower(name[4]) || name[4] == strings.ToUpper(name[4])) &&
		random(name[6]) < leastRandom && !strings.ContainsFunc(text, func(c rune) bool { return 'A' <= c && c <= 'Z' })
}

// isWords reports whether a text is made of words and numbers. A sentence of some length is not: it is unlikely to occur by chance.
func isWords(text string) bool {
	if text == "" || len(strings.Fields(text)) >= 3 && len(text) >= 16 {
		return false
	}
	words := 0
	for _, token := range tokens(text) {
		switch {
		case endless.MatchString(token) && !joinedWords(token):
			return false
		case onlyLetters.matches(token):
			words++
		case !onlyDigits.matches(token):
			return false
		}
	}
	return words > 0 || len(text) < window
}

var (
	onlyLetters = compiled(`^([a-z]+|[A-Z]+|[A-Z]?[a-z]+([A-Z][a-z]+)*[A-Z]?)$`)
	onlyDigits  = compiled(`^[0-9]{1,24}$`)
	// Words that are written as one, such as AdministratorAccess.
	joined = compiled(`^[A-Z]?[a-z]{1,14}([A-Z][a-z]{1,14}){1,6}[0-9]{0,4}$`)
)

func tokens(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c >= 0x80 || !isAlphanumeric(byte(c)) })
}

// random estimates how many bits of a text have no pattern: those of its tokens that are neither words nor numbers.
func random(text string) float64 {
	text = digest().ReplaceAllString(uuid().ReplaceAllString(text, " "), " ")
	bits := 0.0
	for _, token := range tokens(text) {
		plain := plainToken.MatchString(token) && !endless.MatchString(token)
		if !plain && !onlyDigits.matches(token) && !joinedWords(token) {
			bits += float64(len(token)) * math.Log2(alphabet(token))
		}
	}
	return bits
}

// joinedWords reports whether a token is made of words, most of which have four letters or more.
func joinedWords(token string) bool {
	capitals := strings.Count(strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return 'A'
		}
		return 'a'
	}, token), "A")
	return joined.matches(token) && len(token) >= 4*capitals
}

// alphabet is the size of the smallest usual alphabet in which a token can be written.
func alphabet(token string) float64 {
	has := func(low, high rune) bool {
		return strings.ContainsFunc(token, func(c rune) bool { return low <= c && c <= high })
	}
	digits, lower, upper := has('0', '9'), has('a', 'z'), has('A', 'Z')
	switch {
	case lower && upper:
		return 62
	case digits && !has('g', 'z') && !has('G', 'Z') && (lower || upper):
		return 16
	case digits && (lower || upper):
		return 36
	case lower || upper:
		return 26
	}
	return 10
}
