using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Api.Security;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Service;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Api.Endpoints;

/// <summary>The server's recipes.</summary>
internal static class RecipeEndpoints
{
    private const string Yaml = "application/yaml";

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder api)
    {
        RouteGroupBuilder recipes = api.MapGroup("/recipes").WithTags("Recipes");
        recipes.MapGet("/", (RecipeIntake intake) => TypedResults.Ok(intake.Names())).WithSummary("The recipes that can be submitted by name.");
        recipes.MapGet("/{**name}", Text).WithSummary("A recipe's YAML text, as it stands in its file.").Produces<string>(contentType: Yaml);
        recipes.MapPost("/check", Check).For(AccessLevel.Submit).WithSummary("Resolves and checks a submission, and queues nothing.").ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static Results<ContentHttpResult, ProblemHttpResult> Text(string name, RecipeIntake intake) =>
        intake.TextOf(name) is { } text ? TypedResults.Text(text, Yaml) : TypedResults.Problem("there is no recipe of this name", statusCode: StatusCodes.Status404NotFound);

    private static Ok<CheckedRecipe> Check(Submission submission, RecipeIntake intake, DeviceSlots slots)
    {
        Submissions.Check(submission, slots);
        Recipe recipe = intake.Check(submission);
        return TypedResults.Ok(new CheckedRecipe(RecipeWriter.Write(recipe), recipe.Model.Name));
    }
}
