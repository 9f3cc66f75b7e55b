namespace StreamTrainer.Model.Precision;

/// <summary>
/// Dynamic loss scaling (Micikevicius et al., arXiv 1710.03740, section 3.2): the loss is multiplied so that small gradients do
/// not vanish in fp16; where some overflow, the update is left out and the scale halved. Numbers are those of PyTorch's
/// GradScaler. Training thread only.
/// </summary>
public sealed class LossScaler
{
    /// <summary>The scale of a fresh run.</summary>
    public const double FirstScale = 65536;

    /// <summary>Steps without an overflow after which the scale is doubled.</summary>
    public const long GrowthInterval = 2000;

    /// <summary>Below this even an unscaled gradient overflows: it is not the scale that is at fault.</summary>
    private const double LeastScale = 1.0 / 65536;

    /// <summary>Where it is.</summary>
    public LossScale State { get; set; } = new(FirstScale, 0, 0);

    /// <summary>What the loss is multiplied by now.</summary>
    public double Scale => State.Scale;

    /// <summary>Whether halving did not help: the gradients are no numbers at any scale.</summary>
    public bool Collapsed => State.Scale < LeastScale;

    /// <summary>A step's gradients are known.</summary>
    /// <param name="finite">Whether all of them are numbers; where not, the step's update is to be left out.</param>
    public void Update(bool finite)
    {
        if (!finite)
        {
            State = new LossScale(State.Scale / 2, 0, State.SkippedSteps + 1);
        }
        else if (State.GoodSteps + 1 == GrowthInterval)
        {
            State = State with { Scale = State.Scale * 2, GoodSteps = 0 };
        }
        else
        {
            State = State with { GoodSteps = State.GoodSteps + 1 };
        }
    }
}
