/* Stands in for NVIDIA's driver where there is none: a stream is a thread that copies late, so that whoever does not wait sees old bytes. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

typedef struct { pthread_t thread; int busy; void *to; const void *from; size_t bytes; } stream;

static int computing_until_asked = 0, fail_next = 0, open_streams = 0, copy_us = 20000;

static void *copy(void *argument)
{
    stream *s = argument;
    usleep(copy_us);
    memcpy(s->to, s->from, s->bytes);
    return NULL;
}

void standin_fail(int error) { fail_next = error; }
int standin_streams(void) { return open_streams; }
void standin_computes(int questions) { computing_until_asked = questions; }
void standin_takes(int microseconds) { copy_us = microseconds; }

static int failed(void)
{
    int error = fail_next;
    fail_next = 0;
    return error;
}

int cuStreamCreate(stream **result, unsigned flags)
{
    static stream all[16];
    static int next = 0;
    int error = failed();
    if (error) return error;
    if (flags != 1) return 1;
    *result = &all[next++ % 16];
    memset(*result, 0, sizeof **result);
    open_streams++;
    return 0;
}

int cuStreamSynchronize(stream *s)
{
    int error = failed();
    if (s->busy) pthread_join(s->thread, NULL);
    s->busy = 0;
    return error;
}

int cuMemcpyHtoDAsync_v2(unsigned long long to, const void *from, size_t bytes, stream *s)
{
    int error = failed();
    if (error) return error;
    cuStreamSynchronize(s);
    s->to = (void *)to;
    s->from = from;
    s->bytes = bytes;
    s->busy = 1;
    return pthread_create(&s->thread, NULL, copy, s);
}

int cuStreamQuery(stream *s)
{
    /* Only the stream that libtorch computes on is asked about. */
    if (s) return 400;
    return computing_until_asked > 0 && computing_until_asked-- ? 600 : 0;
}

int cuStreamDestroy_v2(stream *s)
{
    open_streams--;
    return 0;
}

int cuGetErrorString(int error, const char **text)
{
    *text = error == 700 ? "an illegal memory access was encountered" : NULL;
    return *text ? 0 : 1;
}
