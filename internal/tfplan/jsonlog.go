package tfplan

import (
	"encoding/json"
	"fmt"
	"strings"

	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/secret"
)

// jsonLog reads the lines that Terraform and OpenTofu print with -json, each of which is an object ("Machine-Readable UI",
// developer.hashicorp.com/terraform/internals/machine-readable-ui). Of these only the diagnostics are read, not the changes.
type jsonLog struct {
	diagnosticList
	found bool // at least one line was printed with -json
}

// jsonLine holds the members of a line that are read.
type jsonLine struct {
	Message    string `json:"@message"`
	Module     string `json:"@module"`
	Diagnostic *struct {
		Severity, Summary, Detail, Address string
		Range                              *struct {
			Filename string
			Start    struct{ Line int }
		}
		Snippet *struct {
			Context, Code string
		}
	}
}

// add reads a line of the text of a unit. Lines of other programs are skipped: with TF_LOG=JSON, providers print similar ones.
func (j *jsonLog) add(unit, line string, redact *secret.Redactor) {
	if !strings.HasPrefix(line, "{") || !strings.Contains(line, `"@level"`) || !strings.Contains(line, `"@message"`) {
		return
	}
	var one jsonLine
	err := json.Unmarshal([]byte(line), &one)
	if err != nil && len(line) < maxLineLength-len("\ufffd") { // a longer line is incomplete
		return
	}
	if err == nil && !strings.HasSuffix(one.Module, ".ui") { // terraform.ui, tofu.ui
		return
	}
	j.found = true
	if err != nil || one.Diagnostic == nil {
		return
	}
	if d, ok := one.diagnostic(unit, redact); ok {
		j.diagnosticList.add(d, 1)
	}
}

// diagnostic returns the diagnostic of a line, in the form in which Terraform prints it without -json.
func (one *jsonLine) diagnostic(unit string, redact *secret.Redactor) (Diagnostic, bool) {
	from := one.Diagnostic
	if from.Severity != "error" && from.Severity != "warning" {
		return Diagnostic{}, false
	}
	clean := func(s string) string {
		return strings.TrimSpace(strings.ReplaceAll(redact.String(sanitize.Text(s)), "\t", "    "))
	}
	summary, detail := clean(from.Summary), clean(from.Detail)
	if summary == "" {
		return Diagnostic{}, false
	}
	d := Diagnostic{Level: from.Severity, Message: detail}
	d.setSummary(strings.Split(summary, "\n"))
	text := strings.ToUpper(from.Severity[:1]) + from.Severity[1:] + ": " + summary + "\n"
	if address := clean(from.Address); address != "" {
		text += "\n  with " + address + ","
	}
	if r := from.Range; r != nil && r.Filename != "" && !strings.HasPrefix(r.Filename, "<") && r.Start.Line > 0 && r.Start.Line < 1e9 {
		d.File, d.Line = clean(r.Filename), r.Start.Line
		text += fmt.Sprintf("\n  on %s line %d", d.File, d.Line)
		if s := from.Snippet; s != nil && clean(s.Context) != "" {
			text += ", in " + clean(s.Context)
		}
		text += ":\n"
		if s := from.Snippet; s != nil && clean(s.Code) != "" {
			text += fmt.Sprintf("%4d: %s\n", d.Line, strings.ReplaceAll(clean(s.Code), "\n", "\n      "))
		}
	}
	d.setUnit(unit)
	if detail != "" {
		text += "\n" + detail
	}
	d.Text = strings.TrimRight(text, "\n,")
	if len(d.Text) > maxDiagnosticSize {
		d.Text = strings.ToValidUTF8(d.Text[:maxDiagnosticSize], "")
	}
	return d, true
}

// cutJSONUnit returns the unit and the text of a line of the tool in Terragrunt's JSON format, such as
// {"level":"stdout","prefix":"vpc","tf-path":"tofu","msg":"No changes."}.
func cutJSONUnit(line string) (unit, text string, ok bool) {
	if !strings.HasPrefix(line, "{") || !strings.Contains(line, `"level"`) || !strings.Contains(line, `"msg"`) {
		return "", line, false
	}
	var one struct {
		Level, Msg, Prefix string
		TFPath             string `json:"tf-path"`
	}
	if json.Unmarshal([]byte(line), &one) != nil || one.Level != "stdout" && one.Level != "stderr" || one.TFPath == "" {
		return "", line, false
	}
	if one.Prefix == "" || len(one.Prefix) > maxUnitName {
		one.Prefix = rootUnit
	}
	return one.Prefix, one.Msg, true
}

// maxUnitName is the number of bytes of a unit's name in Terragrunt's JSON format.
const maxUnitName = 300
