#include "register.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "operator.h"

extern struct operator batchnorm_op, batchnorm_grad_op, elementwise_op, separable_op, separable_grad_op;

static struct operator *const operators[] = {&batchnorm_op, &batchnorm_grad_op, &elementwise_op, &separable_op, &separable_grad_op};

static OrtCustomOpDomain *own;

struct base {
  void *const *(*GetApi)(uint32_t version);
  const char *(*GetVersionString)(void);
};

static char *message(OrtStatus *status) {
  if (!status) return NULL;
  char *m = strdup(ort.GetErrorMessage(status));
  ort.ReleaseStatus(status);
  return m;
}

static OrtStatus *make_domain(const char *name) {
  TRY(ort.CreateCustomOpDomain(name, &own));
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    complete(operators[i]);
    TRY(ort.CustomOpDomain_Add(own, &operators[i]->base));
  }
  return NULL;
}

char *native_open(const char *library, const char *domain) {
  void *handle = dlopen(library, RTLD_LAZY);
  if (!handle) return strdup(dlerror());
  const struct base *(*get_base)(void) = (const struct base *(*)(void))dlsym(handle, "OrtGetApiBase");
  if (!get_base) return strdup("it has no OrtGetApiBase");
  void *const *table = get_base()->GetApi(api_version);
  if (!table) return strdup("it is older than ONNX Runtime 1.18");
#define FILL(place, name, result, parameters) ort.name = (result(*) parameters)table[place];
  FUNCTIONS(FILL)
#undef FILL
  return message(make_domain(domain));
}

char *native_add(void *options) { return message(ort.AddCustomOpDomain(options, own)); }
