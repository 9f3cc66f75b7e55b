using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Precision;

/// <summary>Between its making and its end, libtorch computes convolutions and matrix products of this thread in a narrower
/// type, and what needs it in fp32. To be ended on the same thread.</summary>
public sealed class Autocast : IDisposable
{
    private readonly sbyte _device, _typeBefore;
    private readonly bool _enabledBefore;
    private bool _ended;

    /// <summary>Begins it.</summary>
    /// <param name="device">The device that computes.</param>
    /// <param name="type">bf16 or fp16.</param>
    public Autocast(DeviceType device, ScalarType type)
    {
        _device = (sbyte)device;
        _enabledBefore = NativeAutocast.IsEnabled(_device);
        _typeBefore = NativeAutocast.GetType(_device);
        NativeAutocast.SetEnabled(_device, true);
        NativeAutocast.SetType(_device, (sbyte)type);
        _ = NativeAutocast.IncrementNesting();
    }

    /// <summary>Ends it; the thread is as before. Weights that were narrowed are forgotten with the outermost one: they change
    /// with the next step.</summary>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        if (NativeAutocast.DecrementNesting() == 0)
        {
            NativeAutocast.ClearCache();
        }

        NativeAutocast.SetType(_device, _typeBefore);
        NativeAutocast.SetEnabled(_device, _enabledBefore);
    }
}
