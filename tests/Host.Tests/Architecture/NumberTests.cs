using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using StreamTrainer.Model.Training;
using TorchSharp;
using Xunit;

namespace StreamTrainer.Host.Tests.Architecture;

/// <summary>
/// No number goes to libtorch as a temporary object with a finalizer, which a garbage collection during the call would free
/// (<c>StreamTrainer.Model.Runtime.Scalars</c>).
/// </summary>
public class NumberTests
{
    [Theory]
    [InlineData(typeof(Trainer))]
    [InlineData(typeof(StreamTrainer.Host.Recipes.LoadedRecipe))]
    public void NumbersAreHeldDuringTheCall(Type ofAssembly)
    {
        ArgumentNullException.ThrowIfNull(ofAssembly);
        Assert.Equal([], Called(ofAssembly.Assembly).Where(HoldsNothing).Select(method => $"{method.DeclaringType?.Name}.{method}"));
    }

    /// <summary>Whether TorchSharp makes such an object in the method, or has the compiler do it.</summary>
    private static bool HoldsNothing(MethodBase method)
    {
        Type[] parameters = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        return method.DeclaringType == typeof(Scalar) && method.Name == "op_Implicit"
            || method.DeclaringType == typeof(torch.Tensor)
                && (method.Name is "add" or "add_" && parameters.Length == 1
                    || method.Name == "op_Addition"
                    || method.Name.StartsWith("op_", StringComparison.Ordinal) && parameters.Any(type => type.IsPrimitive));
    }

    /// <summary>All methods of other assemblies that an assembly calls.</summary>
    private static IEnumerable<MethodBase> Called(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            if (metadata.GetMemberReference(handle).GetKind() == MemberReferenceKind.Method
                && metadata.GetMemberReference(handle).Parent.Kind == HandleKind.TypeReference)
            {
                yield return assembly.ManifestModule.ResolveMethod(MetadataTokens.GetToken(handle))!;
            }
        }
    }
}
