"""What a process and its children have used: CPU time to the nanosecond, and memory."""

from pathlib import Path

PROC = Path("/proc")


def process_tree(pid: int) -> list[int]:
    """The process and all its living descendants."""
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        fields = _read(stat).rpartition(")")[2].split()
        if fields:
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    tree = [pid]
    for parent in tree:
        tree.extend(children.get(parent, []))
    return tree


def cpu_seconds(pid: int) -> float:
    """CPU time of the living threads of a process tree, user and system together.

    schedstat counts nanoseconds, where the utime and stime of /proc/PID/stat count ticks of 10 ms. Threads that ended
    are missing from it, so this is for servers whose threads live as long as they do.
    """
    nanoseconds = 0
    for process in process_tree(pid):
        for schedstat in PROC.glob(f"{process}/task/*/schedstat"):
            text = _read(schedstat)
            nanoseconds += int(text.split()[0]) if text else 0
    return nanoseconds / 1e9


def rss_bytes(pid: int) -> int:
    """Memory of a process tree, pages shared between its processes counted once each (proportional set size)."""
    total = 0
    for process in process_tree(pid):
        for line in _read(PROC / str(process) / "smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def _read(path: Path) -> str:
    """The file's text, or nothing when its process has just ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
