// The two inner loops of depthwise.c; part of each_processor.h.
typedef float vector __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

INLINE vector load(const float *p) { return *(const vector *)p; }

// Sums that several pixels or taps keep in registers.
enum { at_once = 8 };

// `pixels` neighbours, one vector of each.
INLINE void taps_of(size_t pixels, const struct taps *t, const float *x, float *y) {
  vector sum[at_once] = {0};
  for (size_t a = 0; a < t->rows; a++)
    for (size_t b = 0; b < t->columns; b++) {
      const float w = t->w[a * t->w_row + b * t->w_column];
      const float *at = x + (ptrdiff_t)a * t->x_row + (ptrdiff_t)b * t->x_column;
#pragma GCC unroll 8
      for (size_t i = 0; i < pixels; i++) sum[i] += w * load(at + i * t->x_pixel);
    }
#pragma GCC unroll 8
  for (size_t i = 0; i < pixels; i++) *(vector *)(y + i * t->y_pixel) = sum[i];
}

KERNEL void sum_taps(const struct taps *t) {
  for (size_t v = 0; v < t->lanes; v += WIDTH) {
    const float *x = t->x + v;
    float *y = t->y + v;
    size_t left = t->pixels;
#define RUN(n)                                                                                                         \
  for (; left >= n; left -= n, x += n * t->x_pixel, y += n * t->y_pixel) taps_of(n, t, x, y)
    RUN(8);
    RUN(4);
    RUN(2);
    RUN(1);
#undef RUN
  }
}

INLINE void products_of(size_t columns, const struct products *r, double *sums) {
  for (size_t v = 0; v < r->lanes; v += WIDTH) {
    vector sum[at_once] = {0};
    for (size_t h = 0; h < r->rows; h++) {
      const float *x = r->x + h * r->x_row + v, *dy = r->dy + h * r->pixels * r->lanes + v;
      for (size_t i = 0; i < r->pixels; i++) {
        const vector d = load(dy + i * r->lanes);
#pragma GCC unroll 8
        for (size_t b = 0; b < columns; b++) sum[b] += d * load(x + i * r->x_pixel + b * r->lanes);
      }
    }
    for (size_t b = 0; b < columns; b++)
      for (size_t i = 0; i < WIDTH; i++) sums[b] += sum[b][i];
  }
}

KERNEL void sum_products(const struct products *r, double *sums) {
  switch (r->columns) {
  case 1: products_of(1, r, sums); break;
  case 3: products_of(3, r, sums); break;
  case 5: products_of(5, r, sums); break;
  case 7: products_of(7, r, sums); break;
  }
}
