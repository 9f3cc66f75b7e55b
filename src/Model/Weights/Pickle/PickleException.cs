namespace StreamTrainer.Model.Weights.Pickle;

/// <summary>A pickle that is damaged, or asks for what is not done here. The message says what it is.</summary>
internal sealed class PickleException(string message) : Exception(message);
