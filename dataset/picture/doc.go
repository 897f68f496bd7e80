// Package picture defines, once for training, evaluation and export, how an image
// file becomes a tensor.
//
// [Open] decodes a file by its content, whatever its name. A [Picture] is then
// turned upright by its EXIF orientation, drawn over white where it is
// transparent, reduced to 8 bits per channel, cropped in the middle to the input's
// aspect ratio, and scaled to its height and width (docs/pictures.md). [Definition]
// is the version of this procedure. Runs and exported files keep it, so that a change
// of the procedure is noticed.
//
// Files and the pixels that they promise are limited in size: a small file can
// claim an image that does not fit into memory.
package picture
