package github

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"

	"scalr-run-action/internal/jsonstream"
	"scalr-run-action/internal/sanitize"
)

// refusal returns the error of a response with an error status (docs.github.com, "Troubleshooting the REST API" and
// "Rate limits for the REST API").
func (s *session) refusal(c call, response *http.Response, body []byte) *Error {
	e := &Error{Kind: Rejected, Op: c.op, Status: response.StatusCode, Message: strings.TrimRight(s.clean(words(body)), ".")}
	said := strings.ToLower(e.Message)
	if e.Message == "" {
		e.Message = http.StatusText(response.StatusCode)
		e.NotAPIResponse = response.StatusCode >= 400 && response.StatusCode < 500
	}
	switch code := response.StatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusForbidden && limited(response.Header, said):
		e.Kind, e.temporary, e.Wait, e.NotAPIResponse = RateLimited, true, rateLimitDelay(response.Header), false
	case code == http.StatusUnauthorized:
		e.Kind = Unauthorized
	case code == http.StatusForbidden && strings.Contains(said, "locked"):
		e.Kind = Locked
	case code == http.StatusForbidden:
		e.Kind = Forbidden
	case code == http.StatusNotFound, code == http.StatusGone:
		e.Kind = Gone
	case code == http.StatusRequestEntityTooLarge, strings.Contains(said, "too long"):
		e.Kind = TooLong
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		e.Kind, e.temporary, e.Wait, e.NotAPIResponse = Unreachable, true, retryAfter(response.Header), false
	}
	return e
}

// limited reports whether a 403 is due to a rate limit, and not to missing permissions. The last request that a rate limit
// allows may be refused for another reason.
func limited(h http.Header, said string) bool {
	other := strings.Contains(said, "not accessible by") || strings.Contains(said, "locked")
	return h.Get("Retry-After") != "" || h.Get("X-RateLimit-Remaining") == "0" && !other ||
		strings.Contains(said, "rate limit") || strings.Contains(said, "abuse detection")
}

// Limits for the messages in a refusal. They exceed the limits for messages to users.
const (
	mostDetails   = 5
	longestDetail = 1000 // bytes
)

// words returns GitHub's message, and those of a failed validation, from the body of a refusal. It
// returns "" for a body that is not GitHub's.
func words(body []byte) string {
	r := jsonstream.New(context.Background(), bytes.NewReader(body), jsonstream.Limits{})
	message, details := "", []string(nil)
	_ = members(r, func(name string) (err error) {
		switch name {
		case "message":
			message, _, err = r.Text(longestDetail)
		case "errors":
			_, err = elements(r, func() error {
				text, err := detail(r)
				if text != "" && len(details) < mostDetails {
					details = append(details, text)
				}
				return err
			})
		}
		return err
	})
	return strings.Join(append([]string{message}, details...), ": ")
}

// detail reads one entry, which is a string or an object with a message.
func detail(r *jsonstream.Reader) (text string, err error) {
	if c, err := r.Peek(); err == nil && c == '"' {
		text, _, err = r.Text(longestDetail)
		return text, err
	}
	err = members(r, func(name string) (err error) {
		if name == "message" {
			text, _, err = r.Text(longestDetail)
		}
		return err
	})
	return text, err
}

// clean sanitizes untrusted text for one line of a log.
func (s *session) clean(text string) string {
	return sanitize.Line(s.redact(strings.ToValidUTF8(text, "\uFFFD")), 300)
}

// redactError redacts an error of the transport. It returns an error without a secret unchanged, so
// that errors.Is still works.
func (s *session) redactError(err error) error {
	if text := err.Error(); s.redact(text) != text {
		return errors.New(s.redact(text))
	}
	return err
}

// final reports whether retries cannot fix a connection error, as for an invalid certificate, an
// unknown host or a wrong scheme.
func final(err error) bool {
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &name) ||
		errors.As(err, &record) || errors.As(err, &dns) && dns.IsNotFound
}
