package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fbnas/dataset/picture"
)

// LeftOut counts files of a data set that are not used, for one reason.
type LeftOut struct {
	Reason string   `json:"reason"`
	Count  int      `json:"count"`
	First  []string `json:"first"` // some of them
}

// leftOut collects LeftOut by reason, in the order of their first occurrence.
type leftOut []LeftOut

// firstLeftOut is the number of names kept for each reason.
const firstLeftOut = 5

func (l *leftOut) add(reason string, names ...string) {
	if len(names) == 0 {
		return
	}
	i := slices.IndexFunc(*l, func(o LeftOut) bool { return o.Reason == reason })
	if i < 0 {
		i = len(*l)
		*l = append(*l, LeftOut{Reason: reason})
	}
	o := &(*l)[i]
	o.Count += len(names)
	o.First = append(o.First, names[:min(len(names), firstLeftOut-len(o.First))]...)
}

// node is a folder with the image files in it. Paths are relative to the data
// set's folder.
type node struct {
	name, path string
	images     []string // directly in it
	subs       []*node
}

// all lists the images at any depth.
func (n *node) all() []string {
	list := slices.Clone(n.images)
	for _, sub := range n.subs {
		list = append(list, sub.all()...)
	}
	slices.Sort(list)
	return list
}

// classes are the subfolders that hold images, by name.
func (n *node) classes() []*node {
	var list []*node
	for _, sub := range n.subs {
		if len(sub.all()) > 0 {
			list = append(list, sub)
		}
	}
	return list
}

// scanner reads a tree of folders. Links are followed, but not in a circle.
type scanner struct {
	root    string
	left    leftOut
	visited map[[2]string]bool // by class folder and folder, links resolved
}

// debris are names that systems and tools leave in folders of images, in lower
// case; names that begin with a dot count as hidden anyway.
var debris = map[string]bool{"__macosx": true, "thumbs.db": true, "desktop.ini": true, "@eadir": true, "$recycle.bin": true}

// foreign are the extensions of pictures that are not read: from telephones,
// cameras and drawing programs.
var foreign = map[string]bool{
	".heic": true, ".heif": true, ".avif": true, ".jxl": true, ".jp2": true, ".dng": true, ".cr2": true, ".cr3": true,
	".nef": true, ".arw": true, ".raf": true, ".orf": true, ".psd": true, ".svg": true, ".tga": true, ".ppm": true,
}

// foreignPicture is the reason for leaving them out.
const foreignPicture = "picture in a format that is not read: "

// foreignPictures is a warning: users expect their pictures to be used.
func (l leftOut) foreignPictures() string {
	var parts []string
	for _, o := range l {
		if ext, ok := strings.CutPrefix(o.Reason, foreignPicture); ok {
			parts = append(parts, fmt.Sprintf("%d %s", o.Count, ext))
		}
	}
	if parts == nil {
		return ""
	}
	return "pictures in formats that fbnas does not read are left out (" + strings.Join(parts, ", ") + "): convert them to JPEG or PNG"
}

func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || debris[strings.ToLower(name)]
}

func scan(root string) (*node, leftOut, error) {
	s := scanner{root: root, visited: map[[2]string]bool{}}
	tree, err := s.folder("")
	return tree, s.left, err
}

func (s *scanner) folder(path string) (*node, error) {
	n := &node{name: filepath.Base(path), path: path}
	met, err := s.visitedBefore(path)
	if met || err != nil {
		return n, err
	}
	entries, err := os.ReadDir(filepath.Join(s.root, path)) // sorted by name
	if err != nil {
		return nil, fmt.Errorf("list the images: %w", err)
	}
	for _, e := range entries {
		at := filepath.Join(path, e.Name())
		info, err := os.Stat(filepath.Join(s.root, at)) // follows a link
		switch ext := strings.ToLower(filepath.Ext(e.Name())); {
		case hidden(e.Name()):
			s.left.add("hidden, or left by the system", at)
		case err != nil:
			s.left.add("broken link", at)
		case info.IsDir():
			sub, err := s.folder(at)
			if err != nil {
				return nil, err
			}
			n.subs = append(n.subs, sub)
		case !info.Mode().IsRegular():
			s.left.add("not a regular file", at)
		case foreign[ext]:
			s.left.add(foreignPicture+ext, at)
		case !picture.Extensions[ext]:
			s.left.add("not an image by its name: "+orNone(ext), at)
		default:
			n.images = append(n.images, at)
		}
	}
	return n, nil
}

func orNone(ext string) string {
	if ext == "" {
		return "no ending"
	}
	return ext
}

// visitedBefore reports whether links have led to a folder before: from a folder inside it, or
// from one of the same two folders below the data set's own. Two classes may
// share a folder: their images are then compared.
func (s *scanner) visitedBefore(path string) (bool, error) {
	real, err := filepath.EvalSymlinks(filepath.Join(s.root, path))
	if err != nil {
		return false, fmt.Errorf("list the images: %w", err)
	}
	class := path
	if parts := strings.SplitN(path, string(filepath.Separator), 3); len(parts) > 2 {
		class = filepath.Join(parts[:2]...)
	}
	for _, above := range s.ancestors(path) {
		if above == real {
			s.left.add("folder linked in a cycle", path)
			return true, nil
		}
	}
	key := [2]string{class, real}
	if s.visited[key] {
		s.left.add("folder linked twice", path)
		return true, nil
	}
	s.visited[key] = true
	return false, nil
}

// ancestors are the folders that contain a folder, with links resolved.
func (s *scanner) ancestors(path string) []string {
	var list []string
	for path != "" {
		if path = filepath.Dir(path); path == "." {
			path = ""
		}
		if real, err := filepath.EvalSymlinks(filepath.Join(s.root, path)); err == nil {
			list = append(list, real)
		}
	}
	return list
}
