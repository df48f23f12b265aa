"""The web process: its port, and the refusal to run with split state."""

from __future__ import annotations

import socket

import pytest

from fleet_app.runtime import serve, web
from fleet_app.runtime.product import local_url
from fleet_app.settings import Settings


def test_several_processes_need_shared_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFLEX_REDIS_URL", raising=False)
    web.check_shared_state(Settings(web_processes=1))
    with pytest.raises(RuntimeError, match="REFLEX_REDIS_URL"):
        web.check_shared_state(Settings(web_processes=2))
    monkeypatch.setenv("REFLEX_REDIS_URL", "redis://state")
    web.check_shared_state(Settings(web_processes=2))


def test_state_lives_in_memory_only_while_there_is_one_process() -> None:
    assert web.environment(Settings())["REFLEX_STATE_MANAGER_MODE"] == "memory"
    assert web.environment(Settings(web_processes=2))["REFLEX_STATE_MANAGER_MODE"] == "redis"


def test_a_taken_port_is_said_in_plain_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(RuntimeError, match=f"port {port} on 127.0.0.1 cannot be used"):
            web.listen(Settings(port=port))


def test_logs_carry_no_urls() -> None:
    config = serve.config()
    assert config.access_log is False
    assert config.log_config is None, "lines have the format of the process, with their time"
    assert config.log_level == "warning", "at info level, uvicorn logs socket URLs with tokens"


def test_the_product_is_reached_locally_whatever_it_listens_on() -> None:
    assert local_url(Settings(host="0.0.0.0", port=81)) == "http://127.0.0.1:81"
    assert local_url(Settings(host="10.0.0.5", port=81)) == "http://10.0.0.5:81"
