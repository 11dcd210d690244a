package scalrsim

import (
	"net/url"
	"strings"
)

// signedLink returns a URL on the blob host that gives access to path without a token.
func (s *Server) signedLink(path string) string {
	signature := strings.TrimPrefix(s.id("sig"), "sig-")
	s.links[signature] = s.now()
	return s.blob + path + "?" + url.Values{"signature": {signature}}.Encode()
}

// inspectBlob records objections to requests that contain the token or that an object store rejects. It
// reports whether there were any.
func (s *Server) inspectBlob(c *call) (bad bool) {
	before := len(s.objections)
	for _, name := range []string{"Authorization", "Cookie", "Prefer"} {
		if c.header.Get(name) != "" {
			s.objectTo(c, "%s was sent to the blob host", name)
		}
	}
	if c.method == "PUT" {
		if c.chunked || c.length < 0 {
			s.objectTo(c, "the upload has no Content-Length")
		}
		if c.header.Get("Content-Type") != "application/octet-stream" {
			s.objectTo(c, "the upload's Content-Type is %q", c.header.Get("Content-Type"))
		}
	}
	return len(s.objections) > before
}

// handleBlob processes a request as an object store. It authorizes only signed links.
func (s *Server) handleBlob(c *call) reply {
	if s.inspectBlob(c) {
		if c.chunked || c.length < 0 {
			return storageError(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
		}
		return storageError(400, "InvalidArgument", "Only one auth mechanism is allowed, and only the signed headers.")
	}
	made, known := s.links[c.query.Get("signature")]
	if !known {
		return storageError(403, "SignatureDoesNotMatch", "The request signature does not match.")
	}
	if ttl := s.scenario.Config.LinkTTL; ttl > 0 && s.now().Sub(made) > ttl {
		return storageError(403, "AccessDenied", "Request has expired")
	}
	operation, id, _ := strings.Cut(strings.TrimPrefix(c.path, "/"), "/")
	switch {
	case c.method == "PUT" && operation == "upload":
		return s.upload(c, id)
	case c.method == "GET" && operation == "logs":
		return s.downloadLog(id)
	}
	s.objectTo(c, "unknown blob")
	return storageError(404, "NoSuchKey", "The specified key does not exist.")
}

func (s *Server) upload(c *call, id string) reply {
	v := s.version(id)
	if v == nil {
		return storageError(404, "NoSuchKey", "The specified key does not exist.")
	}
	if v.archive == nil || v.status == "pending" {
		s.received(v, c.body)
	}
	return empty(200)
}
