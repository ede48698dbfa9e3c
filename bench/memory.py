"""Peak memory of draemc's engine process, measured: python3 bench/memory.py FILE [--set PATH=VALUE]...

Runs `draemc run FILE` and prints VmHWM of the engine process in MiB. What `draemc explain` predicts is fitted to such figures
(src/driver/memory.ts).
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

command = ["node", str(pathlib.Path(__file__).parent.parent / "dist" / "cli" / "main.js"), "run"]


def engine_of(parent: int) -> pathlib.Path | None:
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text()
            if int(stat[stat.rindex(")") + 2 :].split()[1]) == parent and "engine.js" in (process / "cmdline").read_text():
                return process
        except OSError:
            pass
    return None


def main() -> None:
    out = tempfile.mkdtemp()
    peak = 0
    run = subprocess.Popen([*command, *sys.argv[1:], "--out", f"{out}/run", "--plain"])
    try:
        while run.poll() is None:
            engine = engine_of(run.pid)
            try:
                status = (engine / "status").read_text() if engine else ""
            except OSError:
                status = ""
            for line in status.splitlines():
                if line.startswith("VmHWM"):
                    peak = max(peak, int(line.split()[1]))
            time.sleep(0.02)
    finally:
        shutil.rmtree(out, ignore_errors=True)
    print(f"{peak / 1024:.0f} MiB")


main()
