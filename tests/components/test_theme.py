"""The palette: readable in both themes, apart under colour blindness, one in CSS and figures."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pytest

from components.theme import (
    BACKBONE,
    FALLS,
    GRADE,
    RESPONSE,
    RISES,
    STRUCTURE,
    UNGROUPED,
    Tone,
    backbone_colour,
    colour,
    palette_for_browser,
)
from dashboard.bundles import ASSETS

Rgb = np.ndarray

#: Machado, Oliveira and Fernandes 2009, severity 1.0, for linear RGB
VISION = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(code: str) -> Rgb:
    value = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    light = sorted(float(linear(c) @ np.array([0.2126, 0.7152, 0.0722])) for c in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def apart(one: str, other: str, vision: str) -> float:
    """Distance in Oklab (Ottosson 2020) as seen with `vision`; about 0.02 is just noticeable."""

    def lab(code: str) -> Rgb:
        seen = np.clip(VISION[vision] @ linear(code), 0, 1)
        return TO_LAB @ np.cbrt(TO_LMS @ seen)

    return float(np.linalg.norm(lab(one) - lab(other)))


def test_text_keeps_its_contrast_on_every_background() -> None:
    for theme in ("light", "dark"):
        tone = {k: getattr(t, theme) for k, t in STRUCTURE.items()}
        for ground in ("paper", "surface", "sunken"):
            assert contrast(tone["ink"], tone[ground]) >= 7
            assert contrast(tone["muted"], tone[ground]) >= 4.5
            assert contrast(tone["accent"], tone[ground]) >= 4.5
        assert contrast(tone["accent"], tone["accent-soft"]) >= 4.5
        assert contrast(tone["warn"], tone["warn-soft"]) >= 4.5
        assert contrast(tone["danger"], tone["danger-soft"]) >= 4.5
        assert contrast(tone["surface"], tone["accent"]) >= 4.5
        assert contrast(tone["edge"], tone["surface"]) >= 3


@pytest.mark.parametrize("tone", [*RESPONSE.values(), *GRADE, *BACKBONE, UNGROUPED, *FALLS, *RISES])
def test_marks_stand_out_from_their_background(tone: Tone) -> None:
    assert contrast(tone.light, STRUCTURE["surface"].light) >= 3
    assert contrast(tone.dark, STRUCTURE["surface"].dark) >= 3


@pytest.mark.parametrize("vision", sorted(VISION))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_two_sided_scale_is_ordered_and_its_sides_stay_apart(theme: str, vision: str) -> None:
    ground = getattr(STRUCTURE["surface"], theme)
    falls, rises = ([getattr(t, theme) for t in side] for side in (FALLS, RISES))
    for side in (falls, rises):
        strength = [contrast(c, ground) for c in side]
        assert strength == sorted(strength)
        assert min(apart(a, b, vision) for a, b in pairwise(side)) >= 0.09
    assert min(apart(a, b, vision) for a, b in zip(falls, rises, strict=True)) >= 0.05


@pytest.mark.parametrize("vision", sorted(VISION))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_backbones_stay_apart_whatever_one_sees(theme: str, vision: str) -> None:
    pairs = combinations([getattr(t, theme) for t in BACKBONE], 2)
    assert min(apart(a, b, vision) for a, b in pairs) >= 0.09


@pytest.mark.parametrize("vision", sorted(VISION))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_responses_stay_apart_whatever_one_sees(theme: str, vision: str) -> None:
    shown = [getattr(RESPONSE[r], theme) for r in ("CR", "PR", "SD", "PD")]
    assert min(apart(a, b, vision) for a, b in combinations(shown, 2)) >= 0.07


def test_grades_are_one_ordered_scale() -> None:
    """Graver is darker on white, and lighter on black."""

    def lightness(code: str) -> float:
        return float((TO_LAB @ np.cbrt(TO_LMS @ linear(code)))[0])

    light = [lightness(t.light) for t in GRADE]
    dark = [lightness(t.dark) for t in GRADE]
    assert light == sorted(light, reverse=True)
    assert dark == sorted(dark)
    assert min(np.diff(dark)) > 0.02
    assert max(np.diff(light)) < -0.02


def test_the_style_sheet_holds_the_same_colours() -> None:
    text = (ASSETS / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split('[data-bs-theme="dark"]')
    for name, tone in STRUCTURE.items():
        assert re.search(rf"--{name}: {tone.light};", light), name
        assert re.search(rf"--{name}: {tone.dark};", dark), name
    printed = (ASSETS / "print.css").read_text(encoding="utf-8")
    for name, code in re.findall(r"--([\w-]+): (#[0-9a-f]{6});", printed):
        expected = "#ffffff" if name == "paper" else STRUCTURE[name].light
        assert code == expected, name


def test_a_light_colour_has_one_dark_partner() -> None:
    tones = [*STRUCTURE.values(), *RESPONSE.values(), *GRADE, *BACKBONE, UNGROUPED]
    tones += [*FALLS, *RISES]
    partners: dict[str, set[str]] = {}
    for tone in tones:
        partners.setdefault(tone.light, set()).add(tone.dark)
    assert all(len(p) == 1 for p in partners.values())
    assert palette_for_browser() == {k: next(iter(v)) for k, v in partners.items()}


def test_colours_are_found_by_name_and_place() -> None:
    assert colour("accent") == STRUCTURE["accent"].light
    assert backbone_colour(0) == BACKBONE[0].light
    assert backbone_colour(len(BACKBONE)) == BACKBONE[0].light
