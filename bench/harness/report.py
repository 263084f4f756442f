"""Writes a run down: as JSON with every round, and as the Markdown of docs/benchmarks.md."""

import json
from pathlib import Path

from harness.metrics import FAIRWAY, FLOOR, Budget, Metric

ORDER = (FLOOR, "nginx", "nginx-tuned", "haproxy", FAIRWAY)


def write_json(path: Path, run: dict, metrics: list[Metric]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(run | {"metrics": [metric.as_dict() for metric in metrics]}, indent=1) + "\n")


def read_json(path: Path) -> tuple[dict, list[Metric]]:
    """A run and its metrics as write_json() left them."""
    run = json.loads(path.read_text())
    metrics = []
    for entry in run.pop("metrics"):
        budget = Budget(**entry["budget"] | {"peers": tuple(entry["budget"]["peers"])})
        known = ("name", "title", "unit", "higher_is_better", "rounds", "problems", "commands")
        metrics.append(Metric(budget=budget, **{key: entry[key] for key in known}))
    return run, metrics


def markdown_table(metrics: list[Metric]) -> str:
    """One row a metric: the median of each server, and how Fairway stands to its budget."""
    servers = [name for name in ORDER if any(name in metric.rounds for metric in metrics)]
    lines = ["| what | unit | " + " | ".join(servers) + " | Fairway against its budget |",
             "|---|---|" + "---:|" * len(servers) + "---|"]
    for metric in metrics:
        cells = [_cell(metric, name) for name in servers]
        lines.append(f"| {metric.title} | {metric.unit} | " + " | ".join(cells) + f" | {_verdict(metric)} |")
    return "\n".join(lines) + "\n"


def _cell(metric: Metric, server: str) -> str:
    value = metric.median(server)
    if value is None:
        return "–"
    text = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
    return f"{text} ({metric.problems[server]} failed)" if metric.problems.get(server) else text


def _verdict(metric: Metric) -> str:
    return "<br>".join(f"{'✓' if kept else '✗'} {text}" for text, kept in metric.verdicts()) or "–"


def page(run: dict, metrics: list[Metric]) -> str:
    """All of docs/benchmarks.md."""
    machine = run["machine"]
    versions = "".join(f"- {name}: {version}\n" for name, version in run["versions"].items())
    return f"""# Benchmarks

Fairway next to nginx, HAProxy and the *floor*: a program that copies bytes between two keep-alive sockets and knows no
HTTP, the least that any proxy can cost. `python3 bench/run.py --page docs/benchmarks.md --fairway BINARY` measures this
page anew; [bench/README.md](../bench/README.md) says how to read it and what each row does.

{markdown_table(metrics)}
Each figure is the median of {run['rounds']} rounds; a ratio is the median of the ratios of each round. CPU time is what the
kernel counted for the server's own threads. Servers take turns within a round, each pinned to one CPU with
{run['workers']} worker(s), load and origin on the other. ✓ and ✗ say whether the budget in brackets is kept.

## Where it was measured

- {run['started']}, commit {run['commit']}
- {machine['cpu']}, {machine['cpus']} CPUs, {machine['memory_mb']} MB, Linux {machine['kernel']}, {machine['system']}
- load average before the run: {machine['load_average']:.1f}
{versions}
## Command lines

{_command_lines(metrics)}"""


def _command_lines(metrics: list[Metric]) -> str:
    lines = []
    for metric in metrics:
        commands = "\n".join(f"{server}: {command}" for server, command in metric.commands.items())
        lines.append(f"{metric.title}:\n\n```\n{commands}\n```\n")
    return "\n".join(lines)
