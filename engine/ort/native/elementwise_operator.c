// Elementwise: inputs have an element each for those of the outputs, or one for
// all of them; outputs have the dimensions of the attribute shape. Attributes
// are the program too: code has three numbers for each step, constants the
// numbers, results the register of each output.
#include "elementwise.h"
#include "operator.h"

// What a task computes: starting one costs as much as some thousands of elements.
enum { task_elements = 1 << 14 };

struct elementwise {
  struct node node;
  struct program program;
  size_t rank, size, outputs;
  int64_t dims[max_rank], result[max_registers];
};

static OrtStatus *read_program(struct elementwise *e, const OrtKernelInfo *info) {
  struct program *p = &e->program;
  int64_t code[3 * max_registers];
  size_t length = 3 * max_registers;
  e->rank = max_rank, e->outputs = p->constants = max_registers;
  TRY(ort.KernelInfo_GetInputCount(info, &p->inputs));
  TRY(ort.KernelInfoGetAttributeArray_int64(info, "shape", e->dims, &e->rank));
  TRY(ort.KernelInfoGetAttributeArray_int64(info, "code", code, &length));
  TRY(ort.KernelInfoGetAttributeArray_int64(info, "results", e->result, &e->outputs));
  OrtStatus *none = ort.KernelInfoGetAttributeArray_float(info, "constants", p->constant, &p->constants);
  if (none) ort.ReleaseStatus(none), p->constants = 0;
  p->steps = length / 3;
  for (size_t s = 0; s < p->steps; s++) p->step[s] = (struct step){(enum code)code[3 * s], (int)code[3 * s + 1], (int)code[3 * s + 2]};
  e->size = 1;
  for (size_t i = 0; i < e->rank; i++) e->size *= e->dims[i];
  return NULL;
}

static OrtStatus *prepare(struct node *n, const OrtKernelInfo *info) {
  struct elementwise *e = (struct elementwise *)n;
  TRY(read_program(e, info));
  const struct program *p = &e->program;
  int first = (int)(p->constants + p->inputs), registers = first + (int)p->steps;
  if (registers > max_registers) return fail("fbnas: a program of Elementwise is too long");
  for (int s = 0; s < (int)p->steps; s++) {
    const struct step *step = &p->step[s];
    if (step->code < 0 || step->code >= codes || step->a < 0 || step->a >= first + s || step->b < 0 || step->b >= first + s)
      return fail("fbnas: a step of Elementwise is none");
  }
  for (size_t i = 0; i < e->outputs; i++)
    if (e->result[i] < first || e->result[i] >= registers) return fail("fbnas: an output of Elementwise is no step's");
  return NULL;
}

struct job {
  const struct elementwise *e;
  struct operands operands;
};

static void run(void *job, size_t task) {
  const struct job *j = job;
  size_t begin = task * task_elements, end = begin + task_elements;
  elementwise(&j->e->program, &j->operands, begin, end < j->e->size ? end : j->e->size);
}

static OrtStatus *compute(const struct node *n, OrtKernelContext *context, const struct tensor *in) {
  (void)in;
  const struct elementwise *e = (const struct elementwise *)n;
  struct job j = {.e = e};
  for (size_t i = 0; i < e->program.inputs; i++) {
    struct tensor t = {0};
    TRY(input(context, i, &t));
    size_t r = e->program.constants + i;
    if (t.size == e->size) j.operands.full[r] = t.data;
    else if (t.size == 1) j.operands.single[r] = t.data;
    else return fail("fbnas: Elementwise of tensors that do not fit");
  }
  for (size_t i = 0; i < e->outputs; i++) TRY(output(context, i, e->dims, e->rank, &j.operands.result[e->result[i]]));
  return ort.KernelContext_ParallelFor(context, run, (e->size + task_elements - 1) / task_elements, 0, &j);
}

struct operator elementwise_op = {
    .name = "Elementwise", .inputs = 1, .required = 1, .outputs = 1, .variadic = 1,
    .node_size = sizeof(struct elementwise), .prepare = prepare, .compute = compute};
