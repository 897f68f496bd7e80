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

#endif
