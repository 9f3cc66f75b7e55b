using StreamTrainer.Perf.Harness;

return PerfProgram.Run(args);
