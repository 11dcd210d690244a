package httpx

import (
	"fmt"
	"net/http"
)

// ProxyRefusal is the error of a proxy that refused a CONNECT request.
type ProxyRefusal struct {
	Proxy  string // host and port, never the password
	Status int
}

func (e *ProxyRefusal) Error() string {
	return fmt.Sprintf("the proxy %s answered %d %s", e.Proxy, e.Status, http.StatusText(e.Status))
}
