"""GeoJSON layers -> one PMTiles file, with tippecanoe."""

from __future__ import annotations

from pathlib import Path

from fleet_app.mapbuild import programs
from fleet_app.mapbuild.features import Progress
from fleet_app.mapbuild.layers import LAYERS, MAX_ZOOM

ATTRIBUTION = "© OpenStreetMap contributors"
MAX_TILE_BYTES = 750_000

_OPTIONS = (
    "--force",
    "--minimum-zoom=0",
    f"--maximum-zoom={MAX_ZOOM}",
    f"--maximum-tile-bytes={MAX_TILE_BYTES}",
    # The zoom each thing appears at is decided feature by feature; nothing is thinned out at
    # random, and only a tile that is still too large loses its smallest things.
    "--drop-rate=1",
    "--drop-smallest-as-needed",
    # Streets keep meeting at their crossings, and small yards do not become squares.
    "--no-simplification-of-shared-nodes",
    "--no-tiny-polygon-reduction-at-maximum-zoom",
    "--simplification=4",
    "--simplification-at-maximum-zoom=1",
    "--buffer=8",
    "--no-tile-stats",
    "--json-progress",
    "--progress-interval=2",
)


def write_tiles(folder: Path, output: Path, name: str, progress: Progress) -> None:
    """Packs `<folder>/<layer>.geojson` into `output`. Raises `ProgramFailed`."""
    sources = [(layer, folder / f"{layer}.geojson") for layer in LAYERS]
    inputs = [f"--named-layer={layer}:{path}" for layer, path in sources if path.stat().st_size]
    reported = 0.0

    def on_line(line: str) -> None:
        nonlocal reported
        done = programs.percentage(line)
        if done is not None and done - reported >= 10:
            reported = done
            progress(f"  tiles {done:.0f} %")

    programs.run(
        [
            programs.bundled("tippecanoe", "tippecanoe"),
            *_OPTIONS,
            f"--output={output}",
            f"--temporary-directory={folder}",
            f"--name={name}",
            f"--attribution={ATTRIBUTION}",
            *inputs,
        ],
        on_line,
    )
