package main

import (
	"archive/zip"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"log/slog"
	"strings"

	"fbnas/internal/process"
)

// spriteSize is the width that emoji are drawn in: objects of up to 70 % of 224
// pixels are never enlarged.
const spriteSize = 160

// sprites are a vendor's drawings: PNG files without a transparent border, by the
// emoji's name.
type sprites map[string][]byte

//go:embed render.mjs
var renderProgram string

// drawSprites draws those of the emoji that the vendor has, but for a few on
// which the renderer fails. resvg is its folder.
func drawSprites(ctx context.Context, log *slog.Logger, resvg string, set iconSet, names []string) (sprites, error) {
	var documents bytes.Buffer
	lines := json.NewEncoder(&documents)
	for _, name := range names {
		if svg, ok := set.svg(name); ok {
			if err := lines.Encode(map[string]string{"name": name, "svg": svg}); err != nil {
				return nil, err
			}
		}
	}
	out, err := process.Output(ctx, &documents, nil, "node", "--input-type=module", "-e", renderProgram, "--", resvg, fmt.Sprint(spriteSize))
	if err != nil {
		return nil, err
	}
	drawn := sprites{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var reply struct {
			Name, Error string
			PNG         []byte
		}
		err := dec.Decode(&reply)
		if err == io.EOF {
			return drawn, nil
		}
		if err == nil && reply.Error != "" {
			log.Warn("an emoji is left out: resvg cannot draw it", "emoji", reply.Name, "error", reply.Error)
			continue
		}
		if err == nil {
			drawn[reply.Name], err = trim(reply.PNG)
		}
		if err != nil {
			return nil, fmt.Errorf("draw %s: %w", reply.Name, err)
		}
	}
}

// visible is the opacity of 255 from which a pixel belongs to a drawing.
const visible = 8

// trim removes the transparent border of a PNG.
func trim(data []byte) ([]byte, error) {
	decoded, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	img := image.NewNRGBA(decoded.Bounds())
	draw.Draw(img, img.Rect, decoded, img.Rect.Min, draw.Src)
	box := image.Rectangle{}
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if img.NRGBAAt(x, y).A >= visible {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if box.Empty() {
		return nil, fmt.Errorf("it is empty")
	}
	var out bytes.Buffer
	err = png.Encode(&out, img.SubImage(box))
	return out.Bytes(), err
}

// load decodes a sprite; its colours are multiplied by its opacity.
func (s sprites) load(name string) (*image.RGBA, error) {
	decoded, err := png.Decode(bytes.NewReader(s[name]))
	if err != nil {
		return nil, fmt.Errorf("sprite %s: %w", name, err)
	}
	img := image.NewRGBA(image.Rectangle{Max: decoded.Bounds().Size()})
	draw.Draw(img, img.Rect, decoded, decoded.Bounds().Min, draw.Src)
	return img, nil
}

// write keeps sprites in a zip archive, in the order of names.
func (s sprites) write(w io.Writer, names []string) error {
	archive := zip.NewWriter(w)
	for _, name := range names {
		data, ok := s[name]
		if !ok {
			continue
		}
		f, err := archive.CreateHeader(&zip.FileHeader{Name: name + ".png", Method: zip.Store})
		if err != nil {
			return err
		}
		if _, err := f.Write(data); err != nil {
			return err
		}
	}
	return archive.Close()
}

// readSprites is the reverse of write.
func readSprites(path string) (sprites, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	s := sprites{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, f.Name, err)
		}
		s[strings.TrimSuffix(f.Name, ".png")] = data
	}
	return s, nil
}
