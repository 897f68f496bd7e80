// Package picture is the one definition of how an image file becomes a tensor:
// decoded, 8 bits a channel, over white, upright, cut to the input's shape and
// scaled.
package picture
