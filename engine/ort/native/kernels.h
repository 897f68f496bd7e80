// The inner loops, compiled once for each kind of processor (each_processor.h).
#ifndef FBNAS_KERNELS_H
#define FBNAS_KERNELS_H

#include <stddef.h>

#include "batchnorm.h"
#include "elementwise.h"

// For each pixel i: y[i] = the sum over taps (a, b) of w[a][b] x[i] at the tap.
// A pixel is `lanes` floats; all steps are in floats.
struct taps {
  const float *x;
  ptrdiff_t x_row, x_column; // from tap to tap
  size_t x_pixel;            // from pixel to pixel
  const float *w;
  size_t w_row, w_column, rows, columns;
  float *y;
  size_t y_pixel, pixels, lanes;
};

// sums[b] += the sum over rows, pixels and lanes of dy times x at column b of
// the kernel; dy is [rows][pixels][lanes].
struct products {
  const float *x;
  size_t x_row, x_pixel;
  const float *dy;
  size_t rows, pixels, lanes, columns; // columns is 1, 3, 5 or 7
};

struct kernels {
  const char *name;
  size_t width; // floats of a vector; depthwise convolutions have a multiple of lanes

  // Mean and biased variance of c->x.
  void (*statistics)(struct channel *c);
  // y = act(normed * scale + shift) + sum; sum may be null, y may be x or sum.
  void (*forward)(enum activation act, const struct channel *c, const float *sum, float *y);
  // y = act(normed * scale + shift), laid out in rows of so many floats that
  // begin `step` floats from each other.
  void (*forward_rows)(enum activation act, const struct channel *c, float *y, size_t row, size_t step);
  // The gradients with respect to x, scale and shift; dx may be dy or x.
  void (*backward)(enum activation act, const struct channel *c, const float *dy, float *dx, float *dscale, float *dshift);

  // Computes elements begin to end.
  void (*elementwise)(const struct program *, const struct operands *, size_t begin, size_t end);

  void (*sum_taps)(const struct taps *);
  void (*sum_products)(const struct products *, double *sums);
};

extern const struct kernels kernels_avx512, kernels_avx2, kernels_generic;

// Those in use: the best that this processor executes, unless a test asks for
// others.
extern const struct kernels *kernels;

// The best of them whose vectors divide so many lanes.
const struct kernels *kernels_for(size_t lanes);

// The name of set i, best first, and whether this processor executes it; null
// behind the last.
const char *kernels_at(size_t i, int *executes);

// Has everything use a set; null for the best. 0 where this processor lacks it.
int kernels_use(const char *name);

#endif
