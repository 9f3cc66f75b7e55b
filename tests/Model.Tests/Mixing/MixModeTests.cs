using CsCheck;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Mixing;

/// <summary>Modes <c>elem</c> and <c>pair</c> and boxes of given sizes: against a reference of loops over single numbers, written from
/// timm's definition (timm/data/mixup.py, FastCollateMixup: shares in fp32, bytes rounded half to even).</summary>
public sealed class MixModeTests
{
    private const int Classes = 5;

    [Fact]
    public void Images_are_mixed_as_the_reference_mixes_them()
    {
        int mixups = 0, cutmixes = 0, kept = 0;
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 20], Gen.Int[1, 20], Gen.Bool, Gen.Bool, Gen.Int[0, 1000]).Sample((pairs, height, width, pair, sides, seed) =>
        {
            using var scope = NewDisposeScope();
            manual_seed(seed);
            int count = 2 * pairs;
            Tensor batch = randint(256, [count, height, width, 3], ScalarType.Byte), labels = randint(Classes, [count], ScalarType.Int64);
            var options = new MixOptions { Mixup = 0.7, Cutmix = 1, Prob = 0.8, Mode = pair ? MixMode.Pair : MixMode.Elem, CutmixMinMax = sides && height > 3 && width > 3 ? [0.2, 0.9] : null };
            GroupMix plan = Plan(seed, 3, count, 1, 0, options, new ImageSize(width, height));
            (byte[] wanted, float[] shares) = Reference(batch, labels, plan, 0.1);
            (Tensor mixed, Tensor targets) = new Mixer(Classes, 0.1).Apply(batch.clone(), labels, plan);
            Assert.Equal(wanted, mixed.data<byte>().ToArray());
            Assert.Equal(wanted, (plan.Any ? MixOperations.Mixed(batch, plan, MixOperations.ChannelsLast) : batch).contiguous().data<byte>().ToArray());
            Assert.Equal(shares, targets.contiguous().data<float>().ToArray());
            Tensor images = randn(count, height, width, 3).permute(0, 3, 1, 2);
            Tensor blended = new Mixer(Classes, 0.1).ApplyFloats(images, labels, plan).Images;
            Assert.Equal(FloatReference(images, plan), blended.contiguous().data<float>().ToArray());
            for (int i = 0; i < count; i++)
            {
                kept += plan[i].Lambda >= 1 ? 1 : 0;
                cutmixes += plan[i] is { Lambda: < 1, Cutmix: true } ? 1 : 0;
                mixups += plan[i] is { Lambda: < 1, Cutmix: false } ? 1 : 0;
            }
        }, iter: 300, threads: 1);
        Assert.True(mixups > 100 && cutmixes > 100 && kept > 100, $"{mixups} {cutmixes} {kept}");
    }

    [Fact]
    public void Pairs_share_and_single_images_do_not()
    {
        var size = new ImageSize(32, 32);
        GroupMix pairs = Plan(1, 0, 64, 1, 0, Options(MixMode.Pair), size), single = Plan(1, 0, 64, 1, 0, Options(MixMode.Elem), size), all = Plan(1, 0, 64, 1, 0, Options(MixMode.Batch), size);
        Assert.All(Enumerable.Range(0, 32), i => Assert.Equal(pairs[i], pairs[63 - i]));
        Assert.Equal(32, Enumerable.Range(0, 32).Select(i => pairs[i]).Distinct().Count());
        Assert.Equal(64, Enumerable.Range(0, 64).Select(i => single[i]).Distinct().Count());
        Assert.True(all.Same);
        Assert.All(Enumerable.Range(0, 64), i => Assert.Equal(all[0], all[i]));
        // timm keeps an image's share in fp32, a batch's in fp64.
        Assert.All(Enumerable.Range(0, 64), i => Assert.Equal((float)single[i].Lambda, single[i].Lambda));
        double blended = Plan(1, 0, 64, 1, 0, new MixOptions { Mixup = 0.4 }, size)[0].Lambda;
        Assert.NotEqual((float)blended, blended);
    }

    [Fact]
    public void Other_groups_and_epochs_are_mixed_otherwise_and_the_same_again_alike()
    {
        var size = new ImageSize(32, 32);
        MixOptions options = Options(MixMode.Elem);
        MixPlan[] Rows(long epoch, long group) => [.. Enumerable.Range(0, 16).Select(item => GroupMix.OfImage(7, epoch, group, 16, item, options, size))];
        Assert.Equal(Rows(2, 5), Rows(2, 5));
        Assert.Empty(Rows(2, 5).Intersect(Rows(2, 6)));
        Assert.Empty(Rows(2, 5).Intersect(Rows(3, 5)));
    }

    /// <summary>A rank's part of a group is mixed as the whole is: the same draws for an image, and the same partner.</summary>
    [Theory]
    [InlineData(MixMode.Elem)]
    [InlineData(MixMode.Pair)]
    [InlineData(MixMode.Batch)]
    public void Parts_of_a_group_on_ranks_are_mixed_as_the_whole(MixMode mode)
    {
        const int Batch = 32, Group = 16, Side = 8;
        using var scope = NewDisposeScope();
        manual_seed(1);
        Tensor samples = randint(256, [Batch, Side, Side, 3], ScalarType.Byte), classes = randint(Classes, [Batch], ScalarType.Int64);
        var mixer = new Mixer(Classes, 0.1);
        string[]? whole = null;
        foreach (int ranks in (int[])[1, 2, 4, 8])
        {
            var mixed = new string[Batch];
            for (int rank = 0; rank < ranks; rank++)
            {
                var share = StepShare.Of(new Recipe { Train = new() { BatchSize = Batch, GroupSize = Group } }, rank, ranks);
                var places = new RankPartition(rank, ranks, share.Batch, share.Whole.Groups);
                for (int group = 0; group < share.Groups; group++)
                {
                    long[] positions = [.. Enumerable.Range(group * share.Group, share.Group).Select(row => places.PositionOf(0, row))];
                    GroupMix plan = GroupMix.Of(5, 1, share.GroupOf(3, group), share, Options(mode), new ImageSize(Side, Side));
                    Assert.All(Enumerable.Range(0, share.Group), row => Assert.Equal(positions[row] / share.Whole.Groups, share.ItemOf(row)));
                    (Tensor pixels, Tensor targets) = mixer.Apply(samples[tensor(positions)].contiguous(), classes[tensor(positions)], plan);
                    for (int row = 0; row < share.Group; row++)
                    {
                        mixed[positions[row]] = Convert.ToHexString(pixels[row].data<byte>().ToArray()) + string.Join(' ', targets[row].data<float>().ToArray());
                    }
                }
            }

            whole ??= mixed;
            Assert.Equal(whole, mixed);
        }

        Assert.True(whole!.Distinct().Count() == Batch);
    }

    [Fact]
    public void Boxes_of_given_sides_lie_in_the_image_and_have_them()
    {
        Gen.Select(Gen.Int[10, 300], Gen.Int[10, 300], Gen.Double[0, 0.5], Gen.Double[0.6, 1], Gen.Int).Sample((height, width, least, most, seed) =>
        {
            var draws = new SampleRandom(seed, 0, 0, RandomStream.MixImage);
            MixPlan plan = MixPlan.BoxWithin(ref draws, [least, most], height, width);
            Assert.InRange(plan.Bottom - plan.Top, (int)(height * least), (int)(height * most) - 1);
            Assert.InRange(plan.Right - plan.Left, (int)(width * least), (int)(width * most) - 1);
            Assert.InRange(plan.Top, 0, height - (plan.Bottom - plan.Top));
            Assert.InRange(plan.Left, 0, width - (plan.Right - plan.Left));
            Assert.Equal(1.0 - (double)(plan.Bottom - plan.Top) * (plan.Right - plan.Left) / ((double)height * width), plan.Lambda);
        }, iter: 500, threads: 1);
    }

    [Fact]
    public void Every_side_and_place_of_a_box_comes()
    {
        // Sides 2, 3 and 4 of 6 pixels, each as often; every top that leaves the box in the image but the last, as numpy's randint.
        var options = new MixOptions { Cutmix = 1, CutmixMinMax = [0.34, 0.84], Mode = MixMode.Elem };
        MixPlan[] plans = [.. Enumerable.Range(0, 6000).Select(item => GroupMix.OfImage(1, 0, 0, 6000, item, options, new ImageSize(6, 6)))];
        Assert.All(plans, plan => Assert.True(plan.Cutmix && plan.Lambda < 1));
        Assert.All(plans.GroupBy(plan => plan.Bottom - plan.Top), side => Assert.InRange(side.Count(), 1800, 2200));
        Assert.Equal([2, 3, 4], plans.Select(plan => plan.Bottom - plan.Top).Distinct().Order());
        Assert.Equal([0, 1, 2, 3], plans.Where(plan => plan.Bottom - plan.Top == 2).Select(plan => plan.Top).Distinct().Order());
    }

    private static MixOptions Options(MixMode mode) => new() { Mixup = 0.4, Cutmix = 1, Mode = mode };

    private static GroupMix Plan(long seed, long number, int group, int ranks, int rank, MixOptions options, ImageSize size) =>
        GroupMix.Of(seed, 0, number, StepShare.Of(new Recipe { Train = new() { BatchSize = group } }, rank, ranks), options, size);

    private static float[] FloatReference(Tensor images, GroupMix plan)
    {
        (int count, int height, int width) = ((int)images.shape[0], (int)images.shape[2], (int)images.shape[3]);
        float[] pixels = images.contiguous().data<float>().ToArray(), result = (float[])pixels.Clone();
        int size = 3 * height * width;
        for (int at = 0; at < pixels.Length; at++)
        {
            (int i, int y, int x) = (at / size, at / width % height, at % width);
            MixPlan image = plan[i];
            float partner = pixels[(count - 1 - i) * size + at % size], keep = (float)image.Lambda, give = 1f - keep;
            float kept = pixels[at] * keep, given = partner * give;
            bool inBox = y >= image.Top && y < image.Bottom && x >= image.Left && x < image.Right;
            result[at] = image.Lambda >= 1 || (image.Cutmix && !inBox) ? pixels[at] : image.Cutmix ? partner : kept + given;
        }

        return result;
    }

    private static (byte[] Pixels, float[] Shares) Reference(Tensor batch, Tensor labels, GroupMix plan, double smoothing)
    {
        (int count, int height, int width) = ((int)batch.shape[0], (int)batch.shape[1], (int)batch.shape[2]);
        byte[] pixels = batch.data<byte>().ToArray(), result = (byte[])pixels.Clone();
        long[] own = labels.data<long>().ToArray();
        var shares = new float[count * Classes];
        float off = (float)(smoothing / Classes), on = (float)(1 - smoothing + smoothing / Classes);
        for (int i = 0; i < count; i++)
        {
            int j = count - 1 - i;
            MixPlan image = plan[i];
            float keep = (float)image.Lambda, give = 1f - keep;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    for (int c = 0; c < 3; c++)
                    {
                        int here = ((i * height + y) * width + x) * 3 + c, there = ((j * height + y) * width + x) * 3 + c;
                        if (image.Lambda >= 1)
                        {
                            continue;
                        }

                        if (image.Cutmix)
                        {
                            result[here] = y >= image.Top && y < image.Bottom && x >= image.Left && x < image.Right ? pixels[there] : pixels[here];
                            continue;
                        }

                        float kept = pixels[here] * keep, given = pixels[there] * give;
                        result[here] = (byte)MathF.Round(kept + given, MidpointRounding.ToEven);
                    }
                }
            }

            for (int k = 0; k < Classes; k++)
            {
                float mine = own[i] == k ? on : off, other = own[j] == k ? on : off;
                shares[i * Classes + k] = plan.Any ? mine * keep + other * give : mine;
            }
        }

        return (result, shares);
    }
}
