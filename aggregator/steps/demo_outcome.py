"""What came of a demo, and its second calculation: the same files added up by the test oracle, figure by figure.

The oracle is openpyxl alone, no code of ours. It stands in the source checkout only, and is loaded from there by its
path; an installed wheel has none.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregator.campaign import Campaign
from aggregator.consolidation import Totals
from aggregator.forms import Form
from aggregator.resources import PACKAGE
from aggregator.steps.collect import Aggregated

Amounts = Mapping[str, Mapping[str, int]]
"""Row code, measure, sum: what the oracle says of its files."""
AddUp = Callable[[Sequence[Path]], Amounts]


@dataclass(frozen=True, slots=True)
class Sum:
    """One unit's totals twice: ours, and the oracle's of the same files."""

    name: str
    ours: Totals
    theirs: Totals

    @property
    def agree(self) -> bool:
        return dict(self.ours) == dict(self.theirs)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`sums`: the province, then each of its branches; empty where there is no oracle. `chain`: through districts."""

    campaign: Campaign
    done: Aggregated
    chain: Aggregated
    sums: tuple[Sum, ...]

    @property
    def agree(self) -> bool | None:
        """Whether every figure of every sum agrees; `None` where there was no second calculation."""
        return all(pair.agree for pair in self.sums) if self.sums else None

    @property
    def chain_agrees(self) -> bool:
        return dict(self.done.result.totals) == dict(self.chain.result.totals)


def add_twice(campaign: Campaign, done: Aggregated, add_up: AddUp | None) -> tuple[Sum, ...]:
    """Our totals beside the oracle's: of all files that count, and of those of each branch."""
    if add_up is None:
        return ()
    result = done.result
    each = [add_up([campaign.folder / leaf.file]) for leaf in result.leaves]
    branches = (
        Sum(branch.unit.name, branch.totals, _total(result.form, each[branch.first : branch.last]))
        for branch in result.branches
    )
    return (Sum(result.at.name, result.totals, _total(result.form, each)), *branches)


def _total(form: Form, parts: Sequence[Amounts]) -> Totals:
    """Plain sums by our keys; what the oracle does not name is zero."""
    codes = {figure: form.by_key[figure[0]].code for figure in form.figures}
    return {figure: sum(part.get(code, {}).get(figure[1], 0) for part in parts) for figure, code in codes.items()}


def load_oracle() -> AddUp | None:
    """`add_up` of `tests/oracle.py` in the checkout; `None` in an installed wheel."""
    path = PACKAGE.parent / "tests" / "oracle.py"
    spec = importlib.util.spec_from_file_location("aggregator_oracle", path)
    if (PACKAGE / "_data").is_dir() or not path.is_file() or spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    add_up: AddUp = module.add_up
    return add_up
