// Compares depthwise.c with the definition of a convolution, over sizes,
// kernels, strides and pads; twice on the same planes, whose zeros must stay.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../depthwise.h"

static float number(void) { return (float)rand() / RAND_MAX - 0.5f; }

static void define(const struct geometry *g, const float *w, const float *x, const float *dy, float *y, double *dw, float *dx) {
  for (size_t oh = 0; oh < g->out_height; oh++)
    for (size_t ow = 0; ow < g->out_width; ow++)
      for (size_t a = 0; a < g->kernel; a++)
        for (size_t b = 0; b < g->kernel; b++)
          for (size_t l = 0; l < g->lanes; l++) {
            size_t h = oh * g->stride + a - g->pad, v = ow * g->stride + b - g->pad;
            if (h >= g->height || v >= g->width) continue; // below 0 too: unsigned
            size_t i = (h * g->width + v) * g->lanes + l, o = (oh * g->out_width + ow) * g->lanes + l, t = a * g->kernel + b;
            y[o] += w[t] * x[i], dw[t] += (double)dy[o] * x[i], dx[i] += w[t] * dy[o];
          }
}

static int differ(const char *what, const struct geometry *g, double got, double want) {
  if (fabs(got - want) <= 1e-5 * (1 + fabs(want))) return 0;
  printf("%s: %zux%zu kernel %zu stride %zu pad %zu: %g, want %g\n", what, g->height, g->width, g->kernel, g->stride, g->pad, got, want);
  return 1;
}

static int check(const struct geometry *g) {
  size_t in = g->height * g->width * g->lanes, out = g->out_height * g->out_width * g->lanes, taps = g->kernel * g->kernel;
  struct planes p = {calloc(depthwise_x_plane(g), sizeof(float)), calloc(depthwise_dy_plane(g), sizeof(float))};
  int bad = 0;
  for (int round = 0; round < 2; round++) {
    float *x = malloc(in * sizeof *x), *dy = malloc(out * sizeof *dy), *y = malloc(out * sizeof *y), *dx = malloc(in * sizeof *dx);
    float *y2 = calloc(out, sizeof *y2), *dx2 = calloc(in, sizeof *dx2), w[max_kernel * max_kernel];
    double dw[max_kernel * max_kernel] = {0}, dw2[max_kernel * max_kernel] = {0};
    for (size_t i = 0; i < in; i++) x[i] = number();
    for (size_t i = 0; i < out; i++) dy[i] = number();
    for (size_t i = 0; i < taps; i++) w[i] = number();
    for (size_t h = 0; h < g->height; h++)
      for (size_t i = 0; i < g->width * g->lanes; i++)
        depthwise_first_row(g, p)[h * depthwise_row_step(g) + i] = x[h * g->width * g->lanes + i];
    depthwise_forward(g, w, p, y);
    depthwise_backward(g, w, p, dy, dw, dx);
    define(g, w, x, dy, y2, dw2, dx2);
    for (size_t i = 0; i < out; i++) bad += differ("y", g, y[i], y2[i]);
    for (size_t i = 0; i < taps; i++) bad += differ("dw", g, dw[i], dw2[i]);
    for (size_t i = 0; i < in; i++) bad += differ("dx", g, dx[i], dx2[i]);
    free(x), free(dy), free(y), free(dx), free(y2), free(dx2);
  }
  free(p.x), free(p.dy);
  return bad;
}

int main(void) {
#ifdef NEEDS
  if (!__builtin_cpu_supports(NEEDS)) return 77;
#endif
  int checked = 0, bad = 0;
  for (size_t h = 1; h <= 9; h++)
    for (size_t w = 1; w <= 19; w += 3)
      for (size_t k = 1; k <= max_kernel; k += 2)
        for (size_t s = 1; s <= 3; s++)
          for (size_t pad = 0; pad <= k / 2; pad++) {
            if (h + 2 * pad < k || w + 2 * pad < k) continue;
            struct geometry g = {h, w, 16, k, s, pad, (h + 2 * pad - k) / s + 1, (w + 2 * pad - k) / s + 1};
            bad += check(&g), checked++;
            if (bad > 10) return 1;
          }
  printf("%d geometries\n", checked);
  return bad > 0;
}
