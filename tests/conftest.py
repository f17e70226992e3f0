"""Fixtures that all tests share, and the rule that CI accepts no skipped test."""

import os
from collections.abc import Iterator

import pytest

from tests.office import Office


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """One LibreOffice for the whole session; it starts when a test first asks it for something."""
    running = Office()
    yield running
    running.close()


@pytest.fixture(scope="session")
def office_vi() -> Iterator[Office]:
    """The same with Vietnamese regional settings: with `local=True` a typed 1.500 is 1500, 1,5 is one and a half."""
    running = Office(locale="vi-VN")
    yield running
    running.close()


def on_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


class NoSkips:
    """On CI a test that did not run is a test that failed; under xdist the controller hears of all of them."""

    def __init__(self) -> None:
        self.skipped: dict[str, str] = {}

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped[report.nodeid] = reason

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped tests are failures on CI", red=True, bold=True)
        for test, reason in sorted(self.skipped.items()):
            terminalreporter.line(f"{test}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    if on_ci() and not hasattr(config, "workerinput"):
        config.pluginmanager.register(NoSkips(), "no-skips")
