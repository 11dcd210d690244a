package repository_test

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestImageLayout checks the metadata of the released image, and that the digest does not depend on the user, the
// time and the order in which the files were written.
func TestImageLayout(t *testing.T) {
	needAll(t)
	t.Parallel()
	needTools(t, "bash", "jq", "tar", "gzip")
	dir := t.TempDir()
	lay := func(name, revision string, files ...string) string {
		root := filepath.Join(dir, name+"-files")
		for i, file := range files {
			path := filepath.Join(root, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, time.Unix(int64(i), 0), time.Unix(int64(i)*1000, 0)); err != nil {
				t.Fatal(err)
			}
		}
		out, err := exec.Command(".github/release/layout", releaseRepository, "v1.2.3", revision, "1700000000",
			filepath.Join(dir, name),
			"amd64="+root, "arm64="+root).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	digest := lay("a", "abc", "scalr-run", "etc/certificates")
	if again := lay("b", "abc", "etc/certificates", "scalr-run"); again != digest {
		t.Errorf("two layouts of the same files have the digests %s and %s", digest, again)
	}
	if other := lay("c", "abd", "scalr-run", "etc/certificates"); other == digest {
		t.Error("an image of another commit has the same digest")
	}
	image := readLayout(t, filepath.Join(dir, "a"))
	if image.digest != digest {
		t.Errorf("index.json names %s, want %s", image.digest, digest)
	}
	want := map[string]string{
		"org.opencontainers.image.title":       "scalr-run-action",
		"org.opencontainers.image.description": "Runs Terraform and OpenTofu in Scalr, from GitHub Actions and elsewhere",
		"org.opencontainers.image.source":      "https://github.com/" + releaseRepository,
		"org.opencontainers.image.version":     "v1.2.3",
		"org.opencontainers.image.revision":    "abc",
		"org.opencontainers.image.licenses":    "Apache-2.0",
	}
	if !maps.Equal(image.index.Annotations, want) {
		t.Errorf("the index has the annotations %v, want %v", image.index.Annotations, want)
	}
	var platforms []string
	for _, m := range image.index.Manifests {
		platforms = append(platforms, m.Platform.OS+"/"+m.Platform.Architecture)
		manifest := readBlob[ociManifest](t, image.dir, m.Digest)
		config := readBlob[ociConfig](t, image.dir, manifest.Config.Digest)
		if !maps.Equal(config.Config.Labels, want) || !maps.Equal(manifest.Annotations, want) ||
			!slices.Equal(config.Config.Entrypoint, []string{"/scalr-run"}) ||
			config.Created != "2023-11-14T22:13:20Z" || config.Architecture != m.Platform.Architecture {
			t.Errorf("%s: the config is %+v", m.Platform.Architecture, config)
		}
		if got := layerFiles(t, image.dir, manifest,
			config); !slices.Equal(got, []string{"./", "./etc/", "./etc/certificates", "./scalr-run"}) {
			t.Errorf("%s: the layer holds %q", m.Platform.Architecture, got)
		}
	}
	if !slices.Equal(platforms, []string{"linux/amd64", "linux/arm64"}) {
		t.Errorf("the image is for %q", platforms)
	}
}

type ociDescriptor struct {
	Digest   string
	Platform struct{ OS, Architecture string }
}

type ociManifest struct {
	Manifests   []ociDescriptor
	Config      ociDescriptor
	Layers      []ociDescriptor
	Annotations map[string]string
}

type ociConfig struct {
	Architecture, Created string
	Config                struct {
		Labels     map[string]string
		Entrypoint []string
	}
	RootFS struct {
		DiffIDs []string `json:"diff_ids"`
	}
}

type ociImage struct {
	dir, digest string
	index       ociManifest
}

func readLayout(t *testing.T, dir string) ociImage {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var top ociManifest
	if err := json.Unmarshal(content, &top); err != nil || len(top.Manifests) != 1 {
		t.Fatalf("index.json is %s (%v)", content, err)
	}
	digest := top.Manifests[0].Digest
	return ociImage{dir, digest, readBlob[ociManifest](t, dir, digest)}
}

// readBlob reads a JSON document that must have the digest it is named by.
func readBlob[T any](t *testing.T, dir, digest string) (v T) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "blobs/sha256", strings.TrimPrefix(digest, "sha256:")))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(content); "sha256:"+hex.EncodeToString(sum[:]) != digest {
		t.Errorf("the blob %s has another digest", digest)
	}
	if err := json.Unmarshal(content, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// layerFiles lists the files of the only layer, which must be owned by root and have no modification time.
func layerFiles(t *testing.T, dir string, manifest ociManifest, config ociConfig) (names []string) {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "blobs/sha256", strings.TrimPrefix(manifest.Layers[0].Digest, "sha256:")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	stream := io.TeeReader(unzipped, sum)
	archive := tar.NewReader(stream)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.ModTime.Unix() != 0 {
			t.Errorf("%s belongs to %d:%d and is of %v", h.Name, h.Uid, h.Gid, h.ModTime)
		}
		names = append(names, h.Name)
	}
	if _, err := io.Copy(io.Discard, stream); err != nil {
		t.Fatal(err)
	}
	if want := "sha256:" + hex.EncodeToString(sum.Sum(nil)); !slices.Equal(config.RootFS.DiffIDs, []string{want}) ||
		len(manifest.Layers) != 1 {
		t.Errorf("the config names the layers %q, want %q", config.RootFS.DiffIDs, want)
	}
	return names
}

// TestSBOM holds the list of contents to the binary itself: every module that Go has linked, and every file.
func TestSBOM(t *testing.T) {
	needAll(t)
	t.Parallel()
	needTools(t, "bash", "git", "jq", "go")
	root := filepath.Join(t.TempDir(), "amd64")
	binary := builtBinary(t, root)
	if err := os.WriteFile(filepath.Join(root, "certificates"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := newScratch(t).release("sbom", releaseRepository, "v1.2.3", "sha256:abc", root)
	var sbom struct {
		SPDXVersion string
		Packages    []struct{ SPDXID, Name, VersionInfo string }
		Files       []struct {
			SPDXID, FileName string
			Checksums        []struct{ Algorithm, ChecksumValue string }
		}
		Relationships []struct{ SPDXElementID, RelationshipType, RelatedSPDXElement string }
	}
	if err := json.Unmarshal([]byte(out), &sbom); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"scalr-run-action v1.2.3", "stdlib " + strings.TrimPrefix(info.GoVersion, "go")}
	for _, module := range info.Deps {
		want = append(want, module.Path+" "+module.Version)
	}
	var got []string
	contained := map[string]bool{}
	for _, r := range sbom.Relationships {
		contained[r.RelatedSPDXElement] = true
	}
	for _, p := range sbom.Packages {
		got = append(got, p.Name+" "+p.VersionInfo)
		if !contained[p.SPDXID] {
			t.Errorf("%s is in no relationship", p.SPDXID)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || len(info.Deps) < 5 {
		t.Errorf("the packages are\n%q, want\n%q", got, want)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	if len(sbom.Files) != 2 || sbom.Files[1].FileName != "./scalr-run" ||
		sbom.Files[1].Checksums[1].ChecksumValue != hex.EncodeToString(sum[:]) {
		t.Errorf("the files are %+v", sbom.Files)
	}
}

// builtBinary builds the program in a directory with the image's files.
func builtBinary(t *testing.T, root string) string {
	t.Helper()
	binary := filepath.Join(root, "scalr-run")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return binary
}
