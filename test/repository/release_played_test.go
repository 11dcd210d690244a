package repository_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

var wholeRelease = []string{"check", "build", "publish", "try", "move"}

// TestReleaseRehearsal runs complete releases, and releases in which each external service fails in turn.
func TestReleaseRehearsal(t *testing.T) {
	if !inSandbox(t, "git", "jq", "perl", "skopeo", "registry", "go") {
		return
	}
	loopback(t)
	if err := unix.Mount("none", "/tmp", "tmpfs", 0, "mode=1777"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", "/tmp")
	over(t, "/etc/hosts", "127.0.0.1 localhost\n127.0.0.10 ghcr.io\n127.0.0.11 pkg-containers.githubusercontent.com\n"+
		"127.0.0.12 github.com\n127.0.0.13 api.github.com\n127.0.0.14 uploads.github.com\n")
	for _, address := range []string{"127.0.0.12:22", "127.0.0.13:443", "127.0.0.14:443"} {
		listen(t, "tcp", address)
	}
	// Only confined commands have network access: their rules precede this one.
	if out, err := exec.Command("iptables", "-A", "OUTPUT", "-d", "127.0.0.8/29", "-j", "REJECT").
		CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	registry := startRegistry(t, "127.0.0.10:443")
	config := filepath.Join(t.TempDir(), "gitconfig")
	if err := os.WriteFile(config, []byte("[safe]\n\tdirectory = *\n[user]\n\tname = Ada\n\temail = ada@acme.example\n"),
		0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	r := newRehearsal(t, registry, "Acme-Corp/scalr-run-action")
	registry.watch("acme-corp/scalr-run-action", r.log())
	r.releases("v1.0.0-rc.1", "v1-rc", "false", "--prerelease")
	if testing.Short() {
		return
	}
	r.failures()
	first := r.atRemote("rev-parse", "v1.0.0^{commit}")
	r.source.git("checkout", "-q", "-f", "main")
	r.source.write("docs/new.md", "`OWNER/scalr-run-action`\n")
	r.source.commit("more")
	r.toMain()
	r.releases("v1.1.0", "v1", "true")
	if got := r.atRemote("branch", "--contains", first, "--format", "%(refname:short)"); got != "releases/v1" {
		t.Errorf("the first release is on the branches %q after the second one", got)
	}
	if stopped := r.release("v1.1.0", "check"); stopped == "" {
		t.Error("v1.1.0 could be released a second time")
	}
}

// published and moved contain the external writes of a release, in order: Git first, the image's tag last.
func published(version string, kind ...string) []string {
	draft := strings.Join(append([]string{"gh release create", version, "--draft --verify-tag --title", version,
		"--notes-file"}, kind...), " ")
	return []string{
		"image by digest",
		"attest",
		"git push",
		draft,
		"gh release upload " + version + " --clobber",
		"image by digest",
		"image tag " + version,
	}
}

func moved(version, channel, latest string) []string {
	return []string{
		"git push",
		"gh release edit " + version + " --draft=false --latest=" + latest,
		"image by digest",
		"image tag " + channel,
	}
}

// releases runs a complete release.
func (r *rehearsal) releases(version, channel, latest string, kind ...string) {
	r.t.Helper()
	r.happened()
	if stopped := r.release(version, wholeRelease...); stopped != "" {
		r.t.Fatalf("%s stopped at %s", version, stopped)
	}
	want := append(append(published(version, kind...), "pull "+r.outputs["needs.build.outputs.image"]),
		moved(version, channel, latest)...)
	if got := r.happened(); !slices.Equal(got, want) {
		r.t.Errorf("%s: this happened:\n%s\nwant\n%s", version, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	r.isReleased(version, channel, r.atRemote("rev-parse", "main"))
}

// isReleased checks the published results of a release.
func (r *rehearsal) isReleased(version, channel, main string) {
	r.t.Helper()
	commit := r.atRemote("rev-parse", version+"^{commit}")
	name, digest, _ := strings.Cut(strings.TrimPrefix(r.outputs["needs.build.outputs.image"], "ghcr.io/"), "@")
	const recipe = ":examples/dry-run.yml"
	use, image := regexp.MustCompile(`uses: Acme.*`), regexp.MustCompile(`image: .*`)
	besidesRecipes := regexp.MustCompile(`(?m)^examples/.*\n?`).
		ReplaceAllString(r.atRemote("diff", "--name-only", commit, "releases/"+channel), "")
	for what, pair := range map[string][2]string{
		"first parent of the commit": {r.atRemote("rev-parse", version+"^1"), main},
		"main":                       {r.atRemote("rev-parse", "main"), main},
		"kind of the tag":            {r.atRemote("cat-file", "-t", version), "tag"},
		"tag " + channel:             {r.atRemote("rev-parse", channel), commit},
		"first parent of the branch": {r.atRemote("rev-parse", "releases/"+channel+"^1"), commit},
		"image tag " + version:       {r.registry.digest(name, version), digest},
		"image tag " + channel:       {r.registry.digest(name, channel), digest},
		"image of the action": {
			image.FindString(r.atRemote("show", version+":action.yml")),
			"image: docker://ghcr.io/" + name + "@" + digest,
		},
		"recipe of the tag": {use.FindString(r.atRemote("show", version+recipe)), "uses: " + r.repository + "@v1"},
		"recipe of the branch": {
			use.FindString(r.atRemote("show", "releases/"+channel+recipe)),
			"uses: " + r.repository + "@" + commit + " # " + version,
		},
		"problems of the repository":   {r.atRemote("fsck", "--strict", "--no-dangling"), ""},
		"changed by the pinned commit": {besidesRecipes, ""},
	} {
		if pair[0] != pair[1] {
			r.t.Errorf("%s: the %s is %q, want %q", version, what, pair[0], pair[1])
		}
	}
}

// failures releases v1.0.0 while each external service fails in turn. Each failure must stop the release at the
// right step, and a re-run of the failed job must continue after the cause is fixed.
func (r *rehearsal) failures() {
	t := r.t
	if stopped := r.release("v1.0.0", "check", "build"); stopped != "" {
		t.Fatalf("the release stopped at %s", stopped)
	}
	r.withoutKey()
	r.withChangedArtifacts()
	if got := r.happened(); len(got) > 0 {
		t.Errorf("this was published although the release stopped before: %q", got)
	}
	r.withRefusedPush()
	r.withBrokenDraft()
	tag := r.atRemote("rev-parse", "v1.0.0")
	if stopped := r.release("v1.0.0", "publish"); stopped != "" {
		t.Fatalf("the release stopped at %s", stopped)
	}
	if again := r.atRemote("rev-parse", "v1.0.0"); again != tag {
		t.Errorf("the second try moved the tag from %s to %s", tag, again)
	}
	r.withChangedTag()
	for range 2 {
		if stopped := r.release("v1.0.0", "try", "move"); stopped != "" {
			t.Fatalf("the release stopped at %s", stopped)
		}
		r.isReleased("v1.0.0", "v1", r.atRemote("rev-parse", "main"))
	}
}

func (r *rehearsal) stopsAt(want, when, job string) {
	r.t.Helper()
	if stopped := r.release("v1.0.0", job); stopped != job+": "+want {
		r.t.Errorf("%s the release stopped at %q, want %q", when, stopped, want)
	}
}

// withoutKey has no deploy key, which must be detected before anything is published.
func (r *rehearsal) withoutKey() {
	key := r.secrets["DEPLOY_KEY"]
	r.secrets["DEPLOY_KEY"] = ""
	r.stopsAt("Copy repository, artifacts and credentials", "without a deploy key", "publish")
	r.secrets["DEPLOY_KEY"] = key
}

// withChangedArtifacts changes an artifact between the build job and the publish job.
func (r *rehearsal) withChangedArtifacts() {
	const verify = "Verify the artifacts and the release commit, without a network"
	artifact := filepath.Join(r.dir, "artifact")
	_, digest, _ := strings.Cut(r.outputs["needs.build.outputs.image"], "@sha256:")
	manifest := readLayout(r.t, filepath.Join(artifact, "image")).index.Manifests[1].Digest
	for file, change := range map[string]func(string) string{
		"image/blobs/sha256/" + digest:                                  func(s string) string { return s + " " },
		"image/blobs/sha256/" + strings.TrimPrefix(manifest, "sha256:"): func(s string) string { return s + " " },
		"image/index.json": func(s string) string {
			return strings.Replace(s, digest, strings.TrimPrefix(manifest, "sha256:"), 1)
		},
		"scalr-run_linux_arm64": func(s string) string { return s + "x" },
		"SHA256SUMS":            func(string) string { return "" },
	} {
		path := filepath.Join(artifact, file)
		before, err := os.ReadFile(path)
		if err != nil {
			r.t.Fatal(err)
		}
		r.overwrite(path, change(string(before)))
		r.stopsAt(verify, "with a changed "+filepath.Base(file), "publish")
		r.overwrite(path, string(before))
	}
	commit := r.outputs["needs.build.outputs.commit"]
	r.outputs["needs.build.outputs.commit"] = r.atRemote("rev-parse", "main")
	r.stopsAt(verify, "with another commit than the one that was built", "publish")
	r.outputs["needs.build.outputs.commit"] = commit
}

// withRefusedPush makes the remote reject the branch, like GitHub for a branch rule or a missing permission: then
// no tag of the image must exist.
func (r *rehearsal) withRefusedPush() {
	hook := filepath.Join(r.remote(), "hooks/update")
	if err := os.MkdirAll(filepath.Dir(hook), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(hook, []byte("#!/bin/sh\ncase $1 in refs/heads/*) echo refused >&2; exit 1 ;; esac\n"),
		0o755); err != nil {
		r.t.Fatal(err)
	}
	r.stopsAt("Push the release commit, its tag and its branch", "with a refused push", "publish")
	if refs := r.atRemote("for-each-ref", "--format", "%(refname)") + "\n"; strings.Contains(refs, "releases/v1\n") ||
		strings.Contains(refs, "tags/v1.0.0\n") {
		r.t.Errorf("after a refused push the remote has %q", refs)
	}
	for _, event := range r.happened() {
		if event != "image by digest" && event != "attest" {
			r.t.Errorf("after a refused push: %s", event)
		}
	}
	if err := os.Remove(hook); err != nil {
		r.t.Fatal(err)
	}
}

// withBrokenDraft makes GitHub's API fail after the push of the tag.
func (r *rehearsal) withBrokenDraft() {
	r.overwrite(r.log()+".broken", "")
	r.stopsAt("Draft the release", "with a failed draft", "publish")
	if got := r.happened(); slices.Contains(got, "image tag v1.0.0") || r.atRemote("rev-parse", "v1.0.0") == "" {
		r.t.Errorf("after a failed draft: %q", got)
	}
	if err := os.Remove(r.log() + ".broken"); err != nil {
		r.t.Fatal(err)
	}
}

// withChangedTag moves the released tag to a commit with additional content, including a replaced verify script.
func (r *rehearsal) withChangedTag() {
	s := r.source
	s.git("fetch", "-q", "origin", "tag", "v1.0.0")
	tag := s.git("rev-parse", "v1.0.0")
	s.git("checkout", "-q", "--detach", "v1.0.0")
	s.write("main.go", s.read("main.go")+"// more\n")
	s.write(".github/release/verify", "#!/bin/sh\n")
	s.git("add", "--all")
	s.git("commit", "-q", "--amend", "--no-edit")
	s.git("tag", "-f", "-a", "-m", "v1.0.0", "v1.0.0")
	s.git("push", "-q", "-f", "origin", "refs/tags/v1.0.0")
	r.stopsAt("Verify the tag against the scripts of main, and use it", "with a changed tag", "try")
	s.git("push", "-q", "-f", "origin", tag+":refs/tags/v1.0.0")
	s.run("chown", "-R", "nobody", r.remote())
}

func (r *rehearsal) overwrite(path, content string) {
	r.t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}
