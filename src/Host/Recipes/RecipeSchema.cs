using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Recipes;

/// <summary>The JSON Schema (2020-12) of a recipe, from the same attributes that the loader checks by.</summary>
public static class RecipeSchema
{
    private static readonly JsonWriterOptions s_layout = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema's text; the same for the same program, without a line end after it.</summary>
    public static string Json()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_layout))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "StreamTrainer recipe");
            Section(json, typeof(Recipe), new Recipe());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Section(Utf8JsonWriter json, Type record, object defaults)
    {
        bool root = record == typeof(Recipe);
        json.WriteStartArray("type");
        json.WriteStringValue("object");
        json.WriteStringValue("null");
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        if (root)
        {
            FilePath(json, RecipeLoader.ExtendsKey, "Path of the recipe that this one goes over, seen from this file's folder: sections merge, values and lists replace.");
            FilePath(json, ModelTable.Key, "Path of a file that says, by model, what --model changes besides the model's name, seen from this file's folder.");
        }

        foreach (RecipeKey key in RecipeKey.Of(record))
        {
            object? value = key.Property.GetValue(defaults);
            json.WriteStartObject(key.Name);
            json.WriteString("description", key.Auto is null ? key.Description : $"{key.Description} auto: {key.Auto}.");
            if (key.Scalar is null)
            {
                Section(json, key.ValueType, value!);
            }
            else
            {
                Option(json, key);
                Default(json, key, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void FilePath(Utf8JsonWriter json, string key, string description)
    {
        json.WriteStartObject(key);
        json.WriteString("description", description);
        json.WriteString("type", "string");
        json.WriteNumber("minLength", 1);
        json.WriteEndObject();
    }

    private static void Option(Utf8JsonWriter json, RecipeKey key)
    {
        if (!key.Optional)
        {
            Value(json, key);
            return;
        }

        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        Value(json, key);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteStartArray("enum");
        json.WriteStringValue(key.NoValue);
        if (key.Auto is null)
        {
            json.WriteNullValue();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, RecipeKey key)
    {
        if (!key.IsList)
        {
            Element(json, key);
            return;
        }

        json.WriteString("type", "array");
        if (key.Length is { } length)
        {
            json.WriteNumber("minItems", length.MinimumLength);
            json.WriteNumber("maxItems", length.MaximumLength);
        }

        json.WriteStartObject("items");
        Element(json, key);
        json.WriteEndObject();
    }

    private static void Element(Utf8JsonWriter json, RecipeKey key)
    {
        key.Scalar!.Schema(json);
        if (key.Names.Count > 0)
        {
            json.WriteStartArray("enum");
            foreach (string name in key.Names)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }

        if (key.Minimum is { } minimum)
        {
            json.WriteNumber("minimum", (decimal)minimum);
        }

        if (key.Maximum is { } maximum)
        {
            json.WriteNumber("maximum", (decimal)maximum);
        }

        if (key.Required)
        {
            json.WriteNumber("minLength", 1);
        }
    }

    private static void Default(Utf8JsonWriter json, RecipeKey key, object? value)
    {
        if (key.Required && value is "")
        {
            return;
        }

        json.WritePropertyName("default");
        if (value is not string && value is IEnumerable list)
        {
            json.WriteStartArray();
            foreach (object item in list)
            {
                Scalar(json, item);
            }

            json.WriteEndArray();
        }
        else
        {
            Scalar(json, value ?? key.NoValue);
        }
    }

    private static void Scalar(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case int or long or double:
                json.WriteRawValue(ScalarParsers.For(value.GetType())!.Format(value));
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case TimeSpan or ByteSize or Shuffle or SizeSchedule or Enum:
                json.WriteStringValue(ScalarParsers.For(value.GetType())!.Format(value));
                break;
            default:
                throw new NotSupportedException($"no JSON for {value.GetType()}");
        }
    }
}
