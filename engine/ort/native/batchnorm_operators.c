// BatchNorm and BatchNormGrad: tensors of maps have the elements of a channel
// one behind the other, whatever their dimensions; vectors have a number for
// each channel.
#include "batchnorm.h"
#include "operator.h"

// What a task works through: at least so many floats, since starting one costs
// as much as some thousands of them.
enum { task_floats = 1 << 14 };

struct job {
  const struct node *node;
  const float *x, *sum, *dy, *scale, *shift, *mean_in, *variance_in;
  float *y, *mean, *variance, *dx, *dscale, *dshift;
  size_t channels, pixels, per_task; // pixels of a channel, channels of a task
};

static OrtStatus *run(OrtKernelContext *context, struct job *j, void (*task)(void *, size_t)) {
  if (!j->pixels) return fail("fbnas: BatchNorm of an empty map");
  j->per_task = 1 + task_floats / j->pixels;
  size_t tasks = (j->channels + j->per_task - 1) / j->per_task;
  return ort.KernelContext_ParallelFor(context, task, tasks, 0, j);
}

static size_t end_of_task(const struct job *j, size_t task) {
  size_t end = (task + 1) * j->per_task;
  return end < j->channels ? end : j->channels;
}

static struct channel channel_of(const struct job *j, size_t c) {
  return (struct channel){.x = j->x + c * j->pixels, .n = j->pixels, .epsilon = j->node->attributes.epsilon, .scale = j->scale[c], .shift = j->shift[c]};
}

static void forward(void *job, size_t task) {
  const struct job *j = job;
  for (size_t c = task * j->per_task; c < end_of_task(j, task); c++) {
    struct channel ch = channel_of(j, c);
    size_t at = c * j->pixels;
    batchnorm_statistics(&ch);
    batchnorm_forward(j->node->attributes.act, &ch, j->sum ? j->sum + at : NULL, j->y + at);
    j->mean[c] = ch.mean, j->variance[c] = ch.variance;
  }
}

// x, scale, shift, sum or none -> y, mean, variance
static OrtStatus *batchnorm(const struct node *n, OrtKernelContext *context, const struct tensor *in) {
  const struct tensor *x = &in[0], *scale = &in[1], *shift = &in[2], *sum = &in[3];
  if (!scale->size || x->size % scale->size || shift->size != scale->size || (sum->data && sum->size != x->size))
    return fail("fbnas: BatchNorm of tensors that do not fit");
  struct job j = {.node = n, .x = x->data, .sum = sum->data, .scale = scale->data, .shift = shift->data,
                  .channels = scale->size, .pixels = x->size / scale->size};
  TRY(output(context, 0, x->dims, x->rank, &j.y));
  TRY(output(context, 1, scale->dims, scale->rank, &j.mean));
  TRY(output(context, 2, scale->dims, scale->rank, &j.variance));
  return run(context, &j, forward);
}

static void backward(void *job, size_t task) {
  const struct job *j = job;
  for (size_t c = task * j->per_task; c < end_of_task(j, task); c++) {
    struct channel ch = channel_of(j, c);
    size_t at = c * j->pixels;
    ch.mean = j->mean_in[c], ch.variance = j->variance_in[c];
    batchnorm_backward(j->node->attributes.act, &ch, j->dy + at, j->dx + at, &j->dscale[c], &j->dshift[c]);
  }
}

// dy, x, mean, variance, scale, shift -> dx, dscale, dshift
static OrtStatus *batchnorm_grad(const struct node *n, OrtKernelContext *context, const struct tensor *in) {
  const struct tensor *dy = &in[0], *x = &in[1], *scale = &in[4];
  if (!scale->size || x->size % scale->size || dy->size != x->size) return fail("fbnas: BatchNormGrad of tensors that do not fit");
  for (int i = 2; i < 6; i++)
    if (in[i].size != scale->size) return fail("fbnas: BatchNormGrad of tensors that do not fit");
  struct job j = {.node = n, .dy = dy->data, .x = x->data, .mean_in = in[2].data, .variance_in = in[3].data,
                  .scale = scale->data, .shift = in[5].data, .channels = scale->size, .pixels = x->size / scale->size};
  TRY(output(context, 0, x->dims, x->rank, &j.dx));
  TRY(output(context, 1, scale->dims, scale->rank, &j.dscale));
  TRY(output(context, 2, scale->dims, scale->rank, &j.dshift));
  return run(context, &j, backward);
}

static size_t forward_shares(int **in, int **out) {
  static const int pairs[][2] = {{3, 0}, {0, 0}};
  return may_share(pairs, 2, in, out);
}

static size_t backward_shares(int **in, int **out) {
  static const int pairs[][2] = {{0, 0}, {1, 0}};
  return may_share(pairs, 2, in, out);
}

struct operator batchnorm_op = {
    .base.GetMayInplace = forward_shares, .name = "BatchNorm", .inputs = 4, .required = 3, .outputs = 3, .compute = batchnorm};

struct operator batchnorm_grad_op = {
    .base.GetMayInplace = backward_shares, .name = "BatchNormGrad", .inputs = 6, .required = 6, .outputs = 3, .compute = batchnorm_grad};
