/* Answers, for each JPEG on its input, with the coefficients that libjpeg reads: the tests' reference.
   Input: uint32 length, bytes. Output: int32 components (-1: it is damaged), int32 warnings; for each component int32 blocks across and
   down, then int16 [down, across, 64], blocks that fill up the last MCUs included. All of the machine's byte order. */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
#include <jerror.h>

static jmp_buf failed;

static void fail(j_common_ptr info)
{
    (void)info;
    longjmp(failed, 1);
}

static void note(j_common_ptr info, int level)
{
    /* A version of JFIF or a colour transform that nobody knows changes no coefficient. */
    if (level < 0 && info->err->msg_code != JWRN_JFIF_MAJOR && info->err->msg_code != JWRN_ADOBE_XFORM)
    {
        info->err->num_warnings++;
    }
}

static void put(int32_t value)
{
    fwrite(&value, sizeof value, 1, stdout);
}

int main(void)
{
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    uint32_t length;
    jpeg.err = jpeg_std_error(&errors);
    errors.error_exit = fail;
    errors.emit_message = note;
    jpeg_create_decompress(&jpeg);
    while (fread(&length, sizeof length, 1, stdin) == 1)
    {
        unsigned char *bytes = malloc(length + 1);
        if (fread(bytes, 1, length, stdin) != length)
        {
            return 1;
        }

        errors.num_warnings = 0;
        if (setjmp(failed))
        {
            put(-1);
            put(0);
        }
        else
        {
            jvirt_barray_ptr *planes;
            int c;
            jpeg_mem_src(&jpeg, bytes, length);
            jpeg_read_header(&jpeg, TRUE);
            planes = jpeg_read_coefficients(&jpeg);
            put(jpeg.num_components);
            put((int32_t)errors.num_warnings);
            for (c = 0; c < jpeg.num_components; c++)
            {
                jpeg_component_info *plane = jpeg.comp_info + c;
                int alone = jpeg.num_components == 1;
                JDIMENSION h = alone ? 1 : plane->h_samp_factor, v = alone ? 1 : plane->v_samp_factor;
                JDIMENSION across = (plane->width_in_blocks + h - 1) / h * h, down = (plane->height_in_blocks + v - 1) / v * v, y;
                put((int32_t)across);
                put((int32_t)down);
                for (y = 0; y < down; y++)
                {
                    fwrite(jpeg.mem->access_virt_barray((j_common_ptr)&jpeg, planes[c], y, 1, FALSE)[0], sizeof(JBLOCK), across, stdout);
                }
            }
        }

        jpeg_abort_decompress(&jpeg);
        free(bytes);
        fflush(stdout);
    }

    return 0;
}
