#if defined(__x86_64__) && defined(__GNUC__)
#define KERNELS kernels_avx2
#define NAME "avx2"
#define WIDTH 8
#define TARGET __attribute__((target("avx2,fma")))
#include "each_processor.h"
#endif
