"""The embedded server's settings, sized to the machine it runs on."""

import os
import shutil
from pathlib import Path

MIB = 1024 * 1024
GIB = 1024 * MIB


def configuration(data: Path, sockets: Path, *, durable: bool) -> str:
    """Return postgresql.conf. ``custom.conf`` beside the data directory is read after it.

    Random keys make a large log slow unless the buffers and the write-ahead log are large: at 30
    million rows COPY ran at 0.43 of its first speed with PostgreSQL's defaults, and at 0.65 to
    0.72 with 4 GB of buffers and 16 GB of max_wal_size.
    """
    lines = [f"{name} = {value}" for name, value in _settings(data, sockets).items()]
    if not durable:
        lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        lines += ["shared_buffers = 128MB", "max_wal_size = 1GB"]
    lines.append(f"include_if_exists = {_quoted(data.parent / 'custom.conf')}")
    return "# Written at each start; put your own settings into ../custom.conf.\n" + "".join(
        f"{line}\n" for line in lines
    )


def _settings(data: Path, sockets: Path) -> dict[str, str]:
    memory = memory_bytes()
    buffers = min(max(memory // 6, 128 * MIB), 4 * GIB)
    roomy = shutil.disk_usage(data).free > 100 * GIB
    return {
        "listen_addresses": "''",
        "unix_socket_directories": _quoted(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": f"{buffers // MIB}MB",
        "huge_pages": "off",
        "effective_cache_size": f"{memory // 2 // MIB}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64 * MIB), GIB) // MIB}MB",
        "wal_buffers": "16MB",
        "max_wal_size": "16GB" if roomy else "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "autovacuum_naptime": "10s",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "datestyle": "'ISO'",
        "log_min_messages": "warning",
    }


def memory_bytes() -> int:
    """Return how much memory there is for us: the machine's, or less when a control group says."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdigit() else machine


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
