"""Keeps secrets out of the logs, whoever writes them."""

from __future__ import annotations

import logging
import re
from typing import Any

HIDDEN = "[hidden]"
_SECRETS = (
    # Our own tokens, wherever they stand.
    (re.compile(r"\b(?:fdt|frt)_[A-Za-z0-9_-]{16,}"), HIDDEN),
    (re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"), HIDDEN),
    (re.compile(r"(fleet_session=)[^;,\s\"']+"), rf"\1{HIDDEN}"),
    # Headers, as lines and as entries of printed dictionaries and tuples.
    (
        re.compile(
            r"""(?i)(\b(?:set-cookie|cookie|(?:proxy-)?authorization)\b['"]?\s*[:=,]\s*(?:b(?=['"]))?)"""
            r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\r\n]+)"""
        ),
        rf"\1{HIDDEN}",
    ),
    # Credentials in URLs and event data: client tokens, device ids, tracking links.
    (
        re.compile(r"(?i)([?&](?:token|id|deviceid|device_id|password|access_token)=)[^&\s\"']+"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"""((['"])(?:token|id|password)\2\s*:\s*)(['"])[^'"]+\3"""), rf"\1{HIDDEN}"),
    (re.compile(r"(/track/)[^/?\s\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+(@)"), rf"\1{HIDDEN}\2"),
)
_formatter = logging.Formatter()


def redacted(text: str) -> str:
    """The text without anything that lets its reader act as somebody else."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def hide_secrets() -> None:
    """Redact every record of this process, its traceback included, from now on."""
    current = logging.getLogRecordFactory()
    if not isinstance(current, _Redacting):
        logging.setLogRecordFactory(_Redacting(current))


class _Redacting:
    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._make(*args, **kwargs)
        try:
            text = record.getMessage()
        except Exception:  # a broken call of a logger is for the handler to report
            return record
        clean = redacted(text)
        if clean != text:
            record.msg, record.args = clean, None
        if record.exc_info and record.exc_info[0] is not None:
            # Formatters print this text instead of making their own.
            record.exc_text = redacted(_formatter.formatException(record.exc_info))
        return record
