#include "operator.h"

#include <stdlib.h>
#include <string.h>

struct runtime ort;

static const struct operator *of(const OrtCustomOp *op) { return (const struct operator *)op; }

static const char *name(const OrtCustomOp *op) { return of(op)->name; }

static const char *on_cpu(const OrtCustomOp *op) { return (void)op, NULL; }

static int floats(const OrtCustomOp *op, size_t index) { return (void)op, (void)index, ort_float; }

static size_t inputs(const OrtCustomOp *op) { return of(op)->inputs; }

static size_t outputs(const OrtCustomOp *op) { return of(op)->outputs; }

static int input_presence(const OrtCustomOp *op, size_t index) {
  if (of(op)->variadic && index + 1 == of(op)->inputs) return ort_variadic;
  return index < of(op)->required ? ort_required : ort_optional;
}

static int output_presence(const OrtCustomOp *op, size_t index) {
  return of(op)->variadic && index + 1 == of(op)->outputs ? ort_variadic : ort_required;
}

static int yes(const OrtCustomOp *op) { return (void)op, 1; }

static int usual_memory(const OrtCustomOp *op, size_t index) { return (void)op, (void)index, 0; }

OrtStatus *fail(const char *message) { return ort.CreateStatus(ort_fail, message); }

static void read_whole(const OrtKernelInfo *info, const char *name, int64_t *value) {
  OrtStatus *lacking = ort.KernelInfoGetAttribute_int64(info, name, value);
  if (lacking) ort.ReleaseStatus(lacking);
}

static void read_float(const OrtKernelInfo *info, const char *name, float *value) {
  OrtStatus *lacking = ort.KernelInfoGetAttribute_float(info, name, value);
  if (lacking) ort.ReleaseStatus(lacking);
}

static OrtStatus *create(const OrtCustomOp *op, const void *api, const OrtKernelInfo *info, void **made) {
  (void)api;
  struct attributes a = {0};
#define READ(name) read_whole(info, #name, &a.name);
  WHOLE_ATTRIBUTES(READ)
#undef READ
#define READ(name) read_float(info, #name, &a.name);
  FLOAT_ATTRIBUTES(READ)
#undef READ
  if (a.act < 0 || a.act >= activations || a.act2 < 0 || a.act2 >= activations) return fail("fbnas: act is no activation");
  struct node *n = calloc(1, of(op)->node_size ? of(op)->node_size : sizeof *n);
  if (!n) return fail("fbnas: out of memory");
  *n = (struct node){of(op), a};
  OrtStatus *unprepared = of(op)->prepare ? of(op)->prepare(n, info) : NULL;
  if (unprepared) free(n);
  else *made = n;
  return unprepared;
}

static OrtStatus *dimensions(const OrtTensorTypeAndShapeInfo *info, struct tensor *t) {
  TRY(ort.GetDimensionsCount(info, &t->rank));
  if (t->rank > max_rank) return fail("fbnas: a tensor has too many dimensions");
  TRY(ort.GetDimensions(info, t->dims, t->rank));
  t->size = 1;
  for (size_t i = 0; i < t->rank; i++) t->size *= t->dims[i];
  return NULL;
}

OrtStatus *input(OrtKernelContext *context, size_t index, struct tensor *t) {
  const OrtValue *value = NULL;
  TRY(ort.KernelContext_GetInput(context, index, &value));
  if (!value) return NULL;
  TRY(ort.GetTensorMutableData(value, (void **)&t->data));
  OrtTensorTypeAndShapeInfo *info;
  TRY(ort.GetTensorTypeAndShape(value, &info));
  OrtStatus *status = dimensions(info, t);
  ort.ReleaseTensorTypeAndShapeInfo(info);
  return status;
}

OrtStatus *output(OrtKernelContext *context, size_t index, const int64_t *dims, size_t rank, float **data) {
  OrtValue *value;
  TRY(ort.KernelContext_GetOutput(context, index, dims, rank, &value));
  return ort.GetTensorMutableData(value, (void **)data);
}

static OrtStatus *compute(void *made, OrtKernelContext *context) {
  const struct node *n = made;
  struct tensor in[max_inputs] = {0};
  size_t given;
  TRY(ort.KernelContext_GetInputCount(context, &given));
  for (size_t i = 0; i < given && i < n->op->inputs; i++) TRY(input(context, i, &in[i]));
  return n->op->compute(n, context, in);
}

size_t may_share(const int (*pairs)[2], size_t n, int **ins, int **outs) {
  *ins = malloc(n * sizeof **ins), *outs = malloc(n * sizeof **outs);
  if (!*ins || !*outs) {
    free(*ins), free(*outs);
    *ins = *outs = NULL;
    return 0;
  }
  for (size_t i = 0; i < n; i++) (*ins)[i] = pairs[i][0], (*outs)[i] = pairs[i][1];
  return n;
}

static void release_pairs(int *ins, int *outs) { free(ins), free(outs); }

void complete(struct operator *op) {
  OrtCustomOp *b = &op->base;
  b->version = api_version;
  b->GetName = name;
  b->GetExecutionProviderType = on_cpu;
  b->GetInputType = b->GetOutputType = floats;
  b->GetInputTypeCount = inputs, b->GetOutputTypeCount = outputs;
  b->GetInputCharacteristic = input_presence, b->GetOutputCharacteristic = output_presence;
  b->GetInputMemoryType = usual_memory;
  b->GetVariadicInputMinArity = b->GetVariadicInputHomogeneity = yes;
  b->GetVariadicOutputMinArity = b->GetVariadicOutputHomogeneity = yes;
  b->GetStartVersion = b->GetEndVersion = yes;
  b->CreateKernelV2 = create, b->KernelComputeV2 = compute, b->KernelDestroy = free;
  b->ReleaseMayInplace = release_pairs;
}
