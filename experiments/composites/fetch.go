package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"fbnas/internal/atomicfile"
	"fbnas/internal/setup"
)

// store keeps what is made of packages: sprites and smaller photographs.
type store struct {
	folder string
	log    *slog.Logger
}

// material is everything that pictures are made of.
type material struct {
	emoji    []emoji
	vendors  []drawings
	photos   [sides][]background
	packages []packageRecord
}

// archives are the packages that were fetched, in the order of their tables.
type archives struct {
	data, resvg setup.Fetched
	icons       []setup.Fetched
	photographs []setup.Fetched
}

// drawings are a vendor's.
type drawings struct {
	vendor
	sprites
}

// fetch brings all material.
func fetch(ctx context.Context, log *slog.Logger) (material, error) {
	cache, err := setup.Cache()
	if err != nil {
		return material{}, err
	}
	s := store{filepath.Join(string(cache), "composites"), log}
	m := material{}
	wanted := []setup.Package{emojiData, renderer}
	for _, v := range vendors {
		wanted = append(wanted, v.icons())
	}
	for _, w := range backgrounds {
		wanted = append(wanted, w.photographs())
	}
	got, err := setup.Packages(ctx, log, wanted...)
	if err != nil {
		return m, err
	}
	for i, p := range wanted {
		m.packages = append(m.packages, recordOf(p, got[i]))
	}
	from := archives{got[0], got[1], got[2 : 2+len(vendors)], got[2+len(vendors):]}
	if err := s.emoji(ctx, &m, from); err != nil {
		return m, err
	}
	return m, s.photographs(ctx, &m, from.photographs)
}

// emoji reads the table of emoji and brings the vendors' drawings of all of them.
func (s store) emoji(ctx context.Context, m *material, from archives) error {
	var folders []string
	for _, f := range from.icons {
		folders = append(folders, f.Folder)
	}
	names, err := readNames(folders)
	if err != nil {
		return err
	}
	if m.emoji, err = readEmoji(from.data.Folder, names); err != nil {
		return err
	}
	m.vendors = make([]drawings, len(vendors))
	return each(ctx, len(vendors), func(i int) error {
		drawn, err := s.sprites(ctx, m.emoji, i, from)
		m.vendors[i] = drawings{vendors[i], drawn}
		return err
	})
}

// sprites brings the drawings of vendor i: from the store, or drawn now.
func (s store) sprites(ctx context.Context, all []emoji, i int, from archives) (sprites, error) {
	v, icons := vendors[i], from.icons[i]
	key := sha256.Sum256(fmt.Append(nil, renderProgram, spriteSize, visible, icons.Digest, from.data.Digest, from.resvg.Digest))
	path := filepath.Join(s.folder, fmt.Sprintf("%s-%x.zip", v.name, key[:6]))
	kept, err := readSprites(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return kept, err
	}
	s.log.Info("drawing emoji, once", "vendor", v.name)
	set, err := readIcons(icons.Folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range all {
		names = append(names, e.name)
	}
	drawn, err := drawSprites(ctx, s.log.With("vendor", v.name), from.resvg.Folder, set, names)
	if err != nil {
		return nil, fmt.Errorf("emoji of %s: %w", v.name, err)
	}
	return drawn, atomicfile.Write(path, func(w io.Writer) error { return drawn.write(w, names) })
}

// photographs brings the photographs of both sides, of a size to cut from.
func (s store) photographs(ctx context.Context, m *material, folders []setup.Fetched) error {
	type from struct {
		photo
		folder string
		side   side
	}
	var all []from
	for i, w := range backgrounds {
		for _, p := range w.photos {
			all = append(all, from{p, folders[i].Folder, w.side})
		}
	}
	made := make([]background, len(all))
	err := each(ctx, len(all), func(i int) error {
		img, err := s.photograph(filepath.Join(all[i].folder, all[i].name), all[i].sha256)
		if err == nil {
			made[i] = newBackground(all[i].name, img)
		}
		return err
	})
	for i, f := range all {
		m.photos[f.side] = append(m.photos[f.side], made[i])
	}
	return err
}

func (s store) photograph(path, sum string) (*image.RGBA, error) {
	small := filepath.Join(s.folder, fmt.Sprintf("%s-%s-%d-%s.png", filepath.Base(path), sum[:12], photoSide, runtime.Version()))
	if img, err := decode(small, png.Decode); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return img, err
	}
	whole, err := decode(path, jpeg.Decode)
	if err != nil {
		return nil, err
	}
	img := shrink(whole, photoSide)
	return img, atomicfile.Write(small, func(w io.Writer) error { return png.Encode(w, img) })
}

func decode(path string, as func(io.Reader) (image.Image, error)) (*image.RGBA, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, err := as(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rgba(img), nil
}
