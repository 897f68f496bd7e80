// How a kernel's loops become vector code: the compiler writes such a function
// once for each of these processors, and the loader picks one of them. Loops
// whose sums may be taken in any order say so (#pragma omp simd reduction).
#ifndef FBNAS_PROCESSORS_H
#define FBNAS_PROCESSORS_H

#if defined(__x86_64__) && defined(__gnu_linux__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512")))
#else
#define FOR_EACH_PROCESSOR
#endif

// A comparison with no number raises no trap that anybody waits for; so told,
// GCC turns the choices of an activation into vector code.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-trapping-math")
#endif

#define INLINE static inline __attribute__((always_inline))

#endif
