"""`./fleet web` and `./fleet worker`: one part of the product, for running them apart."""

from __future__ import annotations

import typer

from fleet_app.cli.problems import explained


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.command()(web)
    app.command()(worker)


def web() -> None:
    """Serve the pages and the API (FLEET_WEB_PROCESSES of them), until Ctrl-C."""
    from fleet_app.cli.progress import say
    from fleet_app.runtime import product
    from fleet_app.runtime import web as web_process
    from fleet_app.runtime.engines import embedded_engines
    from fleet_app.runtime.frontend import Frontend
    from fleet_app.settings import get_settings

    with explained():
        web_process.check_shared_state(get_settings())
        Frontend(get_settings().home).build(say)
        with embedded_engines(get_settings(), say), web_process.listen(get_settings()) as listener:
            settings = get_settings()
            services = product.web_services(settings, listener)
            address = f"Serving {settings.origin}"
            product.run_until_stopped(services, settings.home, say, lambda: say(address))


def worker() -> None:
    """Consume the durable log (history, live positions), until Ctrl-C."""
    from fleet_app.cli.progress import say
    from fleet_app.runtime import product
    from fleet_app.runtime.engines import embedded_engines
    from fleet_app.settings import get_settings

    with explained(), embedded_engines(get_settings(), say):
        home = get_settings().home
        product.run_until_stopped([product.worker_service()], home, say)
