using StreamTrainer.Host.Commands;

return CommandLine.Run(args, Console.Out, Console.Error);
