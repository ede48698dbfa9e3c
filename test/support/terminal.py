"""Runs a command in a pseudo-terminal: `terminal.py ROWS COLUMNS [SECONDS:KEYS ...] -- COMMAND ...`.

What the command writes to its terminal goes to stdout as it is. KEYS are sent when stdout has been silent since start for
SECONDS, or, written `after TEXT:KEYS`, when TEXT has appeared. `^C` stands for the interrupt key. The last line on stderr is a
JSON object: the exit status, and whether the terminal's settings are as before.
"""

import fcntl, json, os, pty, select, struct, sys, termios, time

rows, columns = int(sys.argv[1]), int(sys.argv[2])
split = sys.argv.index("--")
plan = [entry.rsplit(":", 1) for entry in sys.argv[3:split]]
command = sys.argv[split + 1 :]

master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
before = termios.tcgetattr(slave)
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for descriptor in (0, 1, 2):
        os.dup2(slave, descriptor)
    os.close(master)
    os.execvp(command[0], command)

seen, start, status = b"", time.monotonic(), None
while True:
    ready, _, _ = select.select([master], [], [], 0.05)
    if ready:
        chunk = os.read(master, 65536)
        seen += chunk
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    while plan:
        when, keys = plan[0]
        due = when[6:].encode() in seen if when.startswith("after ") else time.monotonic() - start >= float(when)
        if not due:
            break
        plan.pop(0)
        os.write(master, keys.replace("^C", "\x03").encode())
        seen = b""
    if status is None:
        done, code = os.waitpid(child, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(code)
    elif not ready:
        break
after = termios.tcgetattr(slave)
print(json.dumps({"status": status, "restored": before == after}), file=sys.stderr)
