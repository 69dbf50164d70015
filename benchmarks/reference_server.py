"""How many calls the reference server decides in a second, beside a bare FastAPI route.

Both run on the same uvicorn, in a process of their own; wrk calls them in turns, in the
same run. Every second request begins a new call, the one after it enters the order: the
server reads its CRM, decides, writes its log, and answers only when that is safe.

The bare route has the same parameters and answers a constant.
"""

import contextlib
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_ROUNDS = 3
_SECONDS = 5
_CONNECTIONS = 32

_BARE = """
import sys
import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/crm_integration")
async def crm_integration(
    numa: str | None = None,
    numb: str | None = None,
    cdr_id: str | None = None,
    start_time: str | None = None,
    input_result: str | None = None,
) -> dict[str, int]:
    return {"returned_code": 1}


uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""

_CALLS = """
local thread_count = 0
function setup(thread)
  thread:set("id", thread_count)
  thread_count = thread_count + 1
end
local n = 0
request = function()
  n = n + 1
  local step = n % 2
  local session = (id + 1) * 1000000000 + RUN * 100000000 + math.floor((n + 1) / 2)
  local input = step == 1 and "None" or "10523"
  return wrk.format("GET", "/crm_integration?cdr_id=" .. session
    .. "&start_time=1200&input_result=" .. input .. "&numa=79161110001&numb=74951234567")
end
local bad = 0
response = function(status) if status ~= 200 then bad = bad + 1 end end
"""


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[str]:
    """Run a server until the block ends; give its address."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None or time.monotonic() > give_up:
                raise SystemExit(f"this server did not start: {' '.join(command)}")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/crm_integration"
    finally:
        process.terminate()
        process.wait(30)


def requests_per_second(url: str, folder: Path, run: int) -> float:
    """Let wrk call a server for some seconds."""
    script = folder / f"calls-{run}.lua"
    script.write_text(f"RUN = {run}\n{_CALLS}")
    said = subprocess.run(
        ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s", "-s", str(script), url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"the server did not answer every call:\n{said}")
    found = re.search(r"Requests/sec:\s*([0-9.]+)", said)
    if found is None:
        raise SystemExit(f"wrk said nothing of its speed:\n{said}")
    return float(found.group(1))


def measure() -> dict[str, float]:
    """Call both servers in turns."""
    bare: list[float] = []
    reference: list[float] = []
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        (folder / "bare.py").write_text(_BARE)
        ports = free_port(), free_port()
        bare_url = stack.enter_context(
            running([sys.executable, str(folder / "bare.py"), str(ports[0])], ports[0])
        )
        command = [sys.executable, "-m", "reference_server", "--quiet", "--port", str(ports[1])]
        reference_url = stack.enter_context(running(command, ports[1]))
        for run in range(_ROUNDS):
            bare.append(requests_per_second(bare_url, folder, run))
            reference.append(requests_per_second(reference_url, folder, run))
    return {"bare": statistics.median(bare), "reference": statistics.median(reference)}


def main() -> None:
    """Measure and print."""
    if shutil.which("wrk") is None:
        raise SystemExit("this benchmark calls with wrk; on Debian or Ubuntu: apt-get install wrk")
    found = measure()
    print(f"bare FastAPI route: {found['bare']:,.0f} requests a second")
    print(f"reference server: {found['reference']:,.0f} decisions a second")
    print(f"ratio: {found['reference'] / found['bare']:.2f} (wanted: at least 0.50)")
    print(json.dumps({name: round(value) for name, value in found.items()}))


if __name__ == "__main__":
    main()
