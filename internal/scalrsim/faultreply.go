package scalrsim

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// replace returns the response of a fault that replaces the real response.
func replace(f *Fault) reply {
	switch f.Action {
	case Reset:
		return reply{end: reset}
	case EOF:
		return reply{end: closed}
	case Stall:
		return reply{end: stalled}
	case LateCommit:
		if f.Status == 0 {
			return reply{end: reset}
		}
	case HTML:
		return withHeader(newReply(orElse(f.Status, 200), "text/html; charset=utf-8", []byte(proxyPage)), f.Header)
	case Redirect:
		r := withHeader(empty(orElse(f.Status, 302)), f.Header)
		r.header.Set("Location", f.Target)
		return r
	case Expired:
		return storageError(403, "AccessDenied", "Request has expired")
	}
	return status(f)
}

const proxyPage = `<!DOCTYPE html><html><head><title>Sign in</title></head>` +
	`<body><h1>Sign in to continue</h1><p>The corporate gateway needs to know who you are.</p></body></html>`

func status(f *Fault) reply {
	code := orElse(f.Status, 500)
	switch {
	case f.Body == "" && code < 300:
		return withHeader(empty(code), f.Header)
	case f.Body == "":
		return withHeader(problem(code, http.StatusText(code), "", ""), f.Header)
	}
	return withHeader(newReply(code, jsonAPI, []byte(f.Body)), f.Header)
}

func withHeader(r reply, header http.Header) reply {
	for name, values := range header {
		r.header[name] = values
	}
	return r
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// responseEdits change the real response.
var responseEdits = map[Action]func(reply, *Fault) reply{
	Empty: func(r reply, f *Fault) reply {
		if f.Status != 0 {
			r.status = f.Status
		}
		return r.with(nil)
	},
	Truncate: func(r reply, f *Fault) reply {
		body := r.bytes()
		return r.with(body[:min(f.Bytes, int64(len(body)))])
	},
	Break: func(r reply, f *Fault) reply {
		r.end, r.after = reset, f.Bytes
		return r
	},
	Hang: func(r reply, f *Fault) reply {
		r.end, r.after = stalled, f.Bytes
		return r
	},
	Trickle: func(r reply, f *Fault) reply {
		r.trickle, r.pause = max(f.Bytes, 1), f.Delay
		return r
	},
	Garbage: func(r reply, f *Fault) reply {
		return withHeader(r.with([]byte(f.Body)), f.Header)
	},
	Misreport: func(r reply, f *Fault) reply {
		return withHeader(r.with([]byte(misreport(string(r.bytes()), f.Member, f.Value))), f.Header)
	},
	Edit: func(r reply, f *Fault) reply {
		return withHeader(r.with([]byte(f.Change(string(r.bytes())))), f.Header)
	},
}

func (r reply) bytes() []byte {
	var b bytes.Buffer
	if r.body != nil {
		_, _ = io.Copy(&b, r.body) // cannot fail: reads from memory
	}
	return b.Bytes()
}
