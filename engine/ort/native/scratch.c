#include <pthread.h>
#include <stdlib.h>

#include "operator.h"

// A thread's memory, freed when it ends.
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

struct memory {
  size_t n;
  float floats[];
};

static void make_key(void) { pthread_key_create(&key, free); }

float *scratch_floats(size_t n) {
  pthread_once(&once, make_key);
  struct memory *m = pthread_getspecific(key);
  if (m && m->n >= n) return m->floats;
  free(m);
  m = malloc(sizeof *m + n * sizeof *m->floats);
  if (m) m->n = n;
  pthread_setspecific(key, m);
  return m ? m->floats : NULL;
}
