#define KERNELS depthwise_any
#define WIDTH 4
#define TARGET
#include "depthwise_kernels.inc"
