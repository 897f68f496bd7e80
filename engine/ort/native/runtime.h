// What of ONNX Runtime's C interface an operator of one's own needs. The
// interface only grows: a function keeps its place in the table, and a struct
// its first members (onnxruntime_c_api.h, versions 18 and later).
#ifndef FBNAS_RUNTIME_H
#define FBNAS_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

enum { api_version = 18 };

typedef struct OrtStatus OrtStatus;
typedef struct OrtValue OrtValue;
typedef struct OrtKernelInfo OrtKernelInfo;
typedef struct OrtKernelContext OrtKernelContext;
typedef struct OrtCustomOpDomain OrtCustomOpDomain;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtCustomOp OrtCustomOp;

// Place in the table, name, result and parameters; TestTable compares places
// with the C header.
#define FUNCTIONS(F)                                                                                                   \
  F(0, CreateStatus, OrtStatus *, (int, const char *))                                                                 \
  F(2, GetErrorMessage, const char *, (const OrtStatus *))                                                             \
  F(26, CreateCustomOpDomain, OrtStatus *, (const char *, OrtCustomOpDomain **))                                       \
  F(27, CustomOpDomain_Add, OrtStatus *, (OrtCustomOpDomain *, const OrtCustomOp *))                                   \
  F(28, AddCustomOpDomain, OrtStatus *, (OrtSessionOptions *, OrtCustomOpDomain *))                                    \
  F(51, GetTensorMutableData, OrtStatus *, (const OrtValue *, void **))                                                \
  F(61, GetDimensionsCount, OrtStatus *, (const OrtTensorTypeAndShapeInfo *, size_t *))                                \
  F(62, GetDimensions, OrtStatus *, (const OrtTensorTypeAndShapeInfo *, int64_t *, size_t))                            \
  F(65, GetTensorTypeAndShape, OrtStatus *, (const OrtValue *, OrtTensorTypeAndShapeInfo **))                          \
  F(85, KernelInfoGetAttribute_float, OrtStatus *, (const OrtKernelInfo *, const char *, float *))                     \
  F(86, KernelInfoGetAttribute_int64, OrtStatus *, (const OrtKernelInfo *, const char *, int64_t *))                   \
  F(88, KernelContext_GetInputCount, OrtStatus *, (const OrtKernelContext *, size_t *))                                \
  F(90, KernelContext_GetInput, OrtStatus *, (const OrtKernelContext *, size_t, const OrtValue **))                    \
  F(91, KernelContext_GetOutput, OrtStatus *,                                                                          \
    (OrtKernelContext *, size_t, const int64_t *, size_t, OrtValue **))                                                \
  F(93, ReleaseStatus, void, (OrtStatus *))                                                                            \
  F(99, ReleaseTensorTypeAndShapeInfo, void, (OrtTensorTypeAndShapeInfo *))                                            \
  F(162, KernelInfoGetAttributeArray_float, OrtStatus *, (const OrtKernelInfo *, const char *, float *, size_t *))     \
  F(163, KernelInfoGetAttributeArray_int64, OrtStatus *, (const OrtKernelInfo *, const char *, int64_t *, size_t *))   \
  F(230, KernelInfo_GetInputCount, OrtStatus *, (const OrtKernelInfo *, size_t *))                                     \
  F(274, KernelContext_ParallelFor, OrtStatus *,                                                                       \
    (const OrtKernelContext *, void (*)(void *, size_t), size_t, size_t, void *))

#define MEMBER(place, name, result, parameters) result(*name) parameters;
struct runtime {
  FUNCTIONS(MEMBER)
};
#undef MEMBER

// struct OrtCustomOp up to version 18. Functions that are null are not called.
struct OrtCustomOp {
  uint32_t version;
  void *CreateKernel; // before CreateKernelV2
  const char *(*GetName)(const OrtCustomOp *);
  const char *(*GetExecutionProviderType)(const OrtCustomOp *);
  int (*GetInputType)(const OrtCustomOp *, size_t);
  size_t (*GetInputTypeCount)(const OrtCustomOp *);
  int (*GetOutputType)(const OrtCustomOp *, size_t);
  size_t (*GetOutputTypeCount)(const OrtCustomOp *);
  void *KernelCompute; // before KernelComputeV2
  void (*KernelDestroy)(void *);
  int (*GetInputCharacteristic)(const OrtCustomOp *, size_t);
  int (*GetOutputCharacteristic)(const OrtCustomOp *, size_t);
  int (*GetInputMemoryType)(const OrtCustomOp *, size_t);
  int (*GetVariadicInputMinArity)(const OrtCustomOp *);
  int (*GetVariadicInputHomogeneity)(const OrtCustomOp *);
  int (*GetVariadicOutputMinArity)(const OrtCustomOp *);
  int (*GetVariadicOutputHomogeneity)(const OrtCustomOp *);
  OrtStatus *(*CreateKernelV2)(const OrtCustomOp *, const void *api, const OrtKernelInfo *, void **);
  OrtStatus *(*KernelComputeV2)(void *, OrtKernelContext *);
  void *InferOutputShapeFn;
  int (*GetStartVersion)(const OrtCustomOp *);
  int (*GetEndVersion)(const OrtCustomOp *);
  size_t (*GetMayInplace)(int **, int **);
  void (*ReleaseMayInplace)(int *, int *);
  size_t (*GetAliasMap)(int **, int **);
  void (*ReleaseAliasMap)(int *, int *);
};

// Values of the interface's enumerations.
enum { ort_fail = 1, ort_float = 1, ort_required = 0, ort_optional = 1, ort_variadic = 2 };

extern struct runtime ort;

// The first failure ends the function that meets it.
#define TRY(call)                                                                                                      \
  do {                                                                                                                 \
    OrtStatus *failure = (call);                                                                                       \
    if (failure) return failure;                                                                                       \
  } while (0)

#endif
