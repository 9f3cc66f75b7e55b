using System.Text.Json;

namespace StreamTrainer.Host.Recipes;

/// <summary>Reads a value of a kind.</summary>
/// <param name="node">The text.</param>
/// <param name="value">The value, where it is one.</param>
/// <param name="hint">Where it is none: what was probably meant, if that can be said.</param>
internal delegate bool ScalarParse(ScalarNode node, out object value, out string? hint);

/// <summary>A kind of single value in a recipe: how it is read, written, named in errors and described in the schema.</summary>
/// <param name="Noun">What it is, for an error message: <c>a whole number</c>.</param>
/// <param name="Parse">Reads it.</param>
/// <param name="Format">Writes it as YAML, so that it reads back equal.</param>
/// <param name="Schema">Writes the members of its JSON Schema.</param>
internal sealed record ScalarKind(string Noun, ScalarParse Parse, Func<object, string> Format, Action<Utf8JsonWriter> Schema);
