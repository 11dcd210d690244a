package repository_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// releaseJob is a job of the workflow that releases.
type releaseJob struct {
	Needs       needs
	Permissions map[string]string
	Environment string
	Outputs     map[string]string
	Env         map[string]string
	Uses        string
	Steps       []releaseStep
}

type releaseStep struct {
	ID, Name, Uses, Run string
	Env, With           map[string]string
}

// needs are the jobs that another one needs, which YAML may give as a single name.
type needs []string

func (n *needs) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*n = needs{node.Value}
		return nil
	}
	return node.Decode((*[]string)(n))
}

func releaseJobs(t *testing.T) map[string]releaseJob {
	t.Helper()
	content, err := os.ReadFile(".github/workflows/release.yml")
	if err != nil {
		t.Fatal(err)
	}
	var w struct{ Jobs map[string]releaseJob }
	if err := yaml.Unmarshal(content, &w); err != nil {
		t.Fatal(err)
	}
	return w.Jobs
}

// TestReleasePermissions checks the permissions of each job of a release: builds run in jobs without write access,
// and the two jobs with write access require a review.
func TestReleasePermissions(t *testing.T) {
	t.Parallel()
	read := map[string]string{"contents": "read"}
	want := map[string]struct {
		permissions map[string]string
		environment string
		needs       []string
	}{
		"check": {permissions: read},
		"ci":    {permissions: read, needs: []string{"check"}},
		"build": {permissions: read, needs: []string{"ci"}},
		"publish": {
			permissions: map[string]string{
				"contents":     "write",
				"packages":     "write",
				"id-token":     "write",
				"attestations": "write",
			},
			environment: "release",
			needs:       []string{"build"},
		},
		"try": {
			permissions: map[string]string{"contents": "read", "attestations": "read"},
			environment: "trial",
			needs:       []string{"build", "publish"},
		},
		"move": {
			permissions: map[string]string{"contents": "write", "packages": "write"},
			environment: "release",
			needs:       []string{"build", "publish", "try"},
		},
	}
	jobs := releaseJobs(t)
	if got := slices.Sorted(maps.Keys(jobs)); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		t.Fatalf("the jobs are %q", got)
	}
	for name, w := range want {
		got := jobs[name]
		if !maps.Equal(got.Permissions, w.permissions) || got.Environment != w.environment ||
			!slices.Equal(got.Needs, w.needs) {
			t.Errorf("%s has the permissions %v, the environment %q and needs %q; want %v, %q and %q",
				name, got.Permissions, got.Environment, got.Needs, w.permissions, w.environment, w.needs)
		}
	}
}

// TestReleaseRunsNothingOfOthers holds that jobs which can write use actions of GitHub itself only, and that no other job
// gets a secret of the environment in which a release is published.
func TestReleaseRunsNothingOfOthers(t *testing.T) {
	t.Parallel()
	for name, job := range releaseJobs(t) {
		writes := slices.Contains(slices.Collect(maps.Values(job.Permissions)), "write")
		for _, step := range job.Steps {
			if owner, _, _ := strings.Cut(step.Uses, "/"); writes && step.Uses != "" && owner != "actions" {
				t.Errorf("%s can write, and runs %s", name, step.Uses)
			}
			for _, values := range []map[string]string{job.Env, step.Env, step.With} {
				for _, value := range values {
					if strings.Contains(value, "secrets.DEPLOY_KEY") && !strings.HasPrefix(step.Run, ".github/release/stage ") {
						t.Errorf("%s gives the deploy key to the step %q", name, step.Name)
					}
				}
			}
		}
	}
}
