using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Service;

/// <summary>The API of a real service over a real run, and what it does with mistakes.</summary>
public sealed class ApiTests(ApiTests.Fixture fixture) : IClassFixture<ApiTests.Fixture>
{
    private const int Steps = 30;

    /// <summary>A service with one run that is complete.</summary>
    public sealed class Fixture : IDisposable
    {
        public Fixture()
        {
            Small = new SmallRun();
            Service = ServiceProcess.Start(Small.Runs, "--slots=1", $"--StreamTrainer:Roots:0={Small.Folder}", $"--StreamTrainer:Recipes={Small.Folder}");
            Service.Post("api/runs", Submission("done"), idempotency: "first");
            Service.Until(() => Service.State("done") == "completed");
        }

        internal SmallRun Small { get; }

        internal ServiceProcess Service { get; }

        public void Dispose()
        {
            Service.Dispose();
            Small.Dispose();
        }
    }

    private ServiceProcess Service => fixture.Service;

    private SmallRun Small => fixture.Small;

    [Fact]
    public void ARunIsShownWithAllThatItCameTo()
    {
        JsonElement run = Service.Get("api/runs/done").Answer;
        Assert.Equal(Steps, run.GetProperty("progress").GetProperty("step").GetInt32());
        Assert.Equal(Steps, run.GetProperty("progress").GetProperty("totalSteps").GetInt32());
        Assert.Equal(1, run.GetProperty("progress").GetProperty("share").GetDouble());
        Assert.InRange(run.GetProperty("progress").GetProperty("dataWaitShare").GetDouble(), 0, 1);
        Assert.Equal(RunSummary.Read(RunDirectory.Open(Small.Run("done")))!.Top1, run.GetProperty("top1").GetDouble());
        Assert.Equal("local", run.GetProperty("queue").GetProperty("by").GetString());
        JsonElement list = Service.Get("api/runs?state=completed&model=resnet20_cifar").Answer;
        Assert.Contains(list.GetProperty("items").EnumerateArray(), each => each.GetProperty("id").GetString() == "done");
        Assert.Equal(0, Service.Get("api/runs?state=running&text=done").Answer.GetProperty("total").GetInt32());
        Assert.Contains("resnet20_cifar", Service.Get("api/runs/done/recipe").Answer.GetString(), StringComparison.Ordinal);
        Assert.Contains("libtorch", Service.Get("api/runs/done/environment").Answer.GetProperty("libraries").ToString(), StringComparison.Ordinal);
        Assert.Contains("info", Service.Get("api/runs/done/log").Answer.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("completed", Service.Get("api/runs/done/summary").Answer.GetProperty("state").GetString());
    }

    [Fact]
    public void EventsComePageByPageAndLiveWithoutOneMissing()
    {
        string[] kinds = ["runStarted", "stepLogged", "timesLogged", "evaluated", "checkpointSaved", "runFinished"];
        List<JsonElement> all = [];
        for (long after = 0, next = -1; next != after;)
        {
            after = next < 0 ? 0 : next;
            JsonElement page = Service.Get($"api/runs/done/events?after={after}&limit=3").Answer;
            all.AddRange(page.GetProperty("events").EnumerateArray());
            next = page.GetProperty("next").GetInt64();
        }

        Assert.Equal(EventLogReader.Read(Path.Combine(Small.Run("done"), "events.msgpack")).Count(), all.Count);
        Assert.All(kinds, kind => Assert.Contains(all, each => each.GetProperty("kind").GetString() == kind));
        Assert.Equal(Steps, all.Last(each => each.GetProperty("kind").GetString() == "stepLogged").GetProperty("data").GetProperty("step").GetInt32());
        Assert.All(Service.Get("api/runs/done/events?kind=evaluated").Answer.GetProperty("events").EnumerateArray(), each => Assert.Equal("evaluated", each.GetProperty("kind").GetString()));

        long[] ids = [.. all.Select(each => each.GetProperty("id").GetInt64())];
        Assert.Equal(ids, Stream("done", ids.Length, last: null));
        Assert.Equal(ids[5..], Stream("done", ids.Length - 5, ids[4]));
    }

    [Fact]
    public void AStreamHearsWhatIsWrittenWhileItIsOpen()
    {
        RunDirectory run = EventWriter.Run(Small.Runs, "live");
        EventWriter.Steps(run, 1, 3, step => step);
        long[] heard = [];
        var listener = new Thread(() => heard = Stream("live", 6, last: null));
        listener.Start();
        for (int step = 4; step <= 6; step++)
        {
            EventWriter.Steps(run, step, step, each => each);
        }

        Assert.True(listener.Join(TimeSpan.FromMinutes(1)), "an event was not heard");
        Assert.Equal(6, heard.Distinct().Count());
        // A run that was not started here is shown, and is nobody's to start again.
        Assert.Equal("lost", Service.State("live"));
        Assert.Equal(HttpStatusCode.BadRequest, Service.Delete("api/runs/live").Code);
        Assert.Equal(HttpStatusCode.NoContent, Service.Delete("api/runs/live?confirm=live").Code);
        Assert.Equal(HttpStatusCode.NotFound, Service.Get("api/runs/live").Code);
        Assert.False(Directory.Exists(run.Path));
    }

    [Fact]
    public void FiguresStallsSamplesAndTheMachineAreShown()
    {
        JsonElement series = Service.Get("api/runs/done/series?name=loss&name=eval.top1&name=timesLogged.phases.forward").Answer;
        Assert.Contains("lr", series.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal([Steps], series.GetProperty("series")[1].GetProperty("step").EnumerateArray().Select(step => step.GetInt32()));
        Assert.All(series.GetProperty("series").EnumerateArray(), each => Assert.NotEmpty(each.GetProperty("mean").EnumerateArray()));

        JsonElement stalls = Service.Get("api/runs/done/stalls").Answer;
        Assert.Equal(["order", "source", "decode", "transform", "transfer"], stalls.GetProperty("all").GetProperty("causes").EnumerateObject().Select(cause => cause.Name));
        Assert.True(stalls.GetProperty("pipeline").GetProperty("slots").GetInt32() >= 2);
        Assert.StartsWith(Small.Folder, stalls.GetProperty("slowest")[0].GetProperty("sample").GetString(), StringComparison.Ordinal);
        Assert.True(stalls.GetProperty("now").GetProperty("phases").GetProperty("forward").GetDouble() > 0);

        JsonElement samples = Service.Get("api/runs/done/samples?count=2").Answer;
        Assert.Equal(2, samples.GetProperty("pictures").GetArrayLength());
        Assert.Equal(2, samples.GetProperty("report").GetProperty("samples").GetArrayLength());
        string picture = samples.GetProperty("pictures")[1].GetProperty("augmented").GetString()!;
        Assert.Equal([0x89, 0x50, 0x4e, 0x47], Service.Fetch(picture).Bytes[..4]);
        Assert.Equal(HttpStatusCode.BadRequest, Service.Get("api/runs/done/samples?sample=99999").Code);

        JsonElement system = Service.Get("api/system").Answer;
        Assert.Equal(Environment.ProcessorCount, system.GetProperty("machine").GetProperty("cores").GetInt32());
        Assert.True(system.GetProperty("disk").GetProperty("freeBytes").GetInt64() > 0);
        Assert.Single(system.GetProperty("slots").EnumerateArray());
    }

    [Fact]
    public void RecipesAreListedCheckedAndCompared()
    {
        Assert.Contains("recipe", Service.Get("api/recipes").Answer.EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(File.ReadAllText(Small.Recipe), Service.Get("api/recipes/recipe").Answer.GetString());
        (HttpStatusCode code, JsonElement answer) = Service.Post("api/recipes/check", new { recipe = "recipe", set = new[] { "train.epochs=3" } });
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Contains("epochs: 3", answer.GetProperty("recipe").GetString(), StringComparison.Ordinal);
        (code, answer) = Service.Post("api/recipes/check", new { text = "train: { epoch: 3 }" });
        Assert.Equal(HttpStatusCode.BadRequest, code);
        Assert.Contains("did you mean 'epochs'?", answer.GetProperty("detail").GetString(), StringComparison.Ordinal);

        EventWriter.Run(Small.Runs, "other");
        JsonElement[] differences = [.. Service.Get("api/runs/done/differences?with=other").Answer.EnumerateArray()];
        Assert.Contains(differences, each => each.GetProperty("key").GetString() == "optimizer.name" && each.GetProperty("one").GetString() == "lamb");
        Assert.DoesNotContain(differences, each => each.GetProperty("one").GetString() == each.GetProperty("other").GetString());
    }

    [Fact]
    public void TheSameKeyIsTheSameRun()
    {
        (HttpStatusCode code, JsonElement answer) = Service.Post("api/runs", Submission("done"), idempotency: "first");
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal("done", answer.GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.Conflict, Service.Post("api/runs", Submission("else"), idempotency: "first").Code);
        // Without it the name is taken.
        Assert.Equal(HttpStatusCode.Conflict, Service.Post("api/runs", Submission("done")).Code);
        Assert.Equal(HttpStatusCode.Conflict, Service.Post("api/runs/done/resume").Code);
        Assert.Equal(HttpStatusCode.Conflict, Service.Post("api/runs/done/stop").Code);
    }

    [Fact]
    public void SweepsAreShownWithTheirRuns()
    {
        Directory.CreateDirectory(Small.Run("sweep"));
        File.WriteAllText(Path.Combine(Small.Run("sweep"), "sweep.json"), """
            { "format": 1, "name": "rates", "file": "sweep.yaml", "recipe": "recipe.yaml", "command": "sweep", "created": "2026-01-02T03:04:05Z",
              "cells": [ { "id": "done", "set": { "optimizer.lr": 0.1 } }, { "id": "sweep-001", "set": { "optimizer.lr": 0.2 } } ] }
            """);
        JsonElement sweep = Assert.Single(Service.Get("api/sweeps").Answer.EnumerateArray());
        Assert.Equal((2, 1), (sweep.GetProperty("count").GetInt32(), sweep.GetProperty("completed").GetInt32()));
        JsonElement cell = Service.Get("api/sweeps/sweep").Answer.GetProperty("cells")[0];
        Assert.Equal(0.1, cell.GetProperty("set").GetProperty("optimizer.lr").GetDouble());
        Assert.Equal("completed", cell.GetProperty("run").GetProperty("state").GetString());
    }

    [Fact]
    public void TheDescriptionSaysWhatThereIs()
    {
        JsonElement document = Service.Get("openapi/v1.json").Answer;
        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        string[] paths = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name)];
        Assert.All((string[])["/api/runs", "/api/runs/{id}", "/api/runs/{id}/events/stream", "/api/runs/{id}/series", "/api/runs/{id}/stalls", "/api/runs/{id}/samples", "/api/recipes/check", "/api/system", "/api/sweeps", "/health/ready"],
            path => Assert.Contains(path, paths));
        Assert.All(document.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith("/api", StringComparison.Ordinal)).SelectMany(path => path.Value.EnumerateObject()),
            operation => Assert.True(operation.Value.TryGetProperty("summary", out _), operation.ToString()));
        (HttpStatusCode code, HttpResponseHeaders headers, byte[] bytes) = Service.Fetch("docs/");
        string html = Encoding.UTF8.GetString(bytes);
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.Contains("scalar", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("unsafe-eval", headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    internal static Dictionary<string, object> Submission(string id) => new()
    {
        ["recipe"] = "recipe",
        ["id"] = id,
        ["set"] = new[] { $"train.maxSteps={Steps}" },
    };

    /// <summary>The ids of a stream's first events.</summary>
    private long[] Stream(string id, int count, long? last)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/runs/{id}/events/stream");
        if (last is { } after)
        {
            request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        }

        using HttpResponseMessage response = Service.Client.Send(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        List<long> ids = [];
        while (ids.Count < count)
        {
            if (reader.ReadLine() is { } line && line.StartsWith("id: ", StringComparison.Ordinal))
            {
                ids.Add(long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture));
            }
        }

        return [.. ids];
    }
}
