package tfplan

import (
	"fmt"
	"strings"
)

// diff converts lines of a plan to the form that GitHub colors: the sign in the first
// column, and "!" for Terraform's "~". Everything else moves two columns to the left.
func diff(lines []string) string {
	var out strings.Builder
	var position heredoc
	var alike lookalikes
	for i, l := range lines {
		sign, rest, where := position.cut(l)
		alike.add(sign, rest, where)
		if alike.found && i == len(lines)-1 && l == "    }" {
			out.WriteString("\n      " + invisibleNote)
		}
		out.WriteByte('\n')
		if sign == "" {
			out.WriteString(strings.TrimPrefix(strings.TrimPrefix(l, " "), " "))
			continue
		}
		if sign == "~" {
			sign = "!"
		}
		// The text after the sign moves with the other lines unless the sign is too wide.
		gap := max(1, len(l)-len(rest)-len(sign)-2)
		out.WriteString(sign + strings.Repeat(" ", gap) + rest)
	}
	text := strings.Trim(out.String(), "\n")
	if alike.found && lines[len(lines)-1] != "    }" { // outputs
		text += "\n  " + invisibleNote
	}
	return text
}

// cutSign separates a line from its sign. Terraform indents by four columns, and the
// sign ends in the third of them.
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

// elideUnknown replaces the attributes of a block that are new and known only after the
// apply with their number, as Terraform does for unchanged attributes. A new instance
// has forty such lines and five that matter.
func elideUnknown(lines []string) []string {
	var kept []string
	unknown := 0
	for _, l := range lines {
		switch {
		case isUnknownAfterApply(l):
			unknown++
		case l == "" && len(kept) > 0 && kept[len(kept)-1] == "":
		default:
			kept = append(kept, l)
		}
	}
	if unknown < 4 {
		return lines
	}
	end := len(kept) - 1
	body := kept[:end]
	for len(body) > 0 && body[len(body)-1] == "" {
		body = body[:len(body)-1]
	}
	return append(body, fmt.Sprintf("        # (%d attributes known after apply)", unknown), lines[len(lines)-1])
}

// isUnknownAfterApply reports whether a line at the top level of a resource shows only
// that a new attribute, or a block, is known after the apply.
func isUnknownAfterApply(line string) bool {
	name, ok := strings.CutSuffix(line, " (known after apply)")
	if !ok {
		return false
	}
	_, attribute := strings.CutSuffix(name, " =")
	return strings.HasPrefix(name, "      + ") ||
		strings.HasPrefix(name, "      ~ ") && !attribute && !strings.Contains(name, " = ")
}
