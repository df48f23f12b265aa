"""The build itself, run by path in its own process: `python -P export.py` in the app's folder.

It does what `reflex export` does, without that command's side effects on the project's own files
(.gitignore, requirements.txt) and without asking a package index for newer versions.
"""

from __future__ import annotations

from reflex.utils import export, prerequisites
from reflex_base import constants
from reflex_base.environment import environment


def main() -> None:
    """Compile the pages and bundle them into `.web/build/client`."""
    environment.REFLEX_COMPILE_CONTEXT.set(constants.CompileContext.EXPORT)
    prerequisites.assert_in_reflex_dir()  # type: ignore[no-untyped-call]
    if prerequisites.needs_reinit():
        prerequisites.initialize_reflex_user_directory()  # type: ignore[no-untyped-call]
        prerequisites.initialize_frontend_dependencies()  # type: ignore[no-untyped-call]
    export.export(zipping=False, frontend=True, backend=False)


if __name__ == "__main__":
    main()
