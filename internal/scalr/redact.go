package scalr

import (
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"

	"scalr-run-action/internal/secret"
)

// redaction removes the secrets of one exchange from text of servers and proxies: an error page of a proxy or object
// store may quote the rejected request, including the token or the signed address.
type redaction struct {
	client    *secret.Redactor // redacts all tokens and upload addresses of the client
	links     *secret.Redactor
	addresses *secret.Redactor // redacts the links, except parts that also occur in other text
	behind    []*regexp.Regexp // one per link: matches the text that follows its host
}

// redaction returns a redaction for an exchange with the given addresses, which the server issued.
func (c *Client) redaction(links ...*url.URL) *redaction {
	r := &redaction{client: c.secrets, links: redactor(), addresses: redactor()}
	for _, link := range links {
		r.add(link)
	}
	return r
}

// add adds an address, such as the target of a redirect.
func (r *redaction) add(link *url.URL) {
	address := secret.Address(link)
	r.links.Add(address...)
	r.addresses.Add(address...)
	r.links.Add(secret.Parameters(link)...)
	r.behind = append(r.behind, regexp.MustCompile(`(?i)(`+regexp.QuoteMeta(link.Hostname())+`\]?(?::[0-9]+)?)[/?#][^\s"'<>`+"`"+`]*`))
}

// text redacts secrets in a text; of an address only the host remains.
func (r *redaction) text(s string) string {
	for _, address := range r.behind {
		s = address.ReplaceAllString(s, "$1/"+secret.Mask)
	}
	return r.links.String(r.client.String(s))
}

// error redacts secrets in an [Error].
func (r *redaction) error(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	for _, text := range []*string{&e.Note, &e.Location, &e.RequestID} {
		*text = r.text(*text)
	}
	for i, p := range e.Problems {
		e.Problems[i] = Problem{Code: r.text(p.Code), Title: r.text(p.Title), Detail: r.text(p.Detail), Pointer: r.text(p.Pointer)}
	}
	return err
}

// withoutSecrets redacts secrets in a stream. If the connection breaks, it omits the end of the text that may be part
// of a secret; the caller reads the text again anyway.
func withoutSecrets(r io.Reader, secrets *secret.Redactor) io.Reader {
	var (
		stream = secrets.Stream()
		piece  = make([]byte, 32<<10)
		clean  []byte
		err    error
	)
	return readerFunc(func(p []byte) (int, error) {
		for len(clean) == 0 && err == nil {
			var n int
			n, err = r.Read(piece)
			clean = stream.Next(piece[:n])
			if err == io.EOF {
				clean = slices.Concat(clean, stream.End())
			}
		}
		n := copy(p, clean)
		clean = clean[n:]
		if len(clean) > 0 || n > 0 {
			return n, nil
		}
		return 0, err
	})
}

func redactor(secrets ...secret.Value) *secret.Redactor {
	r := &secret.Redactor{}
	r.Add(secrets...)
	return r
}
