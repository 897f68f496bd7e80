// An operator of our own: what the runtime asks about it, from one row.
#ifndef FBNAS_OPERATOR_H
#define FBNAS_OPERATOR_H

#include "batchnorm.h"
#include "runtime.h"

enum { max_inputs = 11, max_rank = 8 };

// A tensor of floats in the runtime's memory; data is null where an optional
// input was left out.
struct tensor {
  float *data;
  int64_t dims[max_rank];
  size_t rank, size; // size is the number of elements
};

// Attributes of all operators; those that a node lacks are 0.
#define WHOLE_ATTRIBUTES(F) F(act) F(act2) F(lanes) F(height) F(width) F(kernel) F(stride) F(pad)
#define FLOAT_ATTRIBUTES(F) F(epsilon) F(epsilon2)

struct attributes {
#define MEMBER(name) int64_t name;
  WHOLE_ATTRIBUTES(MEMBER)
#undef MEMBER
#define MEMBER(name) float name;
  FLOAT_ATTRIBUTES(MEMBER)
#undef MEMBER
};

// A node of a model: an operator with its attributes.
struct node {
  const struct operator *op;
  struct attributes attributes;
};

struct operator {
  OrtCustomOp base; // first, since the runtime hands back a pointer to it
  const char *name;
  size_t inputs, required, outputs; // all are tensors of floats; the first inputs are required
  int variadic;                     // the last input and the last output may be many
  // What a node keeps where that is more than struct node, which comes first in
  // it, and how it gets that; zero and null where it is not.
  size_t node_size;
  OrtStatus *(*prepare)(struct node *, const OrtKernelInfo *);
  OrtStatus *(*compute)(const struct node *, OrtKernelContext *, const struct tensor *in);
};

// Fills in base.
void complete(struct operator *);

// An input, for operators that have many.
OrtStatus *input(OrtKernelContext *, size_t index, struct tensor *);

// The memory of an output of the given dimensions.
OrtStatus *output(OrtKernelContext *, size_t index, const int64_t *dims, size_t rank, float **data);

// Pairs of input and output that may share memory where the input is not read
// again: what GetMayInplace wants.
size_t may_share(const int (*pairs)[2], size_t n, int **inputs, int **outputs);

OrtStatus *fail(const char *message);

// Memory of this thread for n floats, with whatever is in it, until it asks
// again; null when there is none.
float *scratch_floats(size_t n);

#endif
