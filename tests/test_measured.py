"""The table of native ops, and the choice that is made from it."""

import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.core import kernels
from lab.cases import BACKEND, CASES, CATALOGUE, case_id
from lab.measurements import candidates, compilers, kept

MODES = [mode for mode in kernels.MODES if mode in compilers()]
# There is one dtype of each kind. test_values.py tests the trusted ops against their budget in all dtypes.
DTYPES = ["float32", "bfloat16"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("key", candidates())
def test_the_table_is_that_of_the_installed_frameworks(key, mode, dtype):
    """An op that the table refuses for its value or gradient is wrong here too. An op that the table trusts is right."""
    cls, samples = candidates()[key]
    row = kernels.row(cls, cls(**samples[0]).native(), mode, dtype)
    if row is None:
        pytest.skip("not measured yet: `make measurements` fills it")
    name = kernels.budget_of(cls, mode)
    now = kept(cls, samples, dtype, testing.LEVELS[name], compilers()[mode])
    for key in ("refused", "value_refused"):
        was, new = row[name][key], now[key]
        by_numbers = was is None or was.startswith(("value", "gradient", "NaN"))
        assert (was is None) == (new is None) or not by_numbers, (
            f"With the frameworks that are installed, {key} is another op: {was} in the table, {new} now. Run `make measurements`."
        )


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_plan_is_what_runs(case):
    """The plan of each kernel argument is what runs.

    kernel="fallback" is strict in every mode. "native" is an error where there is no op. "auto" has the budget of its class.
    """
    cls, sample = case
    for mode in kernels.MODES:
        assert cls(kernel="fallback", **sample).plan(mode) == kernels.Plan("ours", "strict", "kernel='fallback'")
        plan = cls(**sample).plan(mode, "float32")
        assert plan.budget == kernels.budget_of(cls, mode)
        assert cls(**sample).plan(mode, "bfloat16").budget == plan.budget
        double = cls(**sample).plan(mode, "float64")
        assert double.name != "ours" or double.budget == "strict"
        assert plan.name in ("ours", "automatic") or cls(**sample).native() is not None


def test_the_choice():
    op = kernels.NativeOp("tanh")
    good = {"refused": None, "value_refused": None}
    rough = {"refused": "gradient wrong by 9 at [1.0], {}", "value_refused": None}
    bad = {"refused": "value wrong by 9 at [1.0], {}", "value_refused": "value wrong by 9 at [1.0], {}"}

    def chosen(strict, everyday, speed, mode, has_derivative=True, op=op):
        measured, budget = {"strict": strict, "everyday": everyday, "speed": speed}, "strict" if mode == "fused" else "everyday"
        return kernels.choose("auto", op, measured, budget, mode, "float32", has_derivative).name

    assert [chosen(good, good, 1.0, mode) for mode in kernels.MODES] == ["native", "native", "mixed"]
    assert [chosen(rough, rough, 1.0, mode) for mode in kernels.MODES] == ["mixed"] * 3
    assert [chosen(rough, rough, 1.0, mode, has_derivative=False) for mode in kernels.MODES] == ["ours"] * 3
    assert [chosen(bad, bad, 1.0, mode) for mode in kernels.MODES] == ["ours"] * 3
    assert chosen(good, good, 1.06, "eager") == "ours"
    assert chosen(good, good, 1.06, "fused", has_derivative=False) == "ours"
    assert chosen(good, good, 1.05, "fused", has_derivative=False) == "native"
    assert chosen(rough, good, 1.0, "fused", has_derivative=False) == "ours"
    assert chosen(good, good, 1.0, "eager", op=None) == "ours"

    def reason(measured):
        return kernels.choose("auto", op, measured, "everyday", "eager", "float32", True).reason

    assert reason(None) == "nobody measured tanh here"
    assert "gradient wrong by 9" in reason({"everyday": rough, "speed": 1.0})


def test_a_mode_that_does_not_exist():
    with pytest.raises(ValueError, match="mode must be one of"):
        ka.Tanh().plan("lazy")


def test_every_class_with_an_op_is_measured():
    assert {entry.cls for entry in CATALOGUE.values() if entry.cls.native} == {cls for cls, _ in candidates().values()}


def test_a_subclass_of_another_package_runs_as_its_base_does():
    """This does not hold if the subclass has its own value, derivative or op, whatever its name.

    Nobody has measured these.
    """

    class Same(ka.Tanh):
        pass

    class Tanh(ka.Tanh):
        def derivative(self, x):
            return 1.0 + 0.0 * x

    for mode in kernels.MODES:
        assert Same().plan(mode, "float32") == ka.Tanh().plan(mode, "float32")
        assert Tanh().plan(mode, "float32").name == "ours"
    assert Tanh().plan("eager").reason == "nobody measured tanh here"


def test_what_strictness_costs_decides_where_a_compiler_fuses(monkeypatch):
    class Same(ka.Tanh):
        pass

    class Other(ka.Tanh):
        def fallback(self, x):
            return 2.0 * super().fallback(x)

    monkeypatch.setattr(kernels, "_MEASURED", {BACKEND: {"strict": {"Tanh": 1.06, "Mish": 1.05}}})
    for cls, budget in ((ka.Tanh, "everyday"), (Same, "everyday"), (Other, "strict"), (ka.Mish, "strict"), (ka.GELU, "strict")):
        assert kernels.budget_of(cls, "fused") == budget
        assert kernels.budget_of(cls, "eager") == kernels.budget_of(cls, "graph") == "everyday"
        assert cls(kernel="fallback").plan("fused").budget == "strict"


def test_the_gradient_of_the_backend_runs_where_it_was_measured_to_be_faster(monkeypatch):
    class Other(ka.LiSHT):
        def derivative(self, x):
            return 2.0 * x

    monkeypatch.setattr(kernels, "_MEASURED", {BACKEND: {"automatic": {"eager": {"LiSHT": 0.9, "TanhExp": 0.96}}}})
    found = [kernels.differentiates_itself(cls, "eager") for cls in (ka.LiSHT, ka.TanhExp, ka.Mish, Other)]
    assert found == [True, False, False, False]
    assert not kernels.differentiates_itself(ka.LiSHT, "graph")

    def chosen(budget, mode, dtype):
        return kernels.choose("auto", None, None, budget, mode, dtype, True, automatic=True)

    assert chosen("everyday", "eager", "float32").name == "automatic"
    assert chosen("everyday", "eager", "bfloat16").name == "ours"
    assert chosen("strict", "fused", "float32").name == "ours"
    assert (chosen("everyday", "eager", "float64").name, chosen("everyday", "eager", "float64").budget) == ("ours", "strict")
