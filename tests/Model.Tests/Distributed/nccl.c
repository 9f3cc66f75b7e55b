/* Stands in for NCCL where there is none: ranks are threads of one process, numbers lie in its memory, and a sum is a task on the stream
 * of each rank, in which the ranks wait for each other. Ranks that call for different sums are told so, as NCCL does not. */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { char bytes[128]; } unique_id;
typedef void launcher(void *stream, void (*run)(void *), void *argument);

typedef struct { pthread_barrier_t meet; int ranks, joined, broken; const void **buffers; size_t *counts; int *types; } group;
typedef struct { group *g; int rank; } communicator;
typedef struct { communicator *c; void *values; size_t count; int type; } sum;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static launcher *launch = NULL;
static group *groups[64];
static int next_group = 0, fail_next = 0, async_error = 0, open_communicators = 0, aborted = 0;
static const char *detail = "";

void standin_driver(launcher *value) { launch = value; }
void standin_fail(int error, const char *text) { fail_next = error; detail = text; }
void standin_breaks(int error) { async_error = error; }
int standin_open(void) { return open_communicators; }
int standin_aborted(void) { return aborted; }

int ncclGetUniqueId(unique_id *id)
{
    memset(id, 0xab, sizeof *id);
    pthread_mutex_lock(&lock);
    groups[next_group] = calloc(1, sizeof(group));
    memcpy(id->bytes + 100, &next_group, sizeof next_group);
    next_group++;
    pthread_mutex_unlock(&lock);
    return 0;
}

int ncclCommInitRank(communicator **result, int ranks, unique_id id, int rank)
{
    int number;
    memcpy(&number, id.bytes + 100, sizeof number);
    int error = fail_next;
    fail_next = 0;
    if (error) return error;
    if (number < 0 || number >= next_group || id.bytes[127] != (char)0xab || rank >= ranks) return 4;
    pthread_mutex_lock(&lock);
    group *g = groups[number];
    if (!g->joined++) {
        g->ranks = ranks;
        g->buffers = calloc(ranks, sizeof *g->buffers);
        g->counts = calloc(ranks, sizeof *g->counts);
        g->types = calloc(ranks, sizeof *g->types);
        pthread_barrier_init(&g->meet, NULL, ranks);
    }
    open_communicators++;
    pthread_mutex_unlock(&lock);
    *result = calloc(1, sizeof **result);
    **result = (communicator) { g, rank };
    pthread_barrier_wait(&g->meet);
    return 0;
}

static float from_bf16(uint16_t v) { uint32_t b = (uint32_t)v << 16; float f; memcpy(&f, &b, 4); return f; }
static uint16_t to_bf16(float f) { uint32_t b; memcpy(&b, &f, 4); return (uint16_t)((b + 0x7fff + ((b >> 16) & 1)) >> 16); }

static double get(const void *values, int type, size_t i)
{
    switch (type) {
    case 6: return (float)((const _Float16 *)values)[i];
    case 7: return ((const float *)values)[i];
    case 8: return ((const double *)values)[i];
    default: return from_bf16(((const uint16_t *)values)[i]);
    }
}

static void put(void *values, int type, size_t i, double v)
{
    switch (type) {
    case 6: ((_Float16 *)values)[i] = (_Float16)(float)v; break;
    case 7: ((float *)values)[i] = (float)v; break;
    case 8: ((double *)values)[i] = v; break;
    default: ((uint16_t *)values)[i] = to_bf16((float)v); break;
    }
}

static void add(void *argument)
{
    sum *s = argument;
    group *g = s->c->g;
    g->buffers[s->c->rank] = s->values;
    g->counts[s->c->rank] = s->count;
    g->types[s->c->rank] = s->type;
    pthread_barrier_wait(&g->meet);
    for (int r = 0; r < g->ranks; r++)
        if (g->counts[r] != s->count || g->types[r] != s->type) g->broken = 1;
    double *total = malloc(s->count * sizeof *total);
    for (size_t i = 0; i < s->count && !g->broken; i++) {
        total[i] = 0;
        for (int r = 0; r < g->ranks; r++) total[i] += get(g->buffers[r], s->type, i);
    }
    pthread_barrier_wait(&g->meet);
    for (size_t i = 0; i < s->count && !g->broken; i++) put(s->values, s->type, i, total[i]);
    free(total);
    pthread_barrier_wait(&g->meet);
    free(s);
}

int ncclAllReduce(const void *from, void *to, size_t count, int type, int operation, communicator *c, void *stream)
{
    int error = fail_next;
    fail_next = 0;
    if (error) return error;
    if (from != to || operation != 0 || !stream) return 5;
    sum *s = malloc(sizeof *s);
    *s = (sum) { c, to, count, type };
    launch(stream, add, s);
    return 0;
}

int ncclCommGetAsyncError(communicator *c, int *error) { *error = c->g->broken ? 5 : async_error; return 0; }
/* Its memory stays: sums that were given up may still be under way. */
int ncclCommDestroy(communicator *c) { open_communicators--; return 0; }
int ncclCommAbort(communicator *c) { aborted++; return ncclCommDestroy(c); }
const char *ncclGetErrorString(int error) { return error == 6 ? "remote process exited or there was a network error" : error == 5 ? "invalid usage" : "internal error"; }
const char *ncclGetLastError(communicator *c) { return detail; }
