"""The gallery in a real browser: `make gallery-test`. Without playwright and Chromium these tests are skipped.

The numbers that the page shows are compared with those of the layers.
"""

import os
import re
import shutil

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations.tools.curves import curves_of
from keras_activations.tools.gallery import gallery

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="make gallery-test brings playwright")
axe = pytest.importorskip("axe_core_python.sync_playwright", reason="make gallery-test brings axe-core")
pytestmark = [
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the page is the same with every backend"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return gallery(tmp_path_factory.mktemp("gallery") / "gallery.html").as_uri()


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, address):
    """Open the page with a fragment. At the end, nothing may have been said on the console or asked of a network."""
    contexts, said = [], []

    def opened(fragment="", **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"} | options)
        context.set_default_timeout(5000)
        contexts.append(context)
        shown = context.new_page()
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.on("request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
        shown.goto(address + fragment)
        return shown

    yield opened
    for context in contexts:
        context.close()
    assert said == []


def names(shown):
    return shown.locator(".card .name").all_inner_texts()


def numbers(shown, row=0):
    """Value, first and second derivative in a row of the table."""
    texts = shown.locator(".readout tbody tr").nth(row).locator("td").all_inner_texts()
    return [float(text.replace("\N{MINUS SIGN}", "-")) for text in texts]


def place(shown, x):
    shown.get_by_role("spinbutton", name="x =", exact=True).fill(str(x))
    shown.keyboard.press("Enter")


def truth(activation, x):
    """Value and derivative of the layer."""
    value, slope = curves_of(activation)[0][0].with_slope(np.array([float(x)]))
    return [value.item(), slope.item()]


def test_it_is_interactive_at_once(visit, capsys):
    shown = visit()
    shown.wait_for_function("performance.getEntriesByName('interactive').length")
    ready, paint = shown.evaluate(
        "[performance.getEntriesByName('interactive')[0].startTime, performance.getEntriesByName('first-contentful-paint')[0].startTime]"
    )
    with capsys.disabled():
        print(f"\ninteractive after {ready:.0f} ms, first paint after {paint:.0f} ms")
    assert max(ready, paint) < 1000
    assert len(names(shown)) == 149
    assert shown.locator(".card .small path").count() > 20


def test_search(visit):
    shown = visit()
    search = shown.get_by_role("searchbox")
    for query, expected in (("Hardswish", "hard_silu"), ("gelu_new", "gelu"), ("torch.nn.SiLU", "silu"), ("parametric relu", "prelu")):
        search.fill(query)
        assert names(shown)[0] == expected, query
    search.fill("gelu_new")
    assert "gelu(approximate=True)" in shown.locator(".card .sub").first.inner_text()
    shown.locator(".card .open").first.click()
    place(shown, -1)
    assert numbers(shown)[:2] == pytest.approx(truth(ka.GELU(approximate=True), -1), rel=1e-5)
    shown.keyboard.press("Escape")
    search.fill("frelu")
    assert "flexible_relu" in shown.locator("#hint").inner_text()
    search.fill("there is no such name")
    assert names(shown) == []
    shown.get_by_role("button", name="show all").click()
    assert len(names(shown)) == 149


def test_filters_and_order(visit):
    shown = visit()
    for chip in ("bounded", "smooth", "zero-centred"):
        shown.get_by_role("button", name=chip, exact=True).click()
    assert set(names(shown)) == {card.name for card in ka.suggest(bounded=True, smooth=True, zero_centered=True, elementwise=None)}
    shown.get_by_label("Sort by").select_option("cost")
    shown.get_by_label("Cost on").select_option("torch")
    costs = [float(re.match(r"[\d.]+", text)[0]) for text in shown.locator(".card .sub").all_inner_texts()]
    assert costs == sorted(costs)
    shown.get_by_role("button", name="bounded", exact=True).click()
    assert len(names(shown)) > len(costs)
    shown.go_back()
    assert len(names(shown)) == len(costs)
    shown.go_forward()
    assert len(names(shown)) > len(costs)


def test_a_slider_moves_the_curve(visit):
    shown = visit("#view=elu")
    curve = shown.locator(".chart path.value")
    before = curve.get_attribute("d")
    place(shown, -2)
    assert numbers(shown)[:2] == pytest.approx(truth(ka.ELU(), -2), rel=1e-5)
    slider = shown.get_by_role("slider", name="alpha")
    slider.focus()
    for _ in range(25):
        shown.keyboard.press("ArrowRight")
    alpha = float(shown.get_by_role("spinbutton", name="alpha, number").input_value())
    assert alpha == pytest.approx(1 + 25 * 0.03, abs=0.016)
    assert curve.get_attribute("d") != before
    value, slope, second = numbers(shown)
    assert [value, slope] == pytest.approx(truth(ka.ELU(alpha), -2), rel=1e-5)
    assert second == pytest.approx(alpha * np.exp(-2), rel=1e-5)
    code = shown.locator(".code pre").all_inner_texts()
    assert code[0] == f"x = ka.ELU(alpha={alpha})(x)"
    assert ka.get(re.search('"(.*)"', code[2])[1]).alpha == alpha
    assert f"torch.nn.ELU(alpha={alpha})" in code
    assert f"jax.nn.elu(x, alpha={alpha})" in code
    shown.wait_for_url(re.compile(f"alpha={alpha}"))
    shown.get_by_role("button", name="Back to the defaults").click()
    assert curve.get_attribute("d") == before


def test_a_link_to_what_cannot_be_shown_says_so(visit):
    shown = visit("#view=softmax(axis=1)")
    assert "axis of softmax" in shown.locator(".drawn").inner_text()


def test_every_curve_reads_as_its_layer(visit):
    shown = visit("#view=tanh")
    for call in (
        "softmax",
        "swiglu",
        "maxout",
        "crelu",
        "householder",
        "rational(version='C')",
        "apl(hinges=(1.0,))",
        "laplace(sigma=1.0)",
    ):
        shown.evaluate("call => { location.hash = 'view=' + call }", call)
        shown.wait_for_function("name => document.getElementById('detail-title')?.textContent === name", arg=call.partition("(")[0])
        place(shown, 0.75)
        table = [numbers(shown, row)[:2] for row in range(shown.locator(".readout tbody tr").count())] if call != "householder" else None
        curves = curves_of(ka.get(call))[0]
        found = [[part.item() for part in curve.with_slope(np.array([0.75]))] for curve in curves]
        if table is None:
            assert "stored samples" in shown.locator(".drawn").inner_text()
        else:
            np.testing.assert_allclose(table, found, rtol=1e-5, atol=1e-6, err_msg=call)


def test_the_plot_is_read_with_pointer_and_keyboard(visit):
    shown = visit("#view=mish")
    chart = shown.get_by_role("slider", name="Place on the x axis")
    box = chart.bounding_box()
    shown.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 100)
    x = float(chart.get_attribute("aria-valuenow"))
    assert x > 2
    assert numbers(shown)[:2] == pytest.approx(truth("mish", x), rel=1e-5)
    chart.focus()
    shown.keyboard.press("0")
    assert numbers(shown)[:2] == pytest.approx([0, 0.6], rel=1e-5)
    shown.keyboard.press("ArrowLeft")
    assert float(chart.get_attribute("aria-valuenow")) < 0
    assert "mish f " in chart.get_attribute("aria-valuetext")
    shown.keyboard.press("Home")
    left = float(chart.get_attribute("aria-valuenow"))
    shown.get_by_role("button", name="Wider range of x").click()
    assert float(chart.get_attribute("aria-valuemin")) == 2 * left


def test_comparison_and_a_link_to_it(visit):
    shown = visit()
    for name in ("gelu", "mish", "silu"):
        shown.get_by_role("searchbox").fill(name)
        shown.get_by_label(f"Compare {name}", exact=True).check()
    shown.get_by_role("searchbox").fill("")
    shown.locator("#tray").get_by_role("button", name="Compare", exact=True).click()
    assert shown.locator(".chart path.value").count() == 3
    place(shown, 1.5)
    for row, name in enumerate(("gelu", "mish", "silu")):
        assert numbers(shown, row)[:2] == pytest.approx(truth(name, 1.5), rel=1e-5)
    shown.locator("summary", has_text="gelu").click()
    shown.get_by_role("checkbox", name="approximate").check()
    assert numbers(shown)[:2] == pytest.approx(truth(ka.GELU(approximate=True), 1.5), rel=1e-5)
    shown.get_by_label("second derivative").check()
    shown.wait_for_url(re.compile("show=012"))
    again = visit(shown.url[shown.url.index("#") :])
    assert again.locator(".chart path.second").count() == 3
    place(again, 1.5)
    assert numbers(again)[:2] == pytest.approx(truth(ka.GELU(approximate=True), 1.5), rel=1e-5)
    assert again.locator(".readout th[scope=row]").all_inner_texts() == [" gelu", " mish", " silu"]
    shown.go_back()
    assert not shown.locator("dialog").is_visible()
    assert shown.locator(".pill").all_inner_texts() == ["gelu", "mish", "silu"]


def test_back_and_forward(visit):
    shown = visit("#q=relu")
    first = names(shown)[0]
    shown.locator(".open").first.click()
    assert shown.locator("#detail-title").inner_text() == first
    shown.go_back()
    assert not shown.locator("dialog").is_visible()
    assert shown.get_by_role("searchbox").input_value() == "relu"
    shown.go_forward()
    assert shown.locator("#detail-title").inner_text() == first
    shown.get_by_role("button", name="Next").click()
    assert shown.locator("#detail-title").inner_text() == names(shown)[1]


def test_forward_before_the_dialog_has_told_that_it_is_closed(visit):
    shown = visit("#view=elu")
    shown.evaluate(
        """() => {
            for (const address of ["#", "#view=elu"]) {
                history.replaceState(null, "", address);
                dispatchEvent(new PopStateEvent("popstate"));
            }
            return new Promise((done) => setTimeout(done, 200));
        }"""
    )
    assert shown.locator("dialog").is_visible()
    assert shown.evaluate("location.hash") == "#view=elu"


def test_keyboard_alone(visit):
    shown = visit()
    shown.keyboard.press("/")
    shown.keyboard.type("elu")
    shown.keyboard.press("Enter")
    focused = "document.activeElement.querySelector('.name')?.textContent"
    first, second, *_ = names(shown)
    assert shown.evaluate(focused) == first
    outline = shown.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    shown.keyboard.press("ArrowRight")
    assert shown.evaluate(focused) == second
    shown.keyboard.press("Space")
    assert shown.locator(".pill").all_inner_texts() == [second]
    assert shown.evaluate(focused) == second
    shown.keyboard.press("ArrowDown")
    below = shown.evaluate(focused)
    assert below not in (first, second)
    shown.keyboard.press("Space")
    shown.keyboard.press("c")
    assert shown.locator("#detail-title").inner_text() == "Comparison"
    shown.keyboard.press("Escape")
    assert not shown.locator("dialog").is_visible()
    assert shown.evaluate(focused) == below
    shown.keyboard.press("Enter")
    assert shown.locator("#detail-title").inner_text() == below


def test_dark_mode(visit):
    colour = "getComputedStyle(document.body).backgroundColor"
    light = visit(color_scheme="light").evaluate(colour)
    shown = visit(color_scheme="dark")
    assert shown.evaluate(colour) != light
    shown.get_by_role("button", name="Dark mode").click()
    assert shown.evaluate(colour) == light
    shown.reload()
    assert shown.evaluate(colour) == light


@pytest.mark.parametrize("fragment", ["", "#view=rational", "#view=gelu~mish", "#q=swish&picked=mish~gelu"])
def test_a_phone_scrolls_in_one_direction(visit, fragment):
    shown = visit(fragment, viewport={"width": 360, "height": 740}, has_touch=True)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360
    if "view" in fragment:
        assert shown.evaluate("document.querySelector('dialog').scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "fragment", ["", "#view=rational", "#view=gelu~mish~swish", "#q=swish&picked=mish~gelu&has=smooth", "#view=entmax"]
)
def test_accessible(visit, fragment, scheme):
    shown = visit(fragment, color_scheme=scheme)
    found = axe.Axe().run(shown)["violations"]
    assert [(problem["id"], [node["html"][:120] for node in problem["nodes"][:3]]) for problem in found] == []
