#!/bin/bash
# Kills a small run so many times (300 by default), at random moments and while it writes checkpoints, and looks that nothing is lost:
# tests/kills.sh 300. Builds nothing.
here=$(cd "$(dirname "$0")" && pwd)
STREAMTRAINER_KILLS=${1:-300} exec dotnet "$here/Host.Tests/bin/Release/net10.0/StreamTrainer.Host.Tests.dll" -class "*KillTests" -showliveoutput
