package tfplan

import "strings"

// splitAddress splits a line such as `aws_instance.web["a b"] will be created`
// into the resource's address and the rest. A key in brackets may contain any
// character, quoted as Terraform does.
func splitAddress(s string) (address, rest string) {
	quoted, depth := false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted && depth > 0
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == ' ' && depth <= 0:
			return s[:i], strings.TrimSpace(s[i:])
		}
	}
	return s, ""
}
