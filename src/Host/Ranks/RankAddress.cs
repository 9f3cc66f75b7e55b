using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace StreamTrainer.Host.Ranks;

/// <summary>Where rank 0 listens; it reaches the others through the launcher's library.</summary>
/// <param name="Host">Its host's name.</param>
/// <param name="Port">The port.</param>
/// <param name="Addresses">The host's addresses.</param>
/// <param name="Token">What a rank of this run says first.</param>
internal sealed record RankAddress(string Host, int Port, IReadOnlyList<string> Addresses, string Token)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(3);

    /// <summary>The address of a listener on this host.</summary>
    public static RankAddress Of(TcpListener listener) => new(
        Environment.MachineName, ((IPEndPoint)listener.LocalEndpoint).Port,
        [.. NetworkInterface.GetAllNetworkInterfaces().Where(each => each.OperationalStatus == OperationalStatus.Up && each.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(each => each.GetIPProperties().UnicastAddresses).Where(each => !each.Address.IsIPv6LinkLocal).Select(each => each.Address.ToString())],
        Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    /// <summary>Connects to it; null where none of its addresses answers.</summary>
    public TcpClient? Connect()
    {
        IEnumerable<IPAddress> all = Addresses.Select(IPAddress.Parse);
        foreach (IPAddress address in Host == Environment.MachineName ? all.Prepend(IPAddress.Loopback) : all)
        {
            var client = new TcpClient(address.AddressFamily) { NoDelay = true };
            try
            {
                using var late = new CancellationTokenSource(s_longest);
                client.ConnectAsync(address, Port, late.Token).AsTask().GetAwaiter().GetResult();
                return client;
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                client.Dispose();
            }
        }

        return null;
    }
}
