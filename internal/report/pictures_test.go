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

var (
	pictures   = flag.String("pictures", "", "directory to take pictures of rendered reports into")
	stylesheet = flag.String("stylesheet", "", "directory of the npm package github-markdown-css, GitHub's own style")
)

// themes are the themes of GitHub's pages, by the suffix of a picture's name.
var themes = map[string]string{"": "light", ".dark": "dark"}

// findBrowser returns the path of Chromium. It skips the test unless all of the flags are set and Chromium is installed.
func findBrowser(t *testing.T, flags ...string) string {
	t.Helper()
	for _, name := range flags {
		if flag.Lookup(name).Value.String() == "" {
			t.Skipf("takes pictures only with the flags %v", flags)
		}
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not on the PATH")
	}
	return browser
}

// TestPictures renders reports as GitHub's pages do, at double density:
//
//	npm pack github-markdown-css && tar xf github-markdown-css-*.tgz
//	go test ./internal/report -run Pictures -pictures ../../docs/pictures -stylesheet $PWD/package
//
// It needs Chromium.
func TestPictures(t *testing.T) {
	browser := findBrowser(t, "pictures", "stylesheet")
	overview := exampleOverview(t)
	outcome := func(name string) Report { return outcomeReports[name](t) }
	for name, shot := range map[string]struct {
		markdown string
		opened   int  // collapsed sections to open, from the top
		dark     bool // take a dark picture, too
	}{
		"planned-mixed.summary":   {outcome("planned-mixed").Summary(), 2, true},
		"planned-replace.comment": {outcome("planned-replace").Comment(CommentLimit), 0, true},
		"confirmation.summary":    {outcome("confirmation").Summary(), 0, false},
		"errored-plan.summary":    {outcome("errored-plan").Summary(), 0, false},
		"needs-override.summary":  {outcome("needs-override").Summary(), 0, false},
		"overview.comment":        {overview.Comment(CommentLimit), 0, true},
	} {
		page := strings.Replace(toHTML(t, shot.markdown), "<details>", "<details open>", shot.opened)
		for suffix, theme := range themes {
			if suffix == "" || shot.dark {
				photograph(t, browser, theme, page, filepath.Join(*pictures, name+suffix+".png"))
			}
		}
	}
}

// toHTML renders Markdown as GitHub does, as far as goldmark supports it: GFM with raw HTML.
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
	alertBox  = regexp.MustCompile(`(?s)<blockquote>\n<p>\[!(\w+)\](?:\n|</p>\n)(.*?)</blockquote>`)
	diffBlock = regexp.MustCompile(`(?s)<code class="language-diff">(.*?)</code>`)
)

// alertIcons are those of GitHub's alerts, from its Octicons (MIT license).
var alertIcons = map[string]string{
	"caution": "M4.47.22A.749.749 0 0 1 5 0h6c.199 0 .389.079.53.22l4.25 4.25c.141.14.22.331.22.53v6a.749.749 0 0 " +
		"1-.22.53l-4.25 4.25" +
		"A.749.749 0 0 1 11 16H5a.749.749 0 0 1-.53-.22L.22 11.53A.749.749 0 0 1 0 11V5c0-.199.079-.389.22-.53Zm.84 " +
		"1.28L1.5 5.31v5.38l3.81 3.81h5.38" +
		"l3.81-3.81V5.31L10.69 1.5ZM8 4a.75.75 0 0 1 .75.75v3.5a.75.75 0 0 1-1.5 0v-3.5A.75.75 0 0 1 8 4Zm0 8a1 1 0 1 1 " +
		"0-2 1 1 0 0 1 0 2Z",
	"warning": "M6.457 1.047c.659-1.234 2.427-1.234 3.086 0l6.082 11.378A1.75 1.75 0 0 1 14.082 15H1.918a1.75 1.75 0 0 " +
		"1-1.543-2.575Zm1.763.707" +
		"a.25.25 0 0 0-.44 0L1.698 13.132a.25.25 0 0 0 .22.368h12.164a.25.25 0 0 0 .22-.368Zm.53 3.996v2.5a.75.75 0 0 " +
		"1-1.5 0v-2.5a.75.75 0 0 1 1.5 0Z" +
		"M9 11a1 1 0 1 1-2 0 1 1 0 0 1 2 0Z",
	"important": "M0 1.75C0 .784.784 0 1.75 0h12.5C15.216 0 16 .784 16 1.75v9.5A1.75 1.75 0 0 1 14.25 13H8.06l-2.573 2.573A1.458 " +
		"1.458 0 0 1 3 14.543V13H1.75A1.75 1.75 0 0 1 0 11.25Zm1.75-.25a.25.25 0 0 0-.25.25v9.5c0 .138.112.25.25.25h2a.75.75 0 0 1 " +
		".75.75v2.19l2.72-2.72a.749.749 0 0 1 .53-.22h6.5a.25.25 0 0 0 .25-.25v-9.5a.25.25 0 0 0-.25-.25Zm7 2.25v2.5a.75.75 0 0 1-1.5 " +
		"0v-2.5a.75.75 0 0 1 1.5 0ZM9 9a1 1 0 1 1-2 0 1 1 0 0 1 2 0Z",
	"note": "M0 8a8 8 0 1 1 16 0A8 8 0 0 1 0 8Zm8-6.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM6.5 7.75A.75.75 0 0 1 7.25 " +
		"7h1a.75.75 0 0 1 .75.75v2.75h.25" +
		"a.75.75 0 0 1 0 1.5h-2a.75.75 0 0 1 0-1.5h.25v-2h-.25a.75.75 0 0 1-.75-.75ZM8 6a1 1 0 1 1 0-2 1 1 0 0 1 0 2Z",
}

// decorate adds what GitHub adds to Markdown: alerts, and colors in diffs.
func decorate(page string) string {
	page = alertBox.ReplaceAllStringFunc(page, func(box string) string {
		m := alertBox.FindStringSubmatch(box)
		kind := strings.ToLower(m[1])
		return fmt.Sprintf(`<div class="markdown-alert markdown-alert-%s"><p class="markdown-alert-title">`+
			`<svg class="octicon" width="16" height="16" viewBox="0 0 16 16"><path d="%s"/></svg>%s</p><p>%s</div>`,
			kind, alertIcons[kind], strings.ToUpper(kind[:1])+kind[1:], m[2])
	})
	return diffBlock.ReplaceAllStringFunc(page, func(code string) string {
		lines := strings.Split(diffBlock.FindStringSubmatch(code)[1], "\n")
		for i, l := range lines {
			if class := map[string]string{"+": "pl-mi1", "-": "pl-md", "!": "pl-mc"}[l[:min(1, len(l))]]; class != "" {
				lines[i] = fmt.Sprintf(`<span class="%s">%s</span>`, class, l)
			}
		}
		return "<code>" + strings.Join(lines, "\n") + "</code>"
	})
}

func photograph(t *testing.T, browser, theme, page, path string) {
	t.Helper()
	style, err := os.ReadFile(filepath.Join(*stylesheet, "github-markdown-"+theme+".css"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source, shot := filepath.Join(dir, "page.html"), filepath.Join(dir, "shot.png")
	document := `<!doctype html><meta charset="utf-8"><style>` + string(style) +
		` body { margin: 0 } .markdown-body { padding: 24px; min-height: 3000px; font-size: 14px } .octicon { ` +
		`margin-right: 8px; fill: currentColor }</style>` +
		`<body class="markdown-body">` + decorate(page)
	if err := os.WriteFile(source, []byte(document), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--force-device-scale-factor=2",
		"--hide-scrollbars", "--user-data-dir="+filepath.Join(dir, "profile"), "--window-size=948,3000",
		"--screenshot="+shot, "file://"+source)
	cmd.WaitDelay = time.Minute
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := crop(shot, path); err != nil {
		t.Fatal(err)
	}
}

// crop removes the blank area below the page and reduces the colors to keep the picture small.
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
	b.Max.Y = min(b.Max.Y+40, full.Bounds().Max.Y)
	small := image.NewPaletted(b, palette(full))
	draw.Draw(small, b, full, b.Min, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		return err
	}
	return os.WriteFile(to, out.Bytes(), 0o644)
}

// blankRow reports whether all pixels of a row have the color of the page's corner.
func blankRow(img image.Image, y int) bool {
	corner := img.At(0, 0)
	for x := range img.Bounds().Max.X {
		if img.At(x, y) != corner {
			return false
		}
	}
	return true
}

// palette contains the most frequent colors of the picture, rounded.
func palette(img image.Image) color.Palette {
	seen := map[color.RGBA]int{}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			seen[color.RGBA{c.R &^ 7, c.G &^ 7, c.B &^ 7, 255}]++
		}
	}
	all := color.Palette{img.At(0, 0)}
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
