System.Console.WriteLine(TorchSharp.torch.ones(2, 2).sum().item<float>());
foreach (var m in typeof(TorchSharp.torch.Tensor).GetMethods().Where(m => m.Name is "set_" or "pin_memory" or "is_pinned" or "copy_" or "contiguous" or "set_requires_grad" or "to" || m.Name.Contains("memory_format"))) Console.WriteLine(m);
foreach (var m in typeof(TorchSharp.torch.nn.Module).GetMethods(System.Reflection.BindingFlags.Instance|System.Reflection.BindingFlags.NonPublic|System.Reflection.BindingFlags.Public|System.Reflection.BindingFlags.DeclaredOnly)) Console.WriteLine(m);
foreach (var m in typeof(TorchSharp.Modules.Parameter).GetConstructors()) Console.WriteLine(m);
