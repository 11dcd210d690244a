package tfplan

import (
	"strings"
	"testing"
)

// TestForcedReplacementInLog reads, from a log alone, the attributes that force a
// replacement, as Terraform 1.14 marks them.
func TestForcedReplacementInLog(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"attribute": {`
      ~ ami = "a" -> "b" # forces replacement`, "`ami` cannot be changed in place"},
		"end of a list in jsonencode": {`
      ~ container_definitions = jsonencode(
          ~ [
              ~ {
                  ~ image = "x:1" -> "x:2"
                    name  = "a"
                },
            ] # forces replacement
        )
      ~ id                    = "i" -> (known after apply)`, "`container_definitions` cannot be changed in place"},
		"end of an object in jsonencode": {`
      ~ policy = jsonencode(
          ~ {
              ~ a = 1 -> 2
            } # forces replacement
        )`, "`policy` cannot be changed in place"},
		"white space in jsonencode": {`
      ~ c  = jsonencode( # whitespace changes force replacement
            {
                a = 1
            }
        )
      ~ s  = (sensitive value) # forces replacement`, "`c` and `s` cannot be changed in place"},
		"white space that does not force it": {`
      ~ c  = jsonencode( # whitespace changes
            {
                a = 1
            }
        )`, ""},
		"text that becomes unknown": {`
      ~ u  = <<-EOT
            a
        EOT -> (known after apply) # forces replacement`, "`u` cannot be changed in place"},
		"text that is removed": {`
      - u  = <<-EOT # forces replacement
            a
        EOT -> null`, "`u` cannot be changed in place"},
		"lines of texts": {`
      ~ u  = <<-EOT # forces replacement
          - a
          + foo # forces replacement
            bar = 1 # forces replacement
        EOT

      ~ ing {
          ~ content = <<-EOT
                x = 2 # forces replacement
              + z
            EOT
        }`, "`u` cannot be changed in place"},
		"map, list and block": {`
      ~ l  = [
          ~ "x" -> "z" # forces replacement,
            "y",
          ~ 1 -> 2 # forces replacement,
        ]
      ~ m  = {
          ~ "a key" = "1" -> "2" # forces replacement
            b       = 1
          - c       = {
              - d = 3 -> null # forces replacement
            }
        }
      ~ st = [ # forces replacement
          - "a",
          + "b" # forces replacement,
          + 1 # forces replacement,
        ]

      ~ ing {
          ~ port = 1 -> 2 # forces replacement
        }
      - net "n" { # forces replacement
        }`, "`l`, `m.a key`, `m.c.d`, `st`, `ing.port` and more cannot be changed in place"},
		"block after an attribute of a list": {`
      ~ l  = [
          ~ {
              ~ a = 1 -> 2 # forces replacement
            },
        ]
      - net "n" { # forces replacement
        }`, "`l` and `net` cannot be changed in place"},
		"value with the words": {`
      ~ x = "a" -> "b # forces replacement"`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			log := NewLog(nil)
			_, _ = log.Write([]byte("Terraform will perform the following actions:\n\n  # a.b must be replaced\n-/+ resource \"a\" \"b\" {" +
				tt.body + "\n    }\n\nPlan: 1 to add, 0 to change, 1 to destroy.\n"))
			changes := log.Plan(t.Context(), nil).Changes
			if len(changes) != 1 || changes[0].Reason != tt.want || !strings.Contains(changes[0].Diff, "resource") {
				t.Errorf("the changes are %+v, want the reason %q", changes, tt.want)
			}
		})
	}
}
