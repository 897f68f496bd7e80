#include "elementwise.h"

#include <math.h>

#include "processors.h"

enum { strip = 256 };

#define EACH(value)                                                                                                    \
  do {                                                                                                                 \
    _Pragma("omp simd") for (size_t i = 0; i < n; i++) y[i] = (value);                                                 \
    return;                                                                                                            \
  } while (0)

// Maximum and minimum keep what is no number.
INLINE void compute(enum code code, const float *a, const float *b, float *restrict y, size_t n) {
  switch (code) {
  case code_add: EACH(a[i] + b[i]);
  case code_sub: EACH(a[i] - b[i]);
  case code_mul: EACH(a[i] * b[i]);
  case code_div: EACH(a[i] / b[i]);
  case code_max: EACH(a[i] < b[i] ? b[i] : a[i]);
  case code_min: EACH(a[i] > b[i] ? b[i] : a[i]);
  case code_greater: EACH(a[i] > b[i] ? 1.0f : 0.0f);
  case code_sqrt: EACH(sqrtf(a[i]));
  case code_exp: EACH(expf(a[i]));
  case code_log: EACH(logf(a[i]));
  default: EACH(a[i]);
  }
}

INLINE const float *filled(float *line, float value, size_t n) {
  for (size_t i = 0; i < n; i++) line[i] = value;
  return line;
}

FOR_EACH_PROCESSOR void elementwise(const struct program *p, const struct operands *o, size_t begin, size_t end) {
  float lines[max_registers][strip];
  const float *value[max_registers];
  const size_t first = p->constants + p->inputs; // of the steps' registers
  const size_t longest = end - begin < strip ? end - begin : strip;
  for (size_t r = 0; r < first; r++)
    if (!o->full[r]) value[r] = filled(lines[r], r < p->constants ? p->constant[r] : *o->single[r], longest);
  for (size_t at = begin; at < end; at += strip) {
    const size_t n = end - at < strip ? end - at : strip;
    for (size_t r = p->constants; r < first; r++)
      if (o->full[r]) value[r] = o->full[r] + at;
    for (size_t s = 0, r = first; s < p->steps; s++, r++) {
      float *y = o->result[r] ? o->result[r] + at : lines[r];
      compute(p->step[s].code, value[p->step[s].a], value[p->step[s].b], y, n);
      value[r] = y;
    }
  }
}
