using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Service;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Api;

/// <summary>Errors to answers, as RFC 9457 has them. What nobody foresaw is told in the log, and not to the caller.</summary>
internal sealed partial class Problems(ILogger<Problems> logger) : IExceptionHandler
{
    /// <summary>Answers with a problem.</summary>
    public static async Task Write(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        var written = new ProblemDetailsContext { HttpContext = context, ProblemDetails = new ProblemDetails { Status = status, Detail = detail } };
        if (!await context.RequestServices.GetRequiredService<IProblemDetailsService>().TryWriteAsync(written).ConfigureAwait(false))
        {
            await context.Response.WriteAsync(detail, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        (int status, string detail) = exception switch
        {
            RefusedException { Why: Refusal.NotFound } => (StatusCodes.Status404NotFound, exception.Message),
            RefusedException { Why: Refusal.Conflict } => (StatusCodes.Status409Conflict, exception.Message),
            RefusedException { Why: Refusal.Full } => (StatusCodes.Status503ServiceUnavailable, exception.Message),
            RefusedException or UserErrorException => (StatusCodes.Status400BadRequest, exception.Message),
            BadHttpRequestException bad => (bad.StatusCode, Told(bad)),
            RunFailedException => (StatusCodes.Status507InsufficientStorage, exception.Message),
            IOException when WriteTroubleIs(exception) => (StatusCodes.Status507InsufficientStorage, exception.Message),
            _ => (StatusCodes.Status500InternalServerError, "the server failed; its log says why"),
        };
        if (status == StatusCodes.Status500InternalServerError)
        {
            Unforeseen(logger, exception, httpContext.Request.Method, exception.GetType().Name);
        }

        await Write(httpContext, status, detail).ConfigureAwait(false);
        return true;
    }

    // What could not be read of the body stands in the inner error; the outer one names our types.
    private static string Told(BadHttpRequestException bad) => bad.InnerException is System.Text.Json.JsonException json
        ? $"the body is not what is wanted here: {json.Message.Split(" Path:")[0]} (at {json.Path ?? "$"})"
        : bad.Message;

    private static bool WriteTroubleIs(Exception error) => Pipeline.Files.WriteTrouble.Is(error);

    [LoggerMessage(3300, LogLevel.Error, "a {Method} request failed by {Kind}")]
    private static partial void Unforeseen(ILogger logger, Exception error, string method, string kind);
}
