using System.Text;
using CsCheck;
using StreamTrainer.Pipeline.Files;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Files;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xe3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void IsCastagnolis(string text, uint checksum) => Assert.Equal(checksum, Crc32C.Of(Encoding.ASCII.GetBytes(text)));

    /// <summary>RFC 3720, B.4.</summary>
    [Fact]
    public void HasTheStandardsVectors()
    {
        Assert.Equal(0x8a9136aau, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62a8ab43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal(0x46dd794eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
    }

    [Fact]
    public void StripesGiveWhatBitsGive()
    {
        Gen.Select(Gen.OneOf(Gen.Int[0, 900], Gen.Int[12_000, 30_000]), Gen.Int[0, 7], Gen.Double[0, 1], Gen.Int).Sample((length, shift, cut, seed) =>
        {
            var bytes = new byte[length + shift];
            new Random(seed).NextBytes(bytes);
            ReadOnlySpan<byte> data = bytes.AsSpan(shift);
            int first = (int)(cut * length);
            uint expected = Bits(data);
            Assert.Equal(expected, Crc32C.Of(data));
            Assert.Equal(expected, Crc32C.Append(Crc32C.Of(data[..first]), data[first..]));
        }, iter: 300);
    }

    private static uint Bits(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
            }
        }

        return ~crc;
    }
}
