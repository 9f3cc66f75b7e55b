/*
 * The peer of `perf -- decode`: libjpeg-turbo's whole decode to RGB, as its callers get it by default (ISLOW, fancy upsampling).
 *
 * usage: libjpeg_decode TAR
 * Holds the tar's regular files in memory, in the order in which they lie in it, and reads lines from standard input. A number:
 * decodes that many images, a group of rows at a time into the same buffer, and prints the seconds of processor time (user and
 * system) that it took. "sha256": prints the SHA-256 of all images' packed RGB pixels, one image after the other.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t state[8];
static uint8_t block[64];
static uint64_t hashed;

static uint32_t turn(uint32_t x, int bits) { return x >> bits | x << (32 - bits); }

/* FIPS 180-4, 6.2.2. */
static void compress(void)
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
    }
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t e = v[4], a = v[0];
        uint32_t t1 = v[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + K[i] + w[i];
        uint32_t t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state[i] += v[i];
}

static void hash(const uint8_t *data, size_t length)
{
    while (length > 0) {
        size_t used = hashed % 64, part = length < 64 - used ? length : 64 - used;
        memcpy(block + used, data, part);
        hashed += part;
        data += part;
        length -= part;
        if (hashed % 64 == 0)
            compress();
    }
}

static void begin_hash(void)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(state, first, sizeof state);
    hashed = 0;
}

static void print_hash(void)
{
    uint64_t bits = hashed * 8;
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    hash((const uint8_t *)"\x80", 1);
    while (hashed % 64 != 56)
        hash((const uint8_t *)"", 1);
    hash(length, 8);
    for (int i = 0; i < 8; i++)
        printf("%08x", state[i]);
    putchar('\n');
}

/* An error ends the process: libjpeg's own handler. */
static void decode(const uint8_t *data, size_t length, int hashing)
{
    static struct jpeg_decompress_struct image;
    static struct jpeg_error_mgr errors;
    static uint8_t *buffer;
    static size_t capacity;
    if (image.err == NULL) {
        image.err = jpeg_std_error(&errors);
        jpeg_create_decompress(&image);
    }
    jpeg_mem_src(&image, data, length);
    jpeg_read_header(&image, TRUE);
    image.out_color_space = JCS_RGB;
    jpeg_start_decompress(&image);
    size_t stride = 3 * (size_t)image.output_width, rows = image.rec_outbuf_height;
    if (rows * stride > capacity)
        buffer = realloc(buffer, capacity = rows * stride);
    JSAMPROW pointers[16];
    for (size_t i = 0; i < rows && i < 16; i++)
        pointers[i] = buffer + i * stride;
    while (image.output_scanline < image.output_height) {
        JDIMENSION got = jpeg_read_scanlines(&image, pointers, rows < 16 ? rows : 16);
        if (hashing)
            hash(buffer, got * stride);
    }
    jpeg_finish_decompress(&image);
}

int main(int count, char **arguments)
{
    FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return 2;
    long size = ftell(file);
    uint8_t *tar = malloc(size);
    rewind(file);
    if (tar == NULL || fread(tar, 1, size, file) != (size_t)size)
        return 2;
    size_t *offsets = malloc(size / 512 * sizeof *offsets), *lengths = malloc(size / 512 * sizeof *lengths), images = 0;
    for (long at = 0; at + 512 <= size && tar[at] != 0;) {
        size_t length = strtoul((char *)tar + at + 124, NULL, 8);
        if (tar[at + 156] == '0' || tar[at + 156] == 0) {
            offsets[images] = at + 512;
            lengths[images++] = length;
        }
        at += 512 + (length + 511) / 512 * 512;
    }

    char line[64];
    for (size_t next = 0; fgets(line, sizeof line, stdin) != NULL; fflush(stdout)) {
        if (strncmp(line, "sha256", 6) == 0) {
            begin_hash();
            for (size_t i = 0; i < images; i++)
                decode(tar + offsets[i], lengths[i], 1);
            print_hash();
            continue;
        }
        struct timespec start, end;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
        for (long left = strtol(line, NULL, 10); left > 0; left--, next = (next + 1) % images)
            decode(tar + offsets[next], lengths[next], 0);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        printf("%.9f\n", (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec));
    }
    return 0;
}
