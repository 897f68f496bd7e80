// BatchNorm, activation, depthwise convolution, BatchNorm, activation: the inside
// of an inverted residual, in which a channel never meets another one. Channel
// by channel, what lies between x and y stays in the cache; the gradient
// computes it again rather than have it kept for the whole step.
#include <string.h>

#include "batchnorm.h"
#include "depthwise.h"
#include "operator.h"

// One task's memory: planes of one block of images, and whole channels.
struct scratch {
  struct planes planes;
  float *z;     // the convolution's result, then its gradient: a whole channel
};

struct separable {
  struct geometry geometry;
  size_t channels, blocks;     // blocks of images
  size_t pixels, out_pixels;   // floats of a block of x and of y
  const float *x, *w, *dy;
  struct norm {
    enum activation act;
    float epsilon;
    const float *scale, *shift;
    float *mean, *variance; // found going forward, given going back
    float *dscale, *dshift;
  } first, second;
  float *y, *dx, *dw;
};

static struct channel channel_of(const struct norm *n, size_t c, const float *x, size_t count) {
  return (struct channel){.x = x, .n = count, .mean = n->mean[c], .variance = n->variance[c], .epsilon = n->epsilon,
                          .scale = n->scale[c], .shift = n->shift[c]};
}

static void find_statistics(const struct norm *n, size_t c, const float *x, size_t count) {
  struct channel ch = {.x = x, .n = count};
  batchnorm_statistics(&ch);
  n->mean[c] = ch.mean, n->variance[c] = ch.variance;
}

// Normalises block b of channel c into the padded plane.
static void pad_block(const struct separable *s, size_t c, size_t b, struct scratch *m) {
  struct channel block = channel_of(&s->first, c, s->x + (c * s->blocks + b) * s->pixels, s->pixels);
  const struct geometry *g = &s->geometry;
  batchnorm_forward_rows(s->first.act, &block, depthwise_first_row(g, m->planes), g->width * g->lanes, depthwise_row_step(g));
}

static void convolve(const struct separable *s, size_t c, struct scratch *m) {
  const size_t taps = s->geometry.kernel * s->geometry.kernel;
  for (size_t b = 0; b < s->blocks; b++) {
    pad_block(s, c, b, m);
    depthwise_forward(&s->geometry, s->w + c * taps, m->planes, m->z + b * s->out_pixels);
  }
}

static void forward_channel(const struct separable *s, size_t c, struct scratch *m) {
  const size_t in = s->blocks * s->pixels, out = s->blocks * s->out_pixels;
  find_statistics(&s->first, c, s->x + c * in, in);
  convolve(s, c, m);
  find_statistics(&s->second, c, m->z, out);
  struct channel z = channel_of(&s->second, c, m->z, out);
  batchnorm_forward(s->second.act, &z, NULL, s->y + c * out);
}

static void backward_channel(const struct separable *s, size_t c, struct scratch *m) {
  const size_t in = s->blocks * s->pixels, out = s->blocks * s->out_pixels, taps = s->geometry.kernel * s->geometry.kernel;
  convolve(s, c, m);
  struct channel z = channel_of(&s->second, c, m->z, out);
  batchnorm_backward(s->second.act, &z, s->dy + c * out, m->z, &s->second.dscale[c], &s->second.dshift[c]);
  double dw[max_kernel * max_kernel] = {0};
  float *dx = s->dx + c * in;
  for (size_t b = 0; b < s->blocks; b++) {
    pad_block(s, c, b, m);
    depthwise_backward(&s->geometry, s->w + c * taps, m->planes, m->z + b * s->out_pixels, dw, dx + b * s->pixels);
  }
  for (size_t t = 0; t < taps; t++) s->dw[c * taps + t] = (float)dw[t];
  struct channel x = channel_of(&s->first, c, s->x + c * in, in);
  batchnorm_backward(s->first.act, &x, dx, dx, &s->first.dscale[c], &s->first.dshift[c]);
}

// Tasks of a node: few enough that each can clear its planes, many enough for
// every core to get some.
enum { most_tasks = 32 };

struct job {
  const struct separable *s;
  void (*channel)(const struct separable *, size_t, struct scratch *);
  size_t tasks;
  int out_of_memory; // set by any task
};

static void task(void *data, size_t index) {
  struct job *j = data;
  const struct separable *s = j->s;
  const size_t x_plane = depthwise_x_plane(&s->geometry), dy_plane = depthwise_dy_plane(&s->geometry);
  float *memory = scratch_floats(x_plane + dy_plane + s->blocks * s->out_pixels);
  if (!memory) {
    __atomic_store_n(&j->out_of_memory, 1, __ATOMIC_RELAXED);
    return;
  }
  memset(memory, 0, (x_plane + dy_plane) * sizeof *memory);
  struct scratch m = {.planes = {memory, memory + x_plane}, .z = memory + x_plane + dy_plane};
  for (size_t c = index * s->channels / j->tasks; c < (index + 1) * s->channels / j->tasks; c++) j->channel(s, c, &m);
}

static OrtStatus *run(OrtKernelContext *context, const struct separable *s, void (*channel)(const struct separable *, size_t, struct scratch *)) {
  struct job j = {.s = s, .channel = channel, .tasks = s->channels < most_tasks ? s->channels : most_tasks};
  TRY(ort.KernelContext_ParallelFor(context, task, j.tasks, 0, &j));
  return j.out_of_memory ? fail("fbnas: out of memory") : NULL;
}

// Where the vectors of a norm stand among the inputs.
static int take_norm(struct norm *n, size_t channels, const struct tensor *scale, const struct tensor *shift) {
  n->scale = scale->data, n->shift = shift->data;
  return scale->size == channels && shift->size == channels;
}

// What the node computes, from its attributes and the sizes of x and w.
static OrtStatus *describe(const struct node *n, const struct tensor *x, const struct tensor *w, size_t channels, struct separable *s) {
  const struct attributes *a = &n->attributes;
  struct geometry *g = &s->geometry;
  *g = (struct geometry){.height = a->height, .width = a->width, .lanes = a->lanes, .kernel = a->kernel, .stride = a->stride, .pad = a->pad};
  if (g->kernel % 2 == 0 || g->kernel > max_kernel || !g->stride || g->pad >= g->kernel || !g->lanes || g->lanes % 8 || !g->height ||
      !g->width || g->height + 2 * g->pad < g->kernel || g->width + 2 * g->pad < g->kernel)
    return fail("fbnas: a depthwise convolution that it does not know");
  g->out_height = (g->height + 2 * g->pad - g->kernel) / g->stride + 1;
  g->out_width = (g->width + 2 * g->pad - g->kernel) / g->stride + 1;
  s->pixels = g->height * g->width * g->lanes, s->out_pixels = g->out_height * g->out_width * g->lanes;
  s->x = x->data, s->w = w->data, s->channels = channels;
  s->first.act = a->act, s->first.epsilon = a->epsilon, s->second.act = a->act2, s->second.epsilon = a->epsilon2;
  if (!channels || !x->size || x->size % (channels * s->pixels) || w->size != channels * g->kernel * g->kernel)
    return fail("fbnas: tensors of a depthwise convolution that do not fit");
  s->blocks = x->size / channels / s->pixels;
  return NULL;
}

// A vector for each channel.
static OrtStatus *vector(OrtKernelContext *context, size_t index, size_t channels, float **data) {
  return output(context, index, (int64_t[]){channels}, 1, data);
}

// x, scale1, shift1, w, scale2, shift2 -> y, mean1, variance1, mean2, variance2
static OrtStatus *separable(const struct node *n, OrtKernelContext *context, const struct tensor *in) {
  struct separable s = {0};
  const struct tensor *x = &in[0];
  TRY(describe(n, x, &in[3], in[1].size, &s));
  if (!take_norm(&s.first, s.channels, &in[1], &in[2]) || !take_norm(&s.second, s.channels, &in[4], &in[5]) || x->rank != 4)
    return fail("fbnas: vectors of Separable that do not fit");
  const int64_t dims[] = {1, x->dims[1], s.geometry.out_height, s.geometry.out_width};
  TRY(output(context, 0, dims, 4, &s.y));
  TRY(vector(context, 1, s.channels, &s.first.mean));
  TRY(vector(context, 2, s.channels, &s.first.variance));
  TRY(vector(context, 3, s.channels, &s.second.mean));
  TRY(vector(context, 4, s.channels, &s.second.variance));
  return run(context, &s, forward_channel);
}

// dy, x, mean1, variance1, mean2, variance2, scale1, shift1, w, scale2, shift2
// -> dx, dscale1, dshift1, dw, dscale2, dshift2
static OrtStatus *separable_grad(const struct node *n, OrtKernelContext *context, const struct tensor *in) {
  struct separable s = {.dy = in[0].data, .first = {.mean = in[2].data, .variance = in[3].data}, .second = {.mean = in[4].data, .variance = in[5].data}};
  const struct tensor *x = &in[1], *w = &in[8];
  TRY(describe(n, x, w, in[6].size, &s));
  int fit = take_norm(&s.first, s.channels, &in[6], &in[7]) && take_norm(&s.second, s.channels, &in[9], &in[10]) &&
            in[0].size == s.channels * s.blocks * s.out_pixels;
  for (int i = 2; i < 6; i++) fit = fit && in[i].size == s.channels;
  if (!fit) return fail("fbnas: tensors of SeparableGrad that do not fit");
  TRY(output(context, 0, x->dims, x->rank, &s.dx));
  TRY(vector(context, 1, s.channels, &s.first.dscale));
  TRY(vector(context, 2, s.channels, &s.first.dshift));
  TRY(output(context, 3, w->dims, w->rank, &s.dw));
  TRY(vector(context, 4, s.channels, &s.second.dscale));
  TRY(vector(context, 5, s.channels, &s.second.dshift));
  return run(context, &s, backward_channel);
}

// A channel of dy is read before the same one of dx is written.
static size_t backward_shares(int **in, int **out) {
  static const int pairs[][2] = {{0, 0}};
  return may_share(pairs, 1, in, out);
}

struct operator separable_op = {.name = "Separable", .inputs = 6, .required = 6, .outputs = 5, .compute = separable};

struct operator separable_grad_op = {
    .base.GetMayInplace = backward_shares, .name = "SeparableGrad", .inputs = 11, .required = 11, .outputs = 6, .compute = separable_grad};
