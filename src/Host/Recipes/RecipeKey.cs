using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Recipes;

/// <summary>A key of a recipe's section: an option's property and what its attributes say. Binder, writer and schema all go
/// by these, so an option is written down once.</summary>
internal sealed class RecipeKey
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<RecipeKey>> s_keys = new();
    private static readonly NullabilityInfoContext s_nullability = new();

    private RecipeKey(PropertyInfo property)
    {
        Property = property;
        Name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        IsList = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
        ValueType = IsList ? type.GetGenericArguments()[0] : type;
        Scalar = ScalarParsers.For(ValueType);
        Optional = type != property.PropertyType
            || (!type.IsValueType && s_nullability.Create(property).WriteState == NullabilityState.Nullable);
        Description = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";
        Auto = property.GetCustomAttribute<AutoAttribute>()?.Meaning;
        Required = property.GetCustomAttribute<RequiredAttribute>() is not null;
        Length = property.GetCustomAttribute<LengthAttribute>();
        object?[] denied = property.GetCustomAttribute<DeniedValuesAttribute>()?.Values ?? [];
        Names = ValueType.IsEnum
            ? [.. Enum.GetValues(ValueType).Cast<object>().Where(value => !denied.Contains(value)).Select(ScalarParsers.EnumName)]
            : [];
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            Minimum = Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture);
            double maximum = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
            // long.MaxValue is not a limit, only the end of the type.
            Maximum = maximum < long.MaxValue ? maximum : null;
        }
    }

    /// <summary>The property.</summary>
    public PropertyInfo Property { get; }

    /// <summary>The key's name in the file.</summary>
    public string Name { get; }

    /// <summary>What it is for.</summary>
    public string Description { get; }

    /// <summary>The value's type, a list's element's, or a section's record.</summary>
    public Type ValueType { get; }

    /// <summary>Whether it is a list of values.</summary>
    public bool IsList { get; }

    /// <summary>How the value (or a list's element) is read and written; null for a section.</summary>
    public ScalarKind? Scalar { get; }

    /// <summary>Whether it may have no value: <c>auto</c> where <see cref="Auto"/> says so, else <c>none</c>.</summary>
    public bool Optional { get; }

    /// <summary>What <c>auto</c> means here; null where there is no such choice.</summary>
    public string? Auto { get; }

    /// <summary>Whether it must be given.</summary>
    public bool Required { get; }

    /// <summary>How many elements a list must have.</summary>
    public LengthAttribute? Length { get; }

    /// <summary>The smallest value.</summary>
    public double? Minimum { get; }

    /// <summary>The largest value.</summary>
    public double? Maximum { get; }

    /// <summary>The names that an enum's key allows.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>What stands for no value.</summary>
    public string NoValue => Auto is null ? "none" : "auto";

    /// <summary>What is allowed, in words.</summary>
    public string Allowed
    {
        get
        {
            string value = Names.Count > 0 ? string.Join(", ", Names) : Scalar!.Noun + Limits;
            string whole = IsList ? $"a list of {Length?.MinimumLength.ToString(CultureInfo.InvariantCulture) ?? "values"}, each {value}" : value;
            return Optional ? $"{whole}, or {NoValue}" : whole;
        }
    }

    private string Limits => (Minimum, Maximum) switch
    {
        ({ } least, { } most) => $" from {YamlText.Number(least)} to {YamlText.Number(most)}",
        ({ } least, null) => $" of at least {YamlText.Number(least)}",
        _ => "",
    };

    /// <summary>The keys of a record, in the order in which it declares them.</summary>
    public static IReadOnlyList<RecipeKey> Of(Type record) => s_keys.GetOrAdd(record, static type =>
    {
        lock (s_nullability)
        {
            return [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite)
                .OrderBy(property => property.MetadataToken)
                .Select(property => new RecipeKey(property))];
        }
    });

    /// <summary>Whether a number is within the limits.</summary>
    public bool InRange(object value)
    {
        if (Minimum is null || value is not (int or long or double))
        {
            return true;
        }

        double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return number >= Minimum && (Maximum is null || number <= Maximum);
    }
}
