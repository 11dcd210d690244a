package tfplan

import (
	"strings"
	"testing"
)

// TestImportsInText: the notes of an import set the import id, not the reason, and keep the diff.
func TestImportsInText(t *testing.T) {
	t.Parallel()
	const block = "    resource \"aws_s3_bucket\" \"logs\" {\n        bucket = \"logs\"\n      ~ tags   = {} -> {\n" +
		"          + a = \"b\"\n        }\n    }\n"
	const replaced = "-/+ resource \"aws_s3_bucket\" \"logs\" {\n      ~ bucket = \"a\" -> \"b\" # forces replacement\n" +
		"    }\n"
	for name, c := range map[string]struct {
		text, id, reason string
		action           Action
	}{
		"by id": {"  # aws_s3_bucket.logs will be imported\n" + block, "", "", Import},
		"by id, shown": {"  # aws_s3_bucket.logs will be updated in-place\n  # (imported from \"logs\")\n" +
			strings.Replace(block, "    resource", "  ~ resource", 1), "logs", "", Update},
		"by identity, OpenTofu": {
			text: "  # aws_s3_bucket.logs will be imported\n  # imported using resource identity: {\n" +
				"  #     \"bucket\": \"logs\",\n" +
				"  #     \"region\": \"eu-central-1\"\n  # }\n" + block,
			id:     "",
			reason: "",
			action: Import,
		},
		"by identity, OpenTofu, on one line": {
			text:   "  # aws_s3_bucket.logs will be imported\n  # imported using resource identity \"bucket=logs\"\n" + block,
			id:     "",
			reason: "",
			action: Import,
		},
		"by identity, updated": {
			text: "  # aws_s3_bucket.logs will be updated in-place\n  # imported using resource identity: {\n" +
				"  #   \"bucket\": \"logs\"\n  # }\n" +
				strings.Replace(block, "    resource", "  ~ resource", 1),
			id:     "",
			reason: "",
			action: Update,
		},
		"replaced, Terraform, by identity": {
			text: "  # aws_s3_bucket.logs must be replaced\n  # (will be imported first)\n" +
				"  # Warning: this will destroy the imported resource\n" + replaced,
			id:     "",
			reason: "bucket changed",
			action: Replace,
		},
		"replaced, by id": {
			text: "  # aws_s3_bucket.logs must be replaced\n  # (imported from \"logs\")\n" +
				"  # Warning: this will destroy the imported resource\n" + replaced,
			id:     "logs",
			reason: "bucket changed",
			action: Replace,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := "Terraform will perform the following actions:\n\n" + c.text +
				"\nPlan: 1 to import, 0 to add, 1 to change, 0 to destroy.\n"
			l := NewLog(nil)
			if _, err := l.Write([]byte(log)); err != nil {
				t.Fatal(err)
			}
			plan := l.Plan(t.Context(), nil)
			if len(plan.Changes) != 1 {
				t.Fatalf("got %d changes", len(plan.Changes))
			}
			got := plan.Changes[0]
			if got.Action != c.action || !got.Imported || got.ImportID != c.id || len(got.Diff) == 0 {
				t.Errorf("got %+v", got)
			}
			if c.reason == "" != (got.Reason == "") {
				t.Errorf("got the reason %q, want %q", got.Reason, c.reason)
			}
		})
	}
}
