namespace StreamTrainer.Pipeline.Options;

/// <summary>On a nullable option: the recipe may say <c>auto</c>, which is null, and the sentence says what is then chosen.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AutoAttribute(string meaning) : Attribute
{
    /// <summary>What the program chooses.</summary>
    public string Meaning { get; } = meaning;
}
