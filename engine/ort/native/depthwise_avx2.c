#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC target("avx2,fma")
#define KERNELS depthwise_avx2
#define WIDTH 8
#include "depthwise_kernels.inc"
#endif
