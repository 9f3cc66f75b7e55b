using System.Runtime.InteropServices;
using StreamTrainer.Pipeline.Sources;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

public sealed unsafe class EncodedSampleTests
{
    [Fact]
    public void WhatIsLentLivesUntilItIsGivenBack()
    {
        var lender = new Lender();
        using var sample = new EncodedSample();
        sample.Reserve(3).Fill(7);
        sample.Orientation = 6;
        sample.Borrow(lender, lender.Data, 20);
        Assert.Equal(0, sample.Orientation);
        lender.Dispose();
        Assert.False(lender.Released);
        Assert.Equal((byte)42, sample.Bytes[19]);
        Assert.Equal(20, sample.Length);

        // Own memory again, whatever was borrowed.
        sample.Reserve(5).Fill(9);
        Assert.True(lender.Released);
        Assert.Equal([9, 9, 9, 9, 9], sample.Bytes.ToArray());
        Assert.Throws<ObjectDisposedException>(() => sample.Borrow(lender, null, 0));
    }

    [Fact]
    public void ALoanEndsWithTheNextOrWithTheSample()
    {
        var first = new Lender();
        var second = new Lender();
        var sample = new EncodedSample();
        sample.Borrow(first, first.Data, 1);
        sample.Borrow(second, second.Data, 1);
        first.Dispose();
        second.Dispose();
        Assert.True(first.Released);
        Assert.False(second.Released);
        sample.Dispose();
        Assert.True(second.Released);
    }

    private sealed class Lender : SafeHandle
    {
        public Lender() : base(0, ownsHandle: true)
        {
            Data = (byte*)NativeMemory.Alloc(64);
            new Span<byte>(Data, 64).Fill(42);
            SetHandle((nint)Data);
        }

        public byte* Data { get; }

        public bool Released { get; private set; }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            NativeMemory.Free(Data);
            return Released = true;
        }
    }
}
