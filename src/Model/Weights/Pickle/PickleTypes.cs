using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights.Pickle;

/// <summary>A class or function that a pickle names; one of the few that <see cref="PickleGlobals"/> knows.</summary>
internal sealed record PickledGlobal(string Module, string Name);

/// <summary>Memory that tensors lie in, by its key in the file.</summary>
internal sealed record PickledStorage(string Key, ScalarType Type, long Count);

/// <summary>A tensor: a view of a storage.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>An object whose content nobody asks for: an argparse.Namespace, a torch.device.</summary>
internal sealed record PickledOpaque(PickledGlobal Type);
