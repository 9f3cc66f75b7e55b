using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Decoding.Native;

/// <summary>Opens an image file in memory with libvips, to be read from its top, its first page only. Any thread.</summary>
internal static unsafe class VipsLoad
{
    // Values of libvips's enumerations, part of its ABI.
    private const int Sequential = 1, FailOnTruncated = 1;

    /// <summary>Builds the load operation and takes its image; 0 where the header is damaged.</summary>
    /// <param name="data">An image file, which must stay as it is while the image is used.</param>
    /// <param name="length">Its bytes.</param>
    /// <exception cref="BadSampleException">It is of no known format.</exception>
    public static nint Open(byte* data, int length)
    {
        var bytes = new ReadOnlySpan<byte>(data, length);
        byte* loader = ImageSignature.IsJpeg(bytes) ? Name("jpegload_buffer"u8)
            : ImageSignature.IsPng(bytes) ? Name("pngload_buffer"u8)
            : LibVips.FindLoader(data, (nuint)length);
        if (loader == null)
        {
            LibVips.ClearErrors();
            throw new BadSampleException("not an image of a known format");
        }

        nint operation = LibVips.NewOperation(loader);
        GValue value = default;
        LibVips.InitValue(&value, LibVips.BlobType());
        LibVips.SetBlob(&value, 0, data, (nuint)length);
        LibVips.SetProperty(operation, Name("buffer"u8), &value);
        LibVips.UnsetValue(&value);
        SetEnum(operation, Name("access"u8), LibVips.AccessType(), Sequential);
        SetEnum(operation, Name("fail-on"u8), LibVips.FailOnType(), FailOnTruncated);
        nint built = LibVips.Build(operation);
        if (built == 0)
        {
            LibVips.UnrefOutputs(operation);
            LibVips.Unref(operation);
            return 0;
        }

        LibVips.Unref(operation);
        LibVips.InitValue(&value, LibVips.ImageType());
        LibVips.GetProperty(built, Name("out"u8), &value);
        nint image = LibVips.Ref(LibVips.GetObject(&value));
        LibVips.UnsetValue(&value);
        LibVips.UnrefOutputs(built);
        LibVips.Unref(built);
        return image;
    }

    private static void SetEnum(nint operation, byte* name, nuint type, int number)
    {
        GValue value = default;
        LibVips.InitValue(&value, type);
        LibVips.SetEnum(&value, number);
        LibVips.SetProperty(operation, name, &value);
        LibVips.UnsetValue(&value);
    }

    /// <summary>A literal's bytes: they stay where they are for the process's life, and a zero follows them.</summary>
    private static byte* Name(ReadOnlySpan<byte> literal) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));
}
