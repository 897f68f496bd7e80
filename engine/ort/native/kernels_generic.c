#define KERNELS kernels_generic
#define NAME "generic"
#define WIDTH 4
#define TARGET
#include "each_processor.h"
