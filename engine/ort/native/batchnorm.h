// The arithmetic of a batch norm in training on one channel: n numbers that lie
// one behind the other. What a channel's passes read again is then still in
// the cache, so that memory is read once and written once.
#ifndef FBNAS_BATCHNORM_H
#define FBNAS_BATCHNORM_H

#include <stddef.h>

enum activation { act_none, act_relu, act_hardswish, activations };

// A channel of x and what its normalisation is made of.
struct channel {
  const float *x;
  size_t n;
  float mean, variance, epsilon; // variance is biased
  float scale, shift;
};

// Mean and biased variance of c->x.
void batchnorm_statistics(struct channel *c);

// y = act(normed * scale + shift) + sum; sum may be null, y may be x or sum.
void batchnorm_forward(enum activation act, const struct channel *c, const float *sum, float *y);

// y = act(normed * scale + shift), laid out in rows of so many floats that
// begin `step` floats from each other.
void batchnorm_forward_rows(enum activation act, const struct channel *c, float *y, size_t row, size_t step);

// The gradients with respect to x, scale and shift; dx may be dy or x.
void batchnorm_backward(enum activation act, const struct channel *c, const float *dy, float *dx, float *dscale, float *dshift);

#endif
