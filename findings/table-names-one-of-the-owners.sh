#!/usr/bin/env bash
# psutil's table of the whole system names one process for a listening socket that three share, and
# it is the youngest, not the one that made the socket; asked process by process, psutil gives a row
# for each, so the sum of the parts is larger than the whole.
#
# Seen with: PyPI psutil 7.2.2 on Linux 6.18 (Python 3.11).
# Input: a program of the classic pre-fork kind: one listening socket, a second descriptor for it
#   (dup), two forked children. All of the processes belong to the user who asks, so nothing is
#   hidden.
# Expected: /proc/PID/fd (proc(5)) shows the same inode in all three processes, twice in each.
#   net_connections() has a pid and an fd in each row, the pid documented as that of the process
#   which opened the socket, and Process.net_connections() gives the rows of one process: one
#   expects the first to be the union of the second, as the option -p of ss(8) lists all processes
#   of a socket, or if it must be one, the process that made the socket.
# Seen: one row in the table, with the id of the last forked child; three rows from the processes
#   asked one by one (one each, though each has two descriptors).
# Why it matters here: "who listens on this port?" is the first question to a socket table. A view
#   built on the table alone names a worker; ending that one does not free the port. And when the
#   youngest worker is replaced, a diff of two snapshots shows a listener that changed its owner,
#   though nothing happened to the socket.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "psutil==7.2.2"

cat > run.py <<'E'
import os, signal, socket, time
import psutil

listener = socket.create_server(("127.0.0.1", 0))
again = listener.dup()
port = listener.getsockname()[1]
children = []
for _ in range(2):
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    children.append(child)
try:
    family = [os.getpid(), *children]

    def rows(connections):
        return [c for c in connections if c.status == psutil.CONN_LISTEN and c.laddr.port == port]

    inode = os.stat(f"/proc/self/fd/{listener.fileno()}").st_ino
    holders = 0
    for pid in family:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                holders += os.stat(f"/proc/{pid}/fd/{fd}").st_ino == inode
            except OSError:
                pass
    table = rows(psutil.net_connections("tcp"))
    single = [len(rows(psutil.Process(pid).net_connections("tcp"))) for pid in family]
    print(f"/proc/PID/fd:              {holders} descriptors in {len(family)} processes")
    print(f"Process.net_connections(): {sum(single)} rows, by process {single}")
    owners = [row.pid for row in table]
    print(f"net_connections():         {len(table)} row, of the process that made the socket: {os.getpid() in owners}, of the youngest: {max(family) in owners}")
finally:
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
E
cat > expected <<'E'
/proc/PID/fd:              6 descriptors in 3 processes
Process.net_connections(): 3 rows, by process [1, 1, 1]
net_connections():         1 row, of the process that made the socket: False, of the youngest: True
E
py/bin/python run.py > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
