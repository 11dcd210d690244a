package inputs

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/lazyregexp"
)

// exampleURL is used in advice if the value has no host.
const exampleURL = "https://acme.scalr.io"

var (
	leadingScheme = lazyregexp.New(`^([A-Za-z][A-Za-z0-9+.-]*):(.*)$`)
	portAndPath   = lazyregexp.New(`^\d+(/.*)?$`)
)

// parseBaseURL returns the origin in v, or describes why there is none.
//
// An address can contain a secret after "@", "?" or "#"; one with any of them is never quoted.
func (r *reader) parseBaseURL(v string) (u *url.URL, problem string) {
	if problem := r.concealed(v); problem != "" {
		return nil, problem
	}
	if what := strayCharacter(v); what != "" {
		return nil, "contains " + what + ": " + r.quote(v) + ". Write the address alone, such as base-url: " + exampleURL
	}
	full, problem := r.withScheme(v)
	if problem != "" {
		return nil, problem
	}
	u, err := url.Parse(full)
	if err != nil {
		return nil, "is not a web address: " + r.quote(v) + ". Write scheme and host, such as base-url: " + exampleURL
	}
	return r.origin(v, u)
}

// concealed refuses an address that can contain a secret, without showing it.
func (r *reader) concealed(v string) string {
	if strings.Contains(v, "@") {
		return "contains a user name or password before the @ (not shown). Remove it and pass the token " +
			"in the input token, such as base-url: " + exampleURL
	}
	i := strings.IndexAny(v, "?#")
	if i < 0 {
		return ""
	}
	part := "a query (the part that begins with ?)"
	if v[i] == '#' {
		part = "a fragment (the part that begins with #)"
	}
	meant := exampleURL
	if u, problem := r.parseBaseURL(v[:i]); problem == "" {
		meant = u.String()
	}
	return "contains " + part + " (not shown). Remove it: base-url: " + meant
}

// strayCharacter describes a character that is not allowed in an address.
func strayCharacter(v string) string {
	if what := unprintable(v); what != "" {
		return what
	}
	if strings.ContainsFunc(v, unicode.IsSpace) {
		return "a space"
	}
	if strings.Contains(v, `\`) {
		return "a backslash"
	}
	return ""
}

// withScheme adds https to a host name, and refuses schemes other than http and https.
func (r *reader) withScheme(v string) (full, problem string) {
	if !strings.Contains(v, "://") {
		m := leadingScheme.FindStringSubmatch(v)
		switch {
		case strings.HasPrefix(v, "//"):
			return "https:" + v, ""
		case m != nil && !portAndPath.MatchString(m[2]):
			return "", "does not begin with https:// but with " + r.quote(m[1]+":") + ": " + r.quote(v) +
				". Set base-url: " + exampleURL
		case !strings.ContainsAny(v, ".:[") && strings.TrimRight(v, "/") != "localhost":
			return "", "is not a complete host name: " + r.quote(v) + ". Set base-url: https://" + completed(v)
		}
		return "https://" + v, ""
	}
	scheme, rest, _ := strings.Cut(v, "://")
	switch strings.ToLower(scheme) {
	case "http", "https":
		return v, ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return "", "has the scheme " + r.quote(scheme) + ", not https: " + r.quote(v) + ". Set base-url: " + corrected(host)
}

// completed returns the likely host for an account name.
func completed(v string) string {
	name, _, _ := strings.Cut(strings.ToLower(v), "/")
	if !httpx.IsHostName(name + ".scalr.io") {
		name = "acme"
	}
	return name + ".scalr.io"
}

// origin checks the parts of a parsed address.
func (r *reader) origin(v string, u *url.URL) (*url.URL, string) {
	host, err := httpx.NormalHost(u.Hostname())
	if err != nil {
		return nil, "has " + err.Error() + ": " + r.quoteASCII(v) + ". Write the host of your Scalr account, such as base-url: " + exampleURL
	}
	port, ok := normalPort(u.Scheme, u.Port())
	if !ok {
		return nil, "has an invalid port: " + r.quote(v) + ". Use one from 1 to 65535 or none: base-url: https://" + host
	}
	if port != "" {
		port = ":" + port
	}
	if path := u.EscapedPath(); !knownPath(path) {
		return nil, "has the path " + r.quote(path) + ", which is not allowed here: " + r.quote(v) +
			". Write the address alone: base-url: " + u.Scheme + "://" + host + port
	}
	if !httpx.IsSecure(u) {
		return nil, "uses http, so the token would be sent unencrypted: " + r.quote(v) + ". Use https://" + host + port
	}
	return &url.URL{Scheme: u.Scheme, Host: host + port}, ""
}

// knownPath reports whether a path can be ignored, because it is empty or that of the API.
func knownPath(path string) bool {
	switch strings.TrimRight(path, "/") {
	case "", "/api/iacp/v3":
		return true
	}
	return false
}

// normalPort returns the port to show, or "" for the default port of the scheme.
func normalPort(scheme, port string) (string, bool) {
	if port == "" {
		return "", true
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > 65535 {
		return "", false
	}
	if scheme == "https" && n == 443 || scheme == "http" && n == 80 {
		return "", true
	}
	return strconv.Itoa(n), true
}

// corrected returns the https address for a host with another scheme.
func corrected(host string) string {
	host = strings.ToLower(host)
	if !strings.Contains(host, ".") || !httpx.IsHostName(host) {
		return exampleURL
	}
	return "https://" + host
}
