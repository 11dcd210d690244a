package action_test

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

func TestEnvironmentTags(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inputs []string
		want   string // resulting tags
		writes func(path string, ids map[string]string) []string
	}{
		"add existing tag": {inputs: []string{"tags=blue"}, want: `["blue","green"]`},
		"add": {
			inputs: []string{"tags=blue\nred"},
			want:   `["blue","green","red"]`,
			writes: func(p string, id map[string]string) []string {
				return []string{"POST " + p + ` {"data":[{"type":"tags","id":"` + id["red"] + `"}]}`}
			},
		},
		"replace": {
			inputs: []string{"tags=red\nblue", "tags-mode=replace"},
			want:   `["blue","red"]`,
			writes: func(p string, id map[string]string) []string {
				return []string{
					"PATCH " + p + ` {"data":[{"type":"tags","id":"` + id["red"] + `"},{"type":"tags","id":"` + id["blue"] + `"}]}`,
				}
			},
		},
		"remove": {
			inputs: []string{"tags=green\nunknown", "tags-mode=remove"},
			want:   `["blue"]`,
			writes: func(p string, id map[string]string) []string {
				return []string{"DELETE " + p + ` {"data":[{"type":"tags","id":"` + id["green"] + `"}]}`}
			},
		},
		"clear": {
			inputs: []string{"tags-mode=clear"},
			want:   `[]`,
			writes: func(p string, _ map[string]string) []string {
				return []string{"PATCH " + p + ` {"data":[]}`}
			},
		},
		"replace by same tags": {
			inputs: []string{"tags=green\nblue", "tags-mode=replace"},
			want:   `["blue","green"]`,
		},
		"remove missing tag": {inputs: []string{"tags=red", "tags-mode=remove"}, want: `["blue","green"]`},
		"prefix of a tag":    {inputs: []string{"tags=gre", "tags-mode=remove"}, want: `["blue","green"]`},
	} {
		for _, included := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, included %t", name, included), func(t *testing.T) {
				t.Parallel()
				withCompanions(t, scalrsim.Scenario{Config: scalrsim.Config{NoIncluded: !included}}, func(d *companionTest) {
					env := d.server.AddEnvironment("preview-7", "blue", "green")
					d.server.AddTag("red")
					ids := map[string]string{
						"red":   d.id("/tags", "red"),
						"blue":  d.id("/tags", "blue"),
						"green": d.id("/tags", "green"),
					}
					var want []string
					if c.writes != nil {
						want = c.writes("/environments/"+env+"/relationships/tags", ids)
					}
					inputs := append([]string{"name=preview-7"}, c.inputs...)
					d.environment(inputs...).want(0, "result=done", "tags="+c.want, fmt.Sprintf("changed=%t", want != nil)).
						wantWrites(want...)
					d.environment(inputs...).want(0, "tags="+c.want, "changed=false").wantWrites()
					d.environment("name=preview-7", "mode=show").want(0, "tags="+c.want).wantWrites()
				})
			})
		}
	}
}

// A tag with a longer name is a different tag.
func TestTagNamesAreExact(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.server.AddTag("preview-old")
		d.environment("name=staging", "tags=preview").want(0, `tags=["preview"]`)
		d.environment("name=staging", "tags=in:preview-old", "tags-mode=replace").want(0, `tags=["in:preview-old"]`)
		woman := "\U0001F469\u200D\U0001F4BB" // contains a zero-width joiner
		odd := d.server.AddTag("in:preview-old,x")
		d.server.AddTag(woman)
		d.environment("name=staging", "tags="+woman).want(0, "changed=true")
		d.environment("name=staging", "tags="+woman).want(0, "changed=false").wantWrites()
		d.environment("name=production", "tags="+woman).want(0, "changed=true").requestCount("POST /tags", 2)
		d.environment("name=production", "tags=in:preview-old,x").want(0, "changed=true").
			wantWrites("POST /environments/" + scalrsim.EnvironmentID + `/relationships/tags {"data":[{"type":"tags","id":"` + odd +
				`"}]}`)
	})
}

// The list of tag ids is paginated with links only.
func TestManyTags(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.http = smallerPages{d.http, "20"}
		var tags []string
		for i := range 45 {
			tags = append(tags, fmt.Sprintf("t%d", i))
		}
		d.server.AddEnvironment("preview-7", tags...)
		d.environment("name=preview-7", "tags="+strings.Join(tags, "\n"), "tags-mode=replace").want(0, "changed=false").
			wantWrites()
	})
}

// Scalr returns 404 for the removal of a tag that no longer exists.
func TestRemoveMissingTags(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]scalrsim.Fault{
		"lost response": {Phase: scalrsim.After, Action: scalrsim.EOF},
		"500 response":  {Phase: scalrsim.After, Action: scalrsim.Status, Status: 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lost.Op = "DELETE /environments/*/relationships/tags"
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{lost}}, func(d *companionTest) {
				env := d.server.AddEnvironment("preview-7", "blue", "green", "red")
				v := d.environment("name=preview-7", "tags=blue\ngreen", "tags-mode=remove").
					want(0, "result=done", "changed=true", `tags=["red"]`)
				v.wantStatus("DELETE /environments/"+env+"/relationships/tags", 404)
			})
		})
	}
}

// A 404 although all links exist means that the token may not remove the tags.
func TestRemoveTagsRejected(t *testing.T) {
	t.Parallel()
	refuses := scalrsim.Fault{Op: "DELETE /environments/*/relationships/tags", Action: scalrsim.Status, Status: 404}
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{refuses}}, func(d *companionTest) {
		env := d.server.AddEnvironment("preview-7", "blue")
		d.environment("name=preview-7", "tags=blue", "tags-mode=remove").want(3, "result=refused", "error-code=not-allowed").
			requestCount("DELETE /environments/"+env+"/relationships/tags", 1)
	})
}

// Scalr rejects tag names with certain characters. No other tag is created before the rejection. An existing tag with
// such a name can be added and removed.
func TestTagNameRejected(t *testing.T) {
	t.Parallel()
	for name, safe := range map[string]string{
		"! / nope":      "nope",
		"feature/login": "feature-login",
		"two words":     "two-words",
		"größe":         "gr-e",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
				for _, v := range []*companionResult{
					d.environment("name=preview-7", "tags=preview\n"+name),
					d.environment("name=staging", "tags=preview\n"+name, "tags-mode=replace"),
					d.workspace("environment=staging", "name=app", "tags=preview\n"+name),
				} {
					v.want(3, "result=refused", "error-code=tag-name-invalid", "created=false", "changed=false").
						wantWrites(`POST /tags {"data":{"attributes":{"name":"`+name+`"},"type":"tags"}}`).
						logContains(`Scalr rejected the tag name "`+name+`"`, "HTTP 422", `letters, digits, `, `Here: "`+safe+`".`,
							"tag-name-invalid (tags)::")
				}
				if n := d.count("/tags", "preview"); n != 0 {
					t.Errorf("%d tags were created before the rejection", n)
				}
				d.server.AddTag(name)
				d.environment("name=staging", "tags=preview\n"+name).want(0, "changed=true")
				d.environment("name=staging", "tags="+name, "tags-mode=remove").want(0, "changed=true", `tags=["preview"]`)
			})
		})
	}
}

// If Scalr rejects a tag for another reason, its message is reported.
func TestTagRejectedForAnotherReason(t *testing.T) {
	t.Parallel()
	refusal := scalrsim.Fault{
		Op:     "POST /tags",
		Action: scalrsim.Status,
		Status: 422,
		Body:   `{"errors":[{"status":"422","title":"Quota","detail":"Too many tags."}]}`,
	}
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{refusal}}, func(d *companionTest) {
		d.environment("name=staging", "tags=preview").want(3, "error-code=request-refused").logContains("Too many tags.")
	})
}
