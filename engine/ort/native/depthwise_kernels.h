// The two inner loops of depthwise.c, for each kind of processor.
#ifndef FBNAS_DEPTHWISE_KERNELS_H
#define FBNAS_DEPTHWISE_KERNELS_H

#include <stddef.h>

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

struct depthwise_kernels {
  void (*sum_taps)(const struct taps *);
  void (*sum_products)(const struct products *, double *sums);
};

extern const struct depthwise_kernels depthwise_avx512, depthwise_avx2, depthwise_any;

#endif
