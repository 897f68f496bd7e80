#if defined(__x86_64__) && defined(__GNUC__)
#define KERNELS depthwise_avx512
#define WIDTH 16
#define TARGET __attribute__((target("avx512f,fma")))
#include "depthwise_kernels.inc"
#endif
