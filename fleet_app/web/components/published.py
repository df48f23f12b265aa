"""Publishing the browser modules that lie beside a module of ours.

Reflex files such a file under the module that asks for it, and finds that module by reading the
source of every function under way, for each file anew: half a minute of work when all our pages
are imported. Here the module says its name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

# The two below are internal to Reflex; its version is pinned, and a test compares with its own way.
from reflex.assets import AssetPathStr, _link_shared_asset, _versioned_asset_path
from reflex_base import constants
from reflex_base.environment import EnvironmentVariables

Publish = Callable[[str], AssetPathStr]


def publisher(module: str, file: str) -> Publish:
    """What `rx.asset(name, shared=True)` is for the module with this `__name__` and `__file__`.

    What it returns raises FileNotFoundError for a file that is not there.
    """
    source, target = Path(file).parent, module.replace(".", "/")

    def publish(name: str) -> AssetPathStr:
        path = source / name
        if not path.exists():
            raise FileNotFoundError(f"{path} is not there to be published")
        external = constants.Dirs.EXTERNAL_APP_ASSETS
        if not EnvironmentVariables.REFLEX_BACKEND_ONLY.get():
            folder = Path.cwd() / constants.Dirs.APP_ASSETS / external / target
            folder.mkdir(parents=True, exist_ok=True)
            _link_shared_asset(folder / name, path)
        return _versioned_asset_path(f"/{external}/{target}/{name}", path)

    return publish
