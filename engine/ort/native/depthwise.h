// Depthwise convolution of one channel of one block of images, and its
// gradients. A block is [height][width][lanes]: the images lie innermost, so
// that a pixel is a vector.
#ifndef FBNAS_DEPTHWISE_H
#define FBNAS_DEPTHWISE_H

#include <stddef.h>

enum { max_kernel = 7 };

struct geometry {
  size_t height, width, lanes; // lanes is a multiple of 8
  size_t kernel, stride, pad;  // kernel is 1, 3, 5 or 7
  size_t out_height, out_width; // of the result
};

// What the functions below work on beside their arguments: x within its
// padding, and dy within zeros. They write the insides alone: both are all zero
// at first.
struct planes {
  float *x, *dy;
};

// Floats of each.
size_t depthwise_x_plane(const struct geometry *g);
size_t depthwise_dy_plane(const struct geometry *g);

// Where in planes.x the first row of x goes, and how far behind it the next one.
float *depthwise_first_row(const struct geometry *g, struct planes p);
size_t depthwise_row_step(const struct geometry *g);

// y from planes.x.
void depthwise_forward(const struct geometry *g, const float *w, struct planes p, float *y);

// Adds what this block gives to dw, from planes.x and dy; writes dx.
void depthwise_backward(const struct geometry *g, const float *w, struct planes p, const float *dy, double *dw, float *dx);

#endif
