"""The rule of the gate on made-up runs; the whole table is printed by the module's command."""

from eval.statistics.simulation import Setting, simulate


def test_two_runs_of_one_system_are_seldom_told_apart():
    found = simulate(
        200, Setting(cases=40, noise=1.0, gated=("found", "gain"), tolerance=0.0), seed=1
    )

    assert found.alarms <= 0.05


def test_a_drop_is_caught_about_as_often_as_stated():
    found = simulate(40, Setting(drop=0.05, gated=("gain",)), seed=2)

    assert found.stated["gain"] > 0.5
    assert abs(found.alarms - found.stated["gain"]) < 0.2


def test_a_simulation_repeats():
    assert simulate(2, Setting(cases=30)) == simulate(2, Setting(cases=30))
