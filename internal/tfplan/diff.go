package tfplan

import (
	"fmt"
	"strings"
)

// diff turns a passage of a plan into the form that GitHub colours: the sign in
// the first column, and "!" for Terraform's "~". Everything else stays as it is,
// two columns further left.
func diff(lines []string) string {
	var out strings.Builder
	var text heredoc
	for i, l := range lines {
		if i > 0 {
			out.WriteByte('\n')
		}
		sign, rest, _ := text.cut(l)
		if sign == "" {
			out.WriteString(strings.TrimPrefix(strings.TrimPrefix(l, " "), " "))
			continue
		}
		if sign == "~" {
			sign = "!"
		}
		// What follows the sign moves with the rest, unless the sign is too wide.
		gap := max(1, len(l)-len(rest)-len(sign)-2)
		out.WriteString(sign + strings.Repeat(" ", gap) + rest)
	}
	return strings.Trim(out.String(), "\n")
}

// cutSign parts a line from its sign. Terraform indents by four, and the sign
// fills the three columns before the last of the fourth.
func cutSign(line string) (sign, rest string) {
	blank := len(line) - len(strings.TrimLeft(line, " "))
	at := blank / 4 * 4
	if len(line) < at+4 || line[at+3] != ' ' {
		return "", line
	}
	switch field := strings.TrimLeft(line[at:at+3], " "); field {
	case "+", "-", "~", "-/+", "+/-", "./+", "+/.", "<=", ".":
		return field, line[at+4:]
	}
	return "", line
}

// elided leaves out of a block what only says that a value without a past will
// be known later, and says how much that was, as Terraform does of unchanged
// attributes. A new instance has forty such lines and five that matter.
func elided(lines []string) []string {
	var kept []string
	later := 0
	for _, l := range lines {
		switch {
		case knownLater(l):
			later++
		case l == "" && len(kept) > 0 && kept[len(kept)-1] == "":
		default:
			kept = append(kept, l)
		}
	}
	if later < 4 {
		return lines
	}
	end := len(kept) - 1
	body := kept[:end]
	for len(body) > 0 && body[len(body)-1] == "" {
		body = body[:len(body)-1]
	}
	return append(body, fmt.Sprintf("        # (%d attributes known after apply)", later), lines[len(lines)-1])
}

// knownLater reports a line of a resource's own level that names an attribute
// without a value before, or a block, and nothing but that it is not known yet.
func knownLater(line string) bool {
	name, ok := strings.CutSuffix(line, " (known after apply)")
	if !ok {
		return false
	}
	_, attribute := strings.CutSuffix(name, " =")
	return strings.HasPrefix(name, "      + ") || strings.HasPrefix(name, "      ~ ") && !attribute && !strings.Contains(name, " = ")
}
