"""Which leaves count: one return per unit, nobody twice, what staff decided, and why the rest does not count."""

from aggregator.intake.choose import Choice, choose

__all__ = ["Choice", "choose"]
