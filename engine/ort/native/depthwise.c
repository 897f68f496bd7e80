#include "depthwise.h"

#include <string.h>

#include "depthwise_kernels.h"

static size_t padded_row(const struct geometry *g) { return (g->width + 2 * g->pad) * g->lanes; }

// Zeros around dy, in rows and columns: a tap reads at most so far beyond it.
static size_t margin(const struct geometry *g) { return g->kernel; }

static size_t dy_row(const struct geometry *g) { return (g->out_width + 2 * margin(g)) * g->lanes; }

size_t depthwise_x_plane(const struct geometry *g) { return (g->height + 2 * g->pad) * padded_row(g); }

size_t depthwise_dy_plane(const struct geometry *g) { return (g->out_height + 2 * margin(g)) * dy_row(g); }

// The kernels of this processor that know pixels of so many lanes; a test asks
// for others.
static const struct depthwise_kernels *kernels(size_t lanes) {
#ifdef DEPTHWISE_KERNELS
  return (void)lanes, &DEPTHWISE_KERNELS;
#elif defined(__x86_64__) && defined(__GNUC__)
  if (lanes % 16 == 0 && __builtin_cpu_supports("avx512f")) return &depthwise_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &depthwise_avx2;
#endif
  return (void)lanes, &depthwise_any;
}

float *depthwise_first_row(const struct geometry *g, struct planes p) { return p.x + g->pad * (padded_row(g) + g->lanes); }

size_t depthwise_row_step(const struct geometry *g) { return padded_row(g); }

void depthwise_forward(const struct geometry *g, const float *w, struct planes p, float *y) {
  const struct depthwise_kernels *k = kernels(g->lanes);
  for (size_t h = 0; h < g->out_height; h++) {
    struct taps t = {
        .x = p.x + h * g->stride * padded_row(g), .x_row = padded_row(g), .x_column = g->lanes, .x_pixel = g->stride * g->lanes,
        .w = w, .w_row = g->kernel, .w_column = 1, .rows = g->kernel, .columns = g->kernel,
        .y = y + h * g->out_width * g->lanes, .y_pixel = g->lanes, .pixels = g->out_width, .lanes = g->lanes};
    k->sum_taps(&t);
  }
}

// Pixel (h, c) of x, in padded coordinates, gave to output (h - a, c - b) /
// stride through tap (a, b), for those taps that leave no remainder: first,
// first + stride, ... They are the same for every stride-th pixel of a row.
static void input_gradient_row(const struct geometry *g, const float *w, struct planes p, size_t h, size_t column, float *dx) {
  const size_t s = g->stride, row = (h + g->pad) / s + margin(g), place = (column + g->pad) / s + margin(g);
  const size_t first_row = (h + g->pad) % s, first_column = (column + g->pad) % s;
  struct taps t = {
      .x = p.dy + row * dy_row(g) + place * g->lanes, .x_row = -(ptrdiff_t)dy_row(g), .x_column = -(ptrdiff_t)g->lanes, .x_pixel = g->lanes,
      .w = w + first_row * g->kernel + first_column, .w_row = s * g->kernel, .w_column = s,
      .rows = first_row < g->kernel ? (g->kernel - first_row + s - 1) / s : 0,
      .columns = first_column < g->kernel ? (g->kernel - first_column + s - 1) / s : 0,
      .y = dx + (h * g->width + column) * g->lanes, .y_pixel = s * g->lanes, .pixels = (g->width - column + s - 1) / s, .lanes = g->lanes};
  kernels(g->lanes)->sum_taps(&t);
}

void depthwise_backward(const struct geometry *g, const float *w, struct planes p, const float *dy, double *dw, float *dx) {
  const size_t line = g->out_width * g->lanes;
  for (size_t a = 0; a < g->kernel; a++) {
    struct products r = {
        .x = p.x + a * padded_row(g), .x_row = g->stride * padded_row(g), .x_pixel = g->stride * g->lanes,
        .dy = dy, .rows = g->out_height, .pixels = g->out_width, .lanes = g->lanes, .columns = g->kernel};
    kernels(g->lanes)->sum_products(&r, dw + a * g->kernel);
  }
  for (size_t h = 0; h < g->out_height; h++)
    memcpy(p.dy + (h + margin(g)) * dy_row(g) + margin(g) * g->lanes, dy + h * line, line * sizeof *dy);
  for (size_t h = 0; h < g->height; h++)
    for (size_t c = 0; c < g->stride && c < g->width; c++) input_gradient_row(g, w, p, h, c, dx);
}
