package report

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

var pictures = flag.String("pictures", "", "directory to take pictures of rendered reports into")

// TestPictures shows reports as a browser would: -pictures ../../docs/pictures.
// It needs Chromium. The page's style is like GitHub's, not GitHub's.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("takes pictures only when asked to, by -pictures DIR")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium on the PATH")
	}
	for _, shot := range []struct {
		outcome string
		comment bool
		opened  int // folds to open, from the top
	}{
		{outcome: "planned-mixed", opened: 2},
		{outcome: "planned-mixed", comment: true, opened: 1},
		{outcome: "planned-replace", opened: 2},
		{outcome: "planned-replace", comment: true},
		{outcome: "confirmation"},
		{outcome: "confirmation", comment: true},
		{outcome: "errored-plan"},
		{outcome: "errored-plan", comment: true},
		{outcome: "errored-apply"},
		{outcome: "policy-failed"},
		{outcome: "policy-failed", comment: true},
		{outcome: "needs-override"},
		{outcome: "no-changes"},
		{outcome: "no-changes", comment: true},
	} {
		r := outcomeReports[shot.outcome](t)
		markdown, kind := r.Summary(), "summary"
		if shot.comment {
			markdown, kind = r.Comment(CommentLimit), "comment"
		}
		page := strings.Replace(toHTML(t, markdown), "<details>", "<details open>", shot.opened)
		photograph(t, browser, page, filepath.Join(*pictures, shot.outcome+"."+kind+".png"))
	}
}

// toHTML renders as GitHub does, as far as goldmark can: GFM with raw HTML.
func toHTML(t testing.TB, markdown string) string {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	var out bytes.Buffer
	if err := md.Convert([]byte(markdown), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var (
	alertBox  = regexp.MustCompile(`(?s)<blockquote>\n<p>\[!(\w+)\]\n(.*?)</blockquote>`)
	diffBlock = regexp.MustCompile(`(?s)<code class="language-diff">(.*?)</code>`)
)

// decorated adds what GitHub adds to Markdown: alerts, and colours in diffs.
func decorated(page string) string {
	page = alertBox.ReplaceAllStringFunc(page, func(box string) string {
		m := alertBox.FindStringSubmatch(box)
		kind := strings.ToLower(m[1])
		return fmt.Sprintf(`<div class="alert %s"><p class="title">%s</p><p>%s</div>`, kind, strings.ToUpper(kind[:1])+kind[1:], m[2])
	})
	return diffBlock.ReplaceAllStringFunc(page, func(code string) string {
		lines := strings.Split(diffBlock.FindStringSubmatch(code)[1], "\n")
		for i, l := range lines {
			if class := map[string]string{"+": "add", "-": "del", "!": "mod"}[l[:min(1, len(l))]]; class != "" {
				lines[i] = fmt.Sprintf(`<span class="%s">%s</span>`, class, l)
			}
		}
		return "<code>" + strings.Join(lines, "\n") + "</code>"
	})
}

const pageStyle = `
body { margin: 0; padding: 24px; width: 900px; font: 14px/1.5 "Noto Sans", "DejaVu Sans", sans-serif; color: #1f2328; background: #fff }
h2 { font-size: 1.4em; padding-bottom: .3em; border-bottom: 1px solid #d1d9e0; margin: 0 0 14px }
h3 { font-size: 1.2em; margin: 0 0 14px } h4 { font-size: 1em; margin: 20px 0 10px }
p, ul, table, pre { margin: 0 0 14px } ul { padding-left: 2em } li p { margin: 0 } sub { font-size: 80%; vertical-align: 0; color: #59636e }
a { color: #0969da } table { border-collapse: collapse } th, td { border: 1px solid #d1d9e0; padding: 6px 13px }
code { font: 12px/1.45 "DejaVu Sans Mono", monospace; background: #818b981f; padding: .2em .4em; border-radius: 6px }
pre { background: #f6f8fa; padding: 14px; border-radius: 6px; overflow: hidden } pre code { background: none; padding: 0 } h2 code, h3 code { font-size: inherit }
summary { cursor: pointer } details { margin-bottom: 8px } details > pre, details > details { margin: 8px 0 } details > details { margin-left: 16px }
.add { color: #116329; background: #dafbe1 } .del { color: #82071e; background: #ffebe9 } .mod { color: #953800; background: #ffd8b5 }
.alert { border-left: 4px solid #59636e; padding: 4px 14px; margin: 0 0 14px } .alert .title { font-weight: 600; margin: 4px 0 8px }
.alert ul, .alert p { margin-bottom: 8px } .caution { border-color: #cf222e } .caution .title { color: #cf222e }
.warning { border-color: #9a6700 } .warning .title { color: #9a6700 }`

func photograph(t *testing.T, browser, page, path string) {
	t.Helper()
	dir := t.TempDir()
	source, shot := filepath.Join(dir, "page.html"), filepath.Join(dir, "shot.png")
	document := `<!doctype html><meta charset="utf-8"><style>` + pageStyle + "</style>" + decorated(page)
	if err := os.WriteFile(source, []byte(document), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--hide-scrollbars", "--user-data-dir="+filepath.Join(dir, "profile"), "--window-size=948,1500",
		"--screenshot="+shot, "file://"+source)
	cmd.WaitDelay = time.Minute
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := crop(shot, path); err != nil {
		t.Fatal(err)
	}
}

// crop cuts off what is blank below the page, and keeps few colours, so that
// the picture is small.
func crop(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	full, err := png.Decode(f)
	if err != nil {
		return err
	}
	b := full.Bounds()
	for b.Max.Y > 1 && blankRow(full, b.Max.Y-1) {
		b.Max.Y--
	}
	b.Max.Y = min(b.Max.Y+20, full.Bounds().Max.Y)
	small := image.NewPaletted(b, palette(full))
	draw.Draw(small, b, full, b.Min, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		return err
	}
	return os.WriteFile(to, out.Bytes(), 0o644)
}

func blankRow(img image.Image, y int) bool {
	for x := range img.Bounds().Max.X {
		if r, g, b, _ := img.At(x, y).RGBA(); r&g&b != 0xffff {
			return false
		}
	}
	return true
}

// palette holds the picture's most frequent colours, rounded.
func palette(img image.Image) color.Palette {
	seen := map[color.RGBA]int{}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			seen[color.RGBA{c.R &^ 7, c.G &^ 7, c.B &^ 7, 255}]++
		}
	}
	all := color.Palette{color.White, color.RGBA{0x1f, 0x23, 0x28, 255}}
	for len(all) < 160 && len(seen) > 0 {
		var most color.RGBA
		for c, n := range seen {
			if n > seen[most] {
				most = c
			}
		}
		delete(seen, most)
		all = append(all, most)
	}
	return all
}
