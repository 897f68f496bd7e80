// Arithmetic element by element on tensors of one size: a small program of
// steps, run on strips that stay in the first cache, so that what lies between
// two steps never reaches memory.
#ifndef FBNAS_ELEMENTWISE_H
#define FBNAS_ELEMENTWISE_H

#include <stddef.h>

// What a step makes of a and b; the last ones read a only. The numbers are part
// of models (graph/lower/blocked_elementwise.go).
enum code {
  code_add, code_sub, code_mul, code_div, code_max, code_min,
  code_greater, // 1 where a > b, else 0
  code_sqrt, code_exp, code_log, code_copy,
  codes
};

// Registers are numbered: constants, then inputs, then the results of steps.
enum { max_registers = 128 };

struct step {
  enum code code;
  int a, b; // registers before its own
};

struct program {
  size_t constants, inputs, steps;
  float constant[max_registers];
  struct step step[max_registers];
};

// Where the registers of a run are in memory: those with an element for each of
// the tensors', and the one element of the inputs that have no more. Null for
// those that are neither.
struct operands {
  const float *full[max_registers], *single[max_registers]; // inputs
  float *result[max_registers];                             // steps whose results leave the program
};

// Computes elements begin to end.
void elementwise(const struct program *, const struct operands *, size_t begin, size_t end);

#endif
