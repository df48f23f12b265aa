"""The offline basemap. Open data, so there is no login; a browser reads it in ranges of bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, Response

from fleet_app.mapbuild import installed
from mobile_api.deps import container
from mobile_api.envelope import failure, ok
from mobile_api.schemas.errors import ErrorEnvelope
from mobile_api.schemas.records import answers

router = APIRouter(tags=["map"])

MEDIA_TYPE = "application/vnd.pmtiles"
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"
_MAP = {
    "available": True,
    "url": "/map/basemap.pmtiles?v=3f9a",
    "roads": True,
    "bounds": [24.78, 60.12, 25.26, 60.3],
    "center": [24.94, 60.17],
    "minzoom": 0,
    "maxzoom": 14,
    "attribution": "© OpenStreetMap contributors",
    "version": "3f9a",
    "data_date": "2026-11-01",
}
_ABSENT: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorEnvelope, "description": "No map is installed."}
}
_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The archive.", "content": {MEDIA_TYPE: {}}},
    206: {"description": "The part that `Range` asks for.", "content": {MEDIA_TYPE: {}}},
    304: {"description": "Unchanged since the `ETag` in `If-None-Match`."},
    416: {"description": "There is no such part.", "content": {"text/plain": {}}},
    **_ABSENT,
}
NO_MAP = "No map is installed; build one with ./fleet map build EXTRACT.osm.pbf"


def map_dir(request: Request) -> Path:
    """The folder of this installation's map."""
    return installed.map_dir(container(request).settings.home)


MapDir = Annotated[Path, Depends(map_dir)]


@router.get("/map/info", responses=answers(_MAP) | _ABSENT, response_class=Response)
def map_info(request: Request, folder: MapDir) -> Response:
    """Bounds [west, south, east, north], centre [lon, lat], attribution and address of the map.

    404 if no map is installed: the page then shows a plain background.
    """
    info = installed.read_info(folder)
    if info is None:
        return _no_map(request)
    return ok(request, _public(info), headers={"Cache-Control": "no-cache"})


@router.get("/map/basemap.pmtiles", responses=_ARCHIVE, response_class=Response)
@router.head("/map/basemap.pmtiles", include_in_schema=False)
def basemap(request: Request, folder: MapDir, v: str = "") -> Response:
    """The PMTiles archive, whole or in ranges. With the `v` that `/map/info` names in `url` the
    answer may be kept for ever, since another map has another `v`."""
    folder = folder.resolve()  # one and the same map for the rest of this request
    info = installed.read_info(folder)
    if info is None:
        return _no_map(request)
    version = str(info.get("version", ""))
    headers = {
        "ETag": f'"{version}"',
        "Cache-Control": FOR_EVER if v == version else FOR_A_WHILE,
    }
    if _unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(folder / installed.BASEMAP, headers=headers, media_type=MEDIA_TYPE)


def _no_map(request: Request) -> Response:
    return failure(request, 404, "no_map", NO_MAP, headers={"Cache-Control": "no-store"})


def _unchanged(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return etag in (item.strip().removeprefix("W/") for item in known.split(","))


def _public(info: dict[str, Any]) -> dict[str, Any]:
    """What a browser needs; file names and hashes of the extract stay here."""
    fields = ("bounds", "center", "minzoom", "maxzoom", "attribution", "version", "data_date")
    return {
        "available": True,
        "url": f"/map/basemap.pmtiles?v={info.get('version', '')}",
        "roads": bool(info.get("roads")),
        **{field: info.get(field) for field in fields},
    }
