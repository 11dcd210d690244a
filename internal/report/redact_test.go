package report

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/secret"
)

// TestRedactedCoversAllTexts puts a short secret into each untrusted text of a report and searches for it in the
// rendered pages.
func TestRedactedCoversAllTexts(t *testing.T) {
	t.Parallel()
	const hidden = "hunter2"
	redactor := new(secret.Redactor)
	redactor.Add(secret.Declared(hidden))
	for _, word := range []result.Result{
		"planned", "errored", "applied", "rejected", "refused", "policy-failed",
		"needs-confirmation",
	} {
		var r Report
		fill(reflect.ValueOf(&r).Elem(), hidden, 0)
		r.Result, r.ErrorCode, r.Bundle.SHA256, r.Source.SHA, r.Stages = word, "run-errored", "", "", nil
		r.Run.Policies[0].Status, r.Run.Policies[0].Policies[0].Result = "hard_failed", "hard_failed"
		r.Run.Cost.Status = "errored"
		page := r.Redacted(redactor)
		for name, text := range map[string]string{
			"summary": page.Summary(),
			"comment": page.Comment(CommentLimit),
			"note":    page.OutdatedNote(1000),
		} {
			if at := strings.Index(text, hidden); at >= 0 {
				t.Errorf("%s: the %s shows %q", word, name, text[max(0, at-80):min(len(text), at+20)])
			}
			if !strings.Contains(text, "***") && !strings.Contains(text, "&#42;") {
				t.Errorf("%s: the %s shows nothing of the report:\n%s", word, name, text)
			}
		}
	}
}

// fill sets every string, and fills every slice and pointer with one element.
func fill(v reflect.Value, text string, depth int) {
	if depth > 12 || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(text)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text, depth+1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text, depth+1)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), text, depth+1)
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	}
}

// TestRedactedReportIsACopy: neither the report nor the overview that is redacted changes.
func TestRedactedReportIsACopy(t *testing.T) {
	t.Parallel()
	redactor := new(secret.Redactor)
	redactor.Add(secret.Declared("hunter2"))
	var r, same Report
	fill(reflect.ValueOf(&r).Elem(), "hunter2", 0)
	fill(reflect.ValueOf(&same).Elem(), "hunter2", 0)
	o := Overview{Rows: []Row{{Report: r, Because: "hunter2"}}, Reasons: []string{"hunter2"}, Source: r.Source}
	if got := r.Redacted(redactor); reflect.DeepEqual(got, same) {
		t.Error("nothing was redacted")
	}
	if got := o.Redacted(redactor); strings.Contains(got.Rows[0].Because+got.Reasons[0]+got.Source.Repository+got.Source.CommitURL+
		got.Source.WorkflowRunURL+got.Source.Actor, "hunter2") {
		t.Errorf("the overview shows a secret: %+v", got.Source)
	}
	if !reflect.DeepEqual(r, same) || !reflect.DeepEqual(o.Rows[0].Report, same) || o.Rows[0].Because+o.Reasons[0] != "hunter2hunter2" {
		t.Errorf("the original changed: %+v", r)
	}
}
