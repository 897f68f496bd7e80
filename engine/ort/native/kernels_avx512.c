#if defined(__x86_64__) && defined(__GNUC__)
#define KERNELS kernels_avx512
#define NAME "avx512"
#define WIDTH 16
#if defined EMULATED_AVX512 // a test has the same source in the instructions that there are
#define TARGET
#elif defined __clang__
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#else // loops that the compiler finds keep to half a vector, as GCC does for such processors
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,prefer-vector-width=256")))
#endif
#include "each_processor.h"
#endif
