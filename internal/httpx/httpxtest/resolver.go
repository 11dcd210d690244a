// Package httpxtest provides a DNS resolver in memory, so that tests can resolve a name to any address.
package httpxtest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
)

// Resolver resolves only these names to their addresses. As usual, names in the machine's hosts file have precedence.
func Resolver(names map[string][]string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go serve(server, names)
		return client, nil
	}}
}

// serve responds to one DNS query over a stream (RFC 1035, 4.2.2).
func serve(c net.Conn, names map[string][]string) {
	defer c.Close()
	var length [2]byte
	if _, err := io.ReadFull(c, length[:]); err != nil {
		return
	}
	query := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(c, query); err != nil {
		return
	}
	reply := answer(query, names)
	_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
}

const (
	headerSize = 12
	typeA      = 1
	typeAAAA   = 28
)

func answer(query []byte, names map[string][]string) []byte {
	end := headerSize
	var labels []string
	for query[end] != 0 {
		n := int(query[end])
		labels = append(labels, string(query[end+1:end+1+n]))
		end += 1 + n
	}
	kind := binary.BigEndian.Uint16(query[end+1:])
	addresses, known := names[strings.ToLower(strings.Join(labels, "."))]
	var records []byte
	var count uint16
	for _, text := range addresses {
		a := netip.MustParseAddr(text)
		if a.Is4() && kind == typeA || a.Is6() && kind == typeAAAA {
			count++
			records = append(records, 0xc0, headerSize) // the name of the question
			records = binary.BigEndian.AppendUint16(records, kind)
			records = append(records, 0, 1, 0, 0, 0, 60) // class IN, 60 s
			records = binary.BigEndian.AppendUint16(records, uint16(a.BitLen()/8))
			records = append(records, a.AsSlice()...)
		}
	}
	flags := uint16(0x8180) // a response, of a server that recurses
	if !known {
		flags |= 3 // no such name
	}
	reply := append([]byte(nil), query[:2]...)
	for _, n := range []uint16{flags, 1, count, 0, 0} {
		reply = binary.BigEndian.AppendUint16(reply, n)
	}
	return append(append(reply, query[headerSize:end+5]...), records...)
}
