#include "kernels.h"

#include <string.h>

static int always(void) { return 1; }

#if defined(__x86_64__) && defined(__GNUC__)
// Features, not models: what the compiler picks by a model's name (arch=haswell)
// runs on that model alone.
static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static int has_avx512(void) {
#ifdef EMULATED_AVX512
  return 1;
#endif
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#endif

// Best first.
static const struct set {
  const struct kernels *kernels;
  int (*executes)(void);
} sets[] = {
#if defined(__x86_64__) && defined(__GNUC__)
    {&kernels_avx512, has_avx512},
    {&kernels_avx2, has_avx2},
#endif
    {&kernels_generic, always},
};

enum { count = sizeof sets / sizeof *sets };

const struct kernels *kernels = &kernels_generic;

const char *kernels_at(size_t i, int *executes) {
  if (i >= count) return NULL;
  *executes = sets[i].executes();
  return sets[i].kernels->name;
}

int kernels_use(const char *name) {
  for (size_t i = 0; i < count; i++) {
    if (!sets[i].executes() || (name && strcmp(name, sets[i].kernels->name))) continue;
    kernels = sets[i].kernels;
    return 1;
  }
  return 0;
}

const struct kernels *kernels_for(size_t lanes) {
  size_t i = 0;
  while (sets[i].kernels != kernels) i++;
  while (i < count - 1 && (lanes % sets[i].kernels->width || !sets[i].executes())) i++;
  return sets[i].kernels;
}
