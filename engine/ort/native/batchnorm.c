#include "batchnorm.h"

#include <math.h>

#include "processors.h"

INLINE float value(enum activation act, float u) {
  switch (act) {
  case act_relu:
    return u < 0 ? 0 : u;
  case act_hardswish: {
    float inner = u * (u * (1.0f / 6) + 0.5f);
    inner = u > -3 ? inner : 0;
    return u < 3 ? inner : u;
  }
  default:
    return u;
  }
}

// dy times the slope of act at u.
INLINE float sloped(enum activation act, float u, float dy) {
  switch (act) {
  case act_relu:
    return u <= 0 ? 0 : dy;
  case act_hardswish: {
    float line = u * (1.0f / 3) + 0.5f;
    line = u > -3 ? line : 0;
    return dy * (u < 3 ? line : 1);
  }
  default:
    return dy;
  }
}

// Sums are taken in floats over a piece, in doubles over pieces.
enum { piece = 2048 };

INLINE size_t end_of_piece(const struct channel *c, size_t at) { return c->n - at < piece ? c->n : at + piece; }

// Each piece has a mean of its own, near which its squares lose nothing; how
// two pieces become one is by Chan, Golub and LeVeque (1979).
FOR_EACH_PROCESSOR void batchnorm_statistics(struct channel *c) {
  const float *x = c->x;
  double mean = 0, deviation = 0;
  for (size_t at = 0; at < c->n; at += piece) {
    size_t end = end_of_piece(c, at);
    double n = end - at;
    float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = at; i < end; i++) sum += x[i];
    float centre = (float)(sum / n);
#pragma omp simd reduction(+ : squares)
    for (size_t i = at; i < end; i++) squares += (x[i] - centre) * (x[i] - centre);
    double off = sum / n - centre, step = sum / n - mean, share = n / end;
    deviation += squares - n * off * off + step * step * at * share;
    mean += step * share;
  }
  c->mean = (float)mean;
  c->variance = (float)(deviation > 0 ? deviation / c->n : 0);
}

// The line a*x + b that takes a channel to the value before its activation.
struct line {
  float a, b;
  double inverse; // 1/sqrt(variance + epsilon)
};

INLINE struct line line_of(const struct channel *c) {
  double inverse = 1 / sqrt((double)c->variance + c->epsilon);
  double a = c->scale * inverse;
  return (struct line){(float)a, (float)(c->shift - c->mean * a), inverse};
}

INLINE void forward(enum activation act, const struct channel *c, const float *sum, float *y) {
  const struct line l = line_of(c);
  const float *x = c->x;
  if (sum) {
#pragma omp simd
    for (size_t i = 0; i < c->n; i++) y[i] = value(act, x[i] * l.a + l.b) + sum[i];
  } else {
#pragma omp simd
    for (size_t i = 0; i < c->n; i++) y[i] = value(act, x[i] * l.a + l.b);
  }
}

FOR_EACH_PROCESSOR void batchnorm_forward(enum activation act, const struct channel *c, const float *sum, float *y) {
  switch (act) {
  case act_relu:
    return forward(act_relu, c, sum, y);
  case act_hardswish:
    return forward(act_hardswish, c, sum, y);
  default:
    return forward(act_none, c, sum, y);
  }
}

INLINE void forward_rows(enum activation act, const struct channel *c, float *y, size_t row, size_t step) {
  const struct line l = line_of(c);
  for (const float *x = c->x; x < c->x + c->n; x += row, y += step) {
#pragma omp simd
    for (size_t i = 0; i < row; i++) y[i] = value(act, x[i] * l.a + l.b);
  }
}

FOR_EACH_PROCESSOR void batchnorm_forward_rows(enum activation act, const struct channel *c, float *y, size_t row, size_t step) {
  switch (act) {
  case act_relu:
    return forward_rows(act_relu, c, y, row, step);
  case act_hardswish:
    return forward_rows(act_hardswish, c, y, row, step);
  default:
    return forward_rows(act_none, c, y, row, step);
  }
}

// d, the gradient before the activation, is computed twice rather than stored:
// for its sums, and for dx = a (d - mean(d) - normed mean(d normed)).
INLINE void backward(enum activation act, const struct channel *c, const float *dy, float *dx, float *dscale, float *dshift) {
  const struct line l = line_of(c);
  const float *x = c->x, mean = c->mean;
  double sum = 0, moment = 0; // of d, and of d times x less its mean
  for (size_t at = 0; at < c->n; at += piece) {
    size_t end = end_of_piece(c, at);
    float s = 0, m = 0;
#pragma omp simd reduction(+ : s, m)
    for (size_t i = at; i < end; i++) {
      float d = sloped(act, x[i] * l.a + l.b, dy[i]);
      s += d;
      m += d * (x[i] - mean);
    }
    sum += s;
    moment += m;
  }
  *dshift = (float)sum;
  *dscale = (float)(moment * l.inverse);
  const float by_x = (float)(-l.a * moment * l.inverse * l.inverse / c->n);
  const float rest = (float)(-l.a * sum / c->n - (double)by_x * mean);
#pragma omp simd
  for (size_t i = 0; i < c->n; i++) dx[i] = sloped(act, x[i] * l.a + l.b, dy[i]) * l.a + (x[i] * by_x + rest);
}

FOR_EACH_PROCESSOR void batchnorm_backward(enum activation act, const struct channel *c, const float *dy, float *dx, float *dscale, float *dshift) {
  switch (act) {
  case act_relu:
    return backward(act_relu, c, dy, dx, dscale, dshift);
  case act_hardswish:
    return backward(act_hardswish, c, dy, dx, dscale, dshift);
  default:
    return backward(act_none, c, dy, dx, dscale, dshift);
  }
}
