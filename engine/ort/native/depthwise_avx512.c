#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,fma")
#define KERNELS depthwise_avx512
#define WIDTH 16
#include "depthwise_kernels.inc"
#endif
