/* Stands in for NVIDIA's driver where there is none: a stream is a thread that does one thing after another, each of them late, so that
 * whoever does not wait sees old bytes. Stream 0, on which libtorch computes, is one too, or, where the test's computing is the host's
 * own, is done with whatever was launched. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void task(void *);
typedef struct item { struct item *next; task *run; void *argument; } item;
typedef struct stream { pthread_t thread; item *first, **last; int closing, idle; } stream;
typedef struct event { long recorded, reached; } event;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int computing_until_asked = 0, fail_next = 0, open_streams = 0, open_events = 0, retained = 0, late_us = 20000, host_computes = 1;
static struct { stream *computing; } devices[8];
static __thread int device_now = -1;

static void *work(void *argument)
{
    stream *s = argument;
    pthread_mutex_lock(&lock);
    for (;;) {
        while (!s->first && !s->closing) {
            s->idle = 1;
            pthread_cond_broadcast(&changed);
            pthread_cond_wait(&changed, &lock);
        }
        if (!s->first) break;
        item *now = s->first;
        s->first = now->next;
        if (!s->first) s->last = &s->first;
        pthread_mutex_unlock(&lock);
        now->run(now->argument);
        free(now);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static stream *make(void)
{
    stream *s = calloc(1, sizeof *s);
    s->last = &s->first;
    s->idle = 1;
    pthread_create(&s->thread, NULL, work, s);
    return s;
}

static void finish(stream *s)
{
    pthread_mutex_lock(&lock);
    while (s->first || !s->idle) pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static stream *of(stream *s)
{
    if (s) return s;
    if (!devices[device_now].computing) devices[device_now].computing = make();
    return devices[device_now].computing;
}

void standin_launch(stream *s, task *run, void *argument)
{
    item *made = calloc(1, sizeof *made);
    made->run = run;
    made->argument = argument;
    s = of(s);
    pthread_mutex_lock(&lock);
    s->idle = 0;
    *s->last = made;
    s->last = &made->next;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void standin_fail(int error) { fail_next = error; }
int standin_open(void) { return open_streams + open_events + retained; }
void standin_computes(int questions) { computing_until_asked = questions; }
void standin_takes(int microseconds) { late_us = microseconds; }
void standin_host_computes(int yes) { host_computes = yes; }

static int failed(void)
{
    int error = fail_next;
    fail_next = 0;
    return error;
}

static void count(int *what, int more)
{
    pthread_mutex_lock(&lock);
    *what += more;
    pthread_mutex_unlock(&lock);
}

int cuInit(unsigned flags) { return failed(); }
int cuDeviceGet(int *device, int index) { *device = index; return index < 8 ? 0 : 101; }
int cuDevicePrimaryCtxRetain(void **result, int device) { count(&retained, 1); *result = &devices[device]; return 0; }
int cuDevicePrimaryCtxRelease_v2(int device) { count(&retained, -1); return 0; }
int cuCtxSetCurrent(void *value) { device_now = (int)((char *)value - (char *)devices) / (int)sizeof devices[0]; return 0; }

int cuStreamCreate(stream **result, unsigned flags)
{
    if (flags != 1 || device_now < 0) return 201;
    *result = make();
    count(&open_streams, 1);
    return 0;
}

int cuStreamSynchronize(stream *s)
{
    int error = failed();
    if (device_now < 0) return 201;
    finish(of(s));
    return error;
}

typedef struct { void *to; const void *from; size_t bytes; } transfer;

static void copy(void *argument)
{
    transfer *t = argument;
    usleep(late_us);
    memcpy(t->to, t->from, t->bytes);
    free(t);
}

/* Something that libtorch computes: it comes late, too. */
void standin_compute(void *to, const void *from, size_t bytes, stream *s)
{
    transfer *t = malloc(sizeof *t);
    *t = (transfer) { to, from, bytes };
    standin_launch(s, copy, t);
}

int cuMemcpyHtoDAsync_v2(unsigned long long to, const void *from, size_t bytes, stream *s)
{
    int error = failed();
    if (error) return error;
    if (device_now < 0) return 201;
    standin_compute((void *)to, from, bytes, s);
    return 0;
}

int cuStreamQuery(stream *s)
{
    /* Only the stream that libtorch computes on is asked about. */
    if (s) return 400;
    return computing_until_asked > 0 && computing_until_asked-- ? 600 : 0;
}

int cuStreamDestroy_v2(stream *s)
{
    pthread_mutex_lock(&lock);
    s->closing = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    pthread_join(s->thread, NULL);
    free(s);
    count(&open_streams, -1);
    return 0;
}

typedef struct { event *e; long number; } mark;

static void reach(void *argument)
{
    mark *m = argument;
    usleep(late_us / 4);
    pthread_mutex_lock(&lock);
    m->e->reached = m->number;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    free(m);
}

static void await(void *argument)
{
    mark *m = argument;
    pthread_mutex_lock(&lock);
    while (m->e->reached < m->number) pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    free(m);
}

static mark *marked(event *e)
{
    mark *m = malloc(sizeof *m);
    *m = (mark) { e, e->recorded };
    return m;
}

int cuEventCreate(event **result, unsigned flags)
{
    if (flags != 2 || device_now < 0) return 201;
    *result = calloc(1, sizeof **result);
    count(&open_events, 1);
    return 0;
}

int cuEventRecord(event *e, stream *s)
{
    int error = failed();
    if (error) return error;
    if (device_now < 0) return 201;
    e->recorded++;
    if (!s && host_computes) e->reached = e->recorded;
    else standin_launch(s, reach, marked(e));
    return 0;
}

int cuStreamWaitEvent(stream *s, event *e, unsigned flags)
{
    if (device_now < 0) return 201;
    if (!s && host_computes) await(marked(e));
    else standin_launch(s, await, marked(e));
    return 0;
}

int cuEventDestroy_v2(event *e) { count(&open_events, -1); free(e); return 0; }

int cuGetErrorString(int error, const char **text)
{
    *text = error == 700 ? "an illegal memory access was encountered" : NULL;
    return *text ? 0 : 1;
}
