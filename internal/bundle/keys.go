package bundle

import (
	"bytes"
	"strings"
)

// keysWithin is the number of bytes at the start of a file that are searched for keys.
const keysWithin = 64 << 10

// hasKey reports whether content contains a private key in PEM form or is the key file of a Google service
// account. A file that only mentions keys, such as documentation or source code, does not count.
func hasKey(content []byte) bool {
	content = content[:min(len(content), keysWithin)]
	return hasPrivateKey(content) || isServiceAccount(content)
}

var (
	pemBegin = []byte("-----BEGIN ")
	pemKey   = []byte("PRIVATE KEY")
)

// pemLabel is the largest length of the text between BEGIN and PRIVATE KEY, such as ENCRYPTED or OPENSSH.
const pemLabel = 20

func hasPrivateKey(content []byte) bool {
	for start := 0; ; {
		i := bytes.Index(content[start:], pemKey)
		if i < 0 {
			return false
		}
		i += start
		start = i + len(pemKey)
		before := content[max(0, i-len(pemBegin)-pemLabel):i]
		begin := bytes.LastIndex(before, pemBegin)
		if begin < 0 || bytes.IndexByte(before[begin:], '\n') >= 0 {
			continue
		}
		// At the start of a file it is a key, not an example within a text.
		if i == len(before) && begin == 0 || beginsKey(content[start:]) {
			return true
		}
	}
}

// beginsKey reports whether after, the text that follows PRIVATE KEY, begins with the end of the line and a
// line with encoded data or a PEM header. In a string of JSON or HCL, the end of the line is written as \n.
func beginsKey(after []byte) bool {
	after = bytes.TrimPrefix(after, []byte(" BLOCK"))
	after, ok := bytes.CutPrefix(after, []byte("-----"))
	if !ok {
		return false
	}
	after = bytes.TrimLeft(after[:min(len(after), 200)], " \t\r")
	after = bytes.TrimPrefix(after, []byte(`\r`))
	if rest, ok := bytes.CutPrefix(after, []byte(`\n`)); ok {
		after = rest
	} else if after, ok = bytes.CutPrefix(after, []byte("\n")); !ok {
		return false
	}
	line := strings.TrimSpace(string(after))
	if i := strings.IndexAny(line, "\\\r\n"); i >= 0 {
		line = strings.TrimSpace(line[:i])
	}
	for _, header := range []string{"Proc-Type:", "DEK-Info:", "Version:", "Comment:"} {
		if strings.HasPrefix(line, header) {
			return true
		}
	}
	return line != "" && strings.Trim(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == ""
}

// isServiceAccount reports whether content is a JSON file with "type": "service_account" and a "private_key".
func isServiceAccount(content []byte) bool {
	content = bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\ufeff")), " \t\r\n")
	if len(content) == 0 || content[0] != '{' && content[0] != '[' {
		return false
	}
	rest, found := content, false
	for !found {
		var ok bool
		if _, rest, ok = bytes.Cut(rest, []byte(`"type"`)); !ok {
			return false
		}
		value, ok := bytes.CutPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(":"))
		found = ok && bytes.HasPrefix(bytes.TrimLeft(value, " \t\r\n"), []byte(`"service_account"`))
	}
	return bytes.Contains(content, []byte(`"private_key"`))
}
