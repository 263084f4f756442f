"""What a run measured, the budget it is held against, and how the two compare."""

import statistics
from dataclasses import asdict, dataclass, field

FLOOR = "floor"
FAIRWAY = "fairway"


@dataclass
class Budget:
    """A line of docs/design's budget table. What is None is not asked for.

    of_best, of_floor: Fairway's value over that of the best peer, of the floor. absolute: a value in the metric's unit.
    All are upper limits, or lower ones where a higher value is better.
    """

    of_best: float | None = None
    of_floor: float | None = None
    absolute: float | None = None
    peers: tuple[str, ...] = ("nginx", "nginx-tuned", "haproxy")


@dataclass
class Metric:
    """One figure for every server, once a round."""

    name: str
    title: str
    unit: str
    higher_is_better: bool = False
    budget: Budget = field(default_factory=Budget)
    rounds: dict[str, list[float]] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)

    def add(self, server: str, value: float, problems: int = 0) -> None:
        """@param problems  requests of the round that failed: any makes the value worthless and is shown."""
        self.rounds.setdefault(server, []).append(value)
        self.problems[server] = self.problems.get(server, 0) + problems

    def median(self, server: str) -> float | None:
        return statistics.median(self.rounds[server]) if self.rounds.get(server) else None

    def best_peer(self) -> str | None:
        """The peer to beat: the best median among those that the budget names."""
        peers = [name for name in self.budget.peers if self.rounds.get(name)]
        pick = max if self.higher_is_better else min
        return pick(peers, key=self.median) if peers else None

    def ratio(self, server: str, base: str | None) -> float | None:
        """Median of the ratios of each round: rounds are neighbours in time, so noise that lasts cancels out."""
        if base is None or not self.rounds.get(server) or not self.rounds.get(base):
            return None
        pairs = [(mine, other) for mine, other in zip(self.rounds[server], self.rounds[base]) if other]
        return statistics.median(mine / other for mine, other in pairs) if pairs else None

    def verdicts(self) -> list[tuple[str, bool]]:
        """For every limit of the budget, how Fairway stands to it in words, and whether it is kept."""
        lines = []
        sign = "≥" if self.higher_is_better else "≤"
        for limit, value, what in (
            (self.budget.of_best, self.ratio(FAIRWAY, self.best_peer()), f"× {self.best_peer()}"),
            (self.budget.of_floor, self.ratio(FAIRWAY, FLOOR), "× floor"),
            (self.budget.absolute, self.median(FAIRWAY), f" {self.unit}"),
        ):
            if limit is not None and value is not None:
                kept = value >= limit if self.higher_is_better else value <= limit
                lines.append((f"{value:.3g}{what} ({sign} {limit:g})", kept))
        if self.problems.get(FAIRWAY):
            lines.append((f"{self.problems[FAIRWAY]} failed requests", False))
        return lines

    def as_dict(self) -> dict:
        medians = {server: self.median(server) for server in self.rounds}
        return asdict(self) | {"medians": medians, "best_peer": self.best_peer(),
                               "verdicts": [{"what": text, "kept": kept} for text, kept in self.verdicts()]}
