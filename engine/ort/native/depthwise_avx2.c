#if defined(__x86_64__) && defined(__GNUC__)
#define KERNELS depthwise_avx2
#define WIDTH 8
#define TARGET __attribute__((target("avx2,fma")))
#include "depthwise_kernels.inc"
#endif
