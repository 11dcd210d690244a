package httpx

import "net"

// CheckAddress is exported because a test cannot make localhost resolve to another address.
var CheckAddress = checkAddress

// ConnectionTo returns a connection of the client's dialer, which a test cannot make to another machine.
func ConnectionTo(host string, c net.Conn) net.Conn { return &connection{c, host} }
