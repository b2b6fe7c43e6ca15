"""Everyone's coverage: coarse, without levels, and no help to who looks for masts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS
from scipy import ndimage
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist
from small_study import silent

from phusong.config import load
from phusong.grid import Grid
from phusong.ledger.period import Period
from phusong.pipeline import populate, prepare
from phusong.pipeline.preparation import Base, electrify
from phusong.pipeline.surveying import survey
from phusong.publish.public_raster import coarse_outlines, public_coverage
from phusong.sample import write_sample
from phusong.units import GOOD, GOOD_OR_BETTER, LIMITED, LIMITED_OR_BETTER, NONE, OUTSIDE, UNKNOWN, VERY_GOOD

LATTICE = CRS(3405)
PIXEL_M = 500.0


def coarse(levels: dict[tuple[str, str], list[list[int]]], west: float = 0.0, north: float = 500.0) -> dict[str, list]:
    "Everyone's coverage of pixels of 250 m, two by two to a coarse one."
    arrays = {key: np.array(rows, np.uint8) for key, rows in levels.items()}
    grid = Grid(LATTICE, west, north, 250.0, next(iter(arrays.values())).shape)
    return {name: one.values.tolist() for name, one in public_coverage(arrays, grid, PIXEL_M)[1].items()}


@pytest.mark.parametrize(
    ("pixels", "state"),
    [
        ([[NONE, NONE], [NONE, VERY_GOOD]], 0),
        ([[NONE, NONE], [LIMITED, VERY_GOOD]], 1),
        ([[NONE, NONE], [LIMITED_OR_BETTER, GOOD_OR_BETTER]], 1),
        ([[NONE, NONE], [LIMITED, UNKNOWN]], 255),
        ([[NONE, NONE], [NONE, UNKNOWN]], 0),
        ([[UNKNOWN, UNKNOWN], [NONE, NONE]], 255),
        ([[OUTSIDE, OUTSIDE], [OUTSIDE, OUTSIDE]], 254),
        # of what is studied of the pixel
        ([[OUTSIDE, OUTSIDE], [NONE, GOOD]], 1),
    ],
)
def test_a_coarse_pixel_is_covered_where_half_of_it_is(pixels, state):
    assert coarse({("NR", "A"): pixels}) == {"A": [[state]]}


def test_technologies_of_an_operator_are_one_and_operators_are_not():
    "The best of all operators is left out: it is made of the others."
    dark, bright = [[NONE] * 2] * 2, [[GOOD] * 2] * 2
    found = coarse({("LTE", "A"): dark, ("NR", "A"): bright, ("NR", "B"): dark, ("NR", "any"): bright})
    assert found == {"A": [[1]], "B": [[0]]}


def test_a_technology_that_serves_outweighs_one_that_is_not_known():
    found = coarse({("LTE", "A"): [[LIMITED] * 2] * 2, ("NR", "A"): [[UNKNOWN] * 2] * 2})
    assert found == {"A": [[1]]}


def test_coarse_edges_do_not_depend_on_the_study():
    "A study that begins in the middle of a coarse pixel has the pixels of one that begins at its edge."
    grid = Grid(LATTICE, 250.0, 750.0, 250.0, (2, 3))
    found, coverage = public_coverage({("NR", "A"): np.full((2, 3), GOOD, np.uint8)}, grid, PIXEL_M)
    assert (found.west, found.north, found.shape) == (0.0, 1000.0, (2, 2))
    assert coverage["A"].values.tolist() == [[1, 1], [1, 1]]
    assert coverage["A"].attrs["nodata"] == OUTSIDE


def test_pixels_that_are_no_finer_stay():
    grid = Grid(LATTICE, 0.0, 2000.0, 1000.0, (2, 1))
    found, coverage = public_coverage({("NR", "A"): np.array([[GOOD], [NONE]], np.uint8)}, grid, PIXEL_M)
    assert found == grid
    assert coverage["A"].values.tolist() == [[1], [0]]


def test_outlines_follow_coarse_pixels_and_none_vanishes():
    pieces = shapely.MultiPolygon([shapely.box(0, 0, 500, 300), shapely.box(900, 900, 950, 950)])
    sliver = shapely.box(510.0, 510.0, 510.4, 510.4)
    drawn = coarse_outlines(gpd.GeoSeries([pieces, sliver], index=[7, 3], crs=LATTICE), PIXEL_M)
    assert drawn.index.tolist() == [7, 3]
    assert drawn[7].equals(shapely.box(0, 0, 500, 500))
    assert drawn[3].equals(shapely.box(500, 500, 1000, 1000))
    assert set(drawn.geom_type) == {"MultiPolygon"}


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    "The sample on pixels of 250 m: sites on air, villages, the levels of its operators and their grid."
    project = load(write_sample(tmp_path_factory.mktemp("attack") / "study").parent)
    project = project.model_copy(update={"grid": project.grid.model_copy(update={"pixel_m": 250.0})})
    period = Period.parse("2026Q3")

    inputs = prepare(project, period, silent)
    base = Base(project, period, inputs, *populate(project, inputs), electrify(project, period, inputs))
    surface, _ = survey(base, 1, silent)
    levels = {key: np.where(surface.commune < 0, OUTSIDE, level) for key, level in surface.level.items()}
    return inputs.sites[inputs.sites.on_air & inputs.sites.in_study], inputs.villages, levels, inputs.grid


def places_of(points) -> np.ndarray:
    return np.column_stack([points.geometry.x, points.geometry.y])


def deepest(covered: np.ndarray, grid: Grid, count: int) -> np.ndarray:
    "Guesses at masts: where coverage reaches furthest on all sides, each at a distance from those before."
    depth = ndimage.distance_transform_edt(np.pad(covered, 1))[1:-1, 1:-1]
    row, column = np.indices(depth.shape)
    guesses = []
    for _ in range(count):
        at = np.unravel_index(depth.argmax(), depth.shape)
        guesses.append((grid.x[at[1]], grid.y[at[0]]))
        depth[np.hypot(row - at[0], column - at[1]) <= max(depth[at], 3)] = 0
    return np.array(guesses)


def circles(covered: np.ndarray, grid: Grid, count: int) -> np.ndarray:
    "Guesses at masts: circles of 2 km that explain most of the coverage and least of the rest, one after the other."
    row, column = np.indices((9, 9)) - 4
    circle = (np.hypot(row, column) <= 4).astype(float)
    rows, columns = np.indices(covered.shape)
    wrong = ndimage.convolve(1.0 - covered, circle, mode="constant")
    left, guesses = covered.astype(float), []
    for _ in range(count):
        gain = ndimage.convolve(left, circle, mode="constant") - wrong
        at = np.unravel_index(gain.argmax(), gain.shape)
        guesses.append((grid.x[at[1]], grid.y[at[0]]))
        left[np.hypot(rows - at[0], columns - at[1]) <= 4] = 0
    return np.array(guesses)


def peopled(villages, weight: np.ndarray | float, count: int) -> np.ndarray:
    "Guesses at masts: villages with most households within 2 km that no guess before has within 2 km."
    places = places_of(villages)
    near = cdist(places, places) < 2000
    left, guesses = villages.households.fillna(0).to_numpy(float) * weight, []
    for _ in range(count):
        best = (near @ left).argmax()
        guesses.append(places[best])
        left[near[best]] = 0
    return np.array(guesses)


def test_public_coverage_locates_masts_no_better_than_villages_do(province):
    """
    As many guesses as an operator has masts, a number that is public.

    Who knows the villages and which of them an operator covers guesses a little better than by villages alone, and
    still not so near as the next village stands.
    """
    sites, villages, levels, grid = province
    slow, coverage = public_coverage(levels, grid, PIXEL_M)
    row, column, _ = slow.locate(*places_of(villages).T)
    errors_m: dict[str, list[float]] = {}
    for operator, own in sites.groupby("operator"):
        true = np.unique(places_of(own).round(), axis=0)
        covered = coverage[operator].values == 1
        guesses = {
            "deepest in coverage": deepest(covered, slow, len(true)),
            "circles over coverage": circles(covered, slow, len(true)),
            "villages": peopled(villages, 1.0, len(true)),
            "villages in coverage": peopled(villages, covered[row, column], len(true)),
            "nearest village": places_of(villages),
        }
        for name, places in guesses.items():
            errors_m.setdefault(name, []).extend(cKDTree(places).query(true)[0])
    median_m = {name: float(np.median(errors)) for name, errors in errors_m.items()}
    told = ", ".join(f"{name} {error:.0f} m" for name, error in median_m.items())
    print(f"median distance from {len(errors_m['villages'])} masts to the nearest guess: {told}")
    assert min(median_m["deepest in coverage"], median_m["circles over coverage"]) >= median_m["villages"], told
    assert median_m["villages in coverage"] >= median_m["nearest village"], told
