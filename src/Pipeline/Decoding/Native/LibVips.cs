using System.Reflection;
using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Decoding.Native;

/// <summary>GObject's box for a value of any type.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    private nuint _type;
    private long _data0, _data1;
}

/// <summary>
/// The few functions of libvips that decoding needs, called without the objects that NetVips makes for each call: they cost
/// several KB of managed memory an image. The library is the one that NetVips brings and has initialised.
/// </summary>
internal static unsafe partial class LibVips
{
    private const string Library = "vips";

    static LibVips() => NativeLibrary.SetDllImportResolver(typeof(LibVips).Assembly, Resolve);

    [LibraryImport(Library, EntryPoint = "vips_foreign_find_load_buffer")]
    public static partial byte* FindLoader(byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "vips_operation_new")]
    public static partial nint NewOperation(byte* name);

    [LibraryImport(Library, EntryPoint = "vips_cache_operation_build")]
    public static partial nint Build(nint operation);

    [LibraryImport(Library, EntryPoint = "vips_object_unref_outputs")]
    public static partial void UnrefOutputs(nint operation);

    [LibraryImport(Library, EntryPoint = "g_object_unref")]
    public static partial void Unref(nint instance);

    [LibraryImport(Library, EntryPoint = "g_object_set_property")]
    public static partial void SetProperty(nint instance, byte* name, GValue* value);

    [LibraryImport(Library, EntryPoint = "g_object_get_property")]
    public static partial void GetProperty(nint instance, byte* name, GValue* value);

    [LibraryImport(Library, EntryPoint = "g_value_init")]
    public static partial GValue* InitValue(GValue* value, nuint type);

    [LibraryImport(Library, EntryPoint = "g_value_unset")]
    public static partial void UnsetValue(GValue* value);

    [LibraryImport(Library, EntryPoint = "g_value_set_enum")]
    public static partial void SetEnum(GValue* value, int number);

    [LibraryImport(Library, EntryPoint = "g_value_get_object")]
    public static partial nint GetObject(GValue* value);

    [LibraryImport(Library, EntryPoint = "g_object_ref")]
    public static partial nint Ref(nint instance);

    [LibraryImport(Library, EntryPoint = "vips_value_set_blob")]
    public static partial void SetBlob(GValue* value, nint free, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "vips_blob_get_type")]
    public static partial nuint BlobType();

    [LibraryImport(Library, EntryPoint = "vips_image_get_type")]
    public static partial nuint ImageType();

    [LibraryImport(Library, EntryPoint = "vips_access_get_type")]
    public static partial nuint AccessType();

    [LibraryImport(Library, EntryPoint = "vips_fail_on_get_type")]
    public static partial nuint FailOnType();

    [LibraryImport(Library, EntryPoint = "vips_image_get_width")]
    public static partial int Width(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_height")]
    public static partial int Height(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_bands")]
    public static partial int Bands(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_format")]
    public static partial int Format(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_interpretation")]
    public static partial int Interpretation(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_orientation")]
    public static partial int Orientation(nint image);

    [LibraryImport(Library, EntryPoint = "vips_region_new")]
    public static partial nint NewRegion(nint image);

    [LibraryImport(Library, EntryPoint = "vips_region_fetch")]
    public static partial byte* Fetch(nint region, int left, int top, int width, int height, nuint* length);

    [LibraryImport(Library, EntryPoint = "g_free")]
    public static partial void Free(void* memory);

    [LibraryImport(Library, EntryPoint = "vips_error_clear")]
    public static partial void ClearErrors();

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return 0;
        }

        string file = OperatingSystem.IsWindows() ? "libvips-42.dll" : OperatingSystem.IsMacOS() ? "libvips.42.dylib" : "libvips.so.42";
        return NativeLibrary.Load(file, assembly, path);
    }
}
