#!/usr/bin/env python3
"""Measures Fairway next to nginx, HAProxy and the floor: see bench/README.md.

    python3 bench/run.py --fairway build/release/app/fairway
    python3 bench/run.py --only plain-1k --rounds 9
    python3 bench/run.py --quick
"""

import argparse
import datetime
import subprocess
import sys
from pathlib import Path

from harness import context, machine, report
from harness.context import PEERS
from harness.metrics import FAIRWAY, FLOOR, Metric
from harness.process import BenchError, raise_descriptor_limit
from harness.scenarios import SCENARIOS

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fairway", metavar="BINARY", help="the fairway to measure; without it only the others are")
    parser.add_argument("--only", metavar="SCENARIO", action="append", choices=sorted(SCENARIOS),
                        help=f"one of {', '.join(SCENARIOS)}; may be given several times")
    parser.add_argument("--servers", metavar="NAME,NAME", default=",".join([FLOOR, *PEERS, FAIRWAY]),
                        help="the servers to measure (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each server (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="length of one measurement (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=1, choices=(1, 2),
                        help="workers of each server; with 2 they share both CPUs with the load (default: %(default)s)")
    parser.add_argument("--nice", type=int, default=0,
                        help="niceness of servers and load; on a busy machine -15 keeps the others out of the figures")
    parser.add_argument("--realtime", action="store_true",
                        help="real-time scheduling for servers and load: for latency on a busy machine")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 1 second and small counts: does it all work?")
    parser.add_argument("--results", metavar="FILE", type=Path, help="where the JSON goes (default: bench/results/)")
    parser.add_argument("--from", metavar="FILE", type=Path, dest="saved",
                        help="measure nothing: show the run saved in this JSON (and write --page from it)")
    parser.add_argument("--page", metavar="FILE", type=Path, help="also write the Markdown page, e.g. docs/benchmarks.md")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = min(arguments.rounds, 2), 1
    return arguments


def build_tools() -> Path:
    """Builds origin, floor and loader, always optimised, whatever build Fairway is measured in."""
    folder = ROOT / "build" / "bench-tools"
    for argv in (["cmake", "-S", str(ROOT / "bench"), "-B", str(folder), "-G", "Ninja"],
                 ["cmake", "--build", str(folder)]):
        done = subprocess.run(argv, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"{' '.join(argv)} failed:\n{done.stdout}{done.stderr}")
    return folder


def server_names(arguments: argparse.Namespace) -> list[str]:
    names = arguments.servers.split(",")
    unknown = set(names) - {FLOOR, FAIRWAY, *PEERS}
    if unknown:
        raise BenchError(f"--servers: {', '.join(sorted(unknown))} is none of {FLOOR}, {', '.join(PEERS)}, {FAIRWAY}")
    return [name for name in names if name != FAIRWAY or arguments.fairway]


def measure(arguments: argparse.Namespace) -> tuple[dict, list[Metric]]:
    fairway = str(Path(arguments.fairway).resolve()) if arguments.fairway else None
    run = {
        "started": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": machine.commit(),
        "machine": machine.describe_machine(),
        "versions": machine.describe_versions(fairway),
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "workers": arguments.workers,
        "nice": arguments.nice,
        "realtime": arguments.realtime,
        "failures": {},
    }
    metrics: list[Metric] = []
    with context.opened(tools=build_tools(), fairway=fairway, rounds=arguments.rounds, seconds=arguments.seconds,
                        workers=arguments.workers, quick=arguments.quick, nice=arguments.nice,
                        realtime=arguments.realtime, names=server_names(arguments)) as opened:
        for name in arguments.only or SCENARIOS:
            opened.say(f"{name}:")
            try:
                metrics += SCENARIOS[name](opened)
            except (BenchError, subprocess.SubprocessError, OSError) as error:
                # The other scenarios still tell something; the failed one must not look as if it had not been asked for.
                run["failures"][name] = str(error)
                opened.say(f"  failed: {error}")
    return run, metrics


def main() -> int:
    arguments = parse_arguments()
    raise_descriptor_limit()
    if arguments.saved:
        run, metrics = report.read_json(arguments.saved)
        path = arguments.saved
    else:
        try:
            run, metrics = measure(arguments)
        except BenchError as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
        path = save(arguments, run, metrics)
    if arguments.page:
        arguments.page.write_text(report.page(run, metrics))
    print(report.markdown_table(metrics))
    print(f"All rounds, versions and command lines: {path}")
    return 1 if run["failures"] else 0


def save(arguments: argparse.Namespace, run: dict, metrics: list[Metric]) -> Path:
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d-%H%M%S")
    path = arguments.results or RESULTS / f"{stamp}{'-quick' if arguments.quick else ''}.json"
    report.write_json(path, run, metrics)
    return path


if __name__ == "__main__":
    sys.exit(main())
