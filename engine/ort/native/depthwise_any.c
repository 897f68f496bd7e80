#define KERNELS depthwise_any
#define WIDTH 4
#include "depthwise_kernels.inc"
