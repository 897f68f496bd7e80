// The inner loops for one kind of processor: KERNELS and NAME name them, WIDTH is
// the floats of one vector, TARGET what their functions may use. Loops whose sums
// may be taken in any order say so (#pragma omp simd reduction). What it includes
// is called .h, since go build compiles anew for a change of such files only.
#include <math.h>

#include "kernels.h"

#define INLINE TARGET static inline __attribute__((always_inline))
#define KERNEL TARGET static

// A comparison with no number raises no trap that anybody waits for; so told,
// GCC turns the choices of an activation into vector code.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-trapping-math")
#endif

#include "batchnorm_kernels.h"
#include "depthwise_kernels.h"
#include "elementwise_kernels.h"

const struct kernels KERNELS = {
    .name = NAME,
    .width = WIDTH,
    .statistics = batchnorm_statistics,
    .forward = batchnorm_forward,
    .forward_rows = batchnorm_forward_rows,
    .backward = batchnorm_backward,
    .elementwise = elementwise,
    .sum_taps = sum_taps,
    .sum_products = sum_products,
};
