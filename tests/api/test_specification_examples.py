"""The examples in the API's description keep to the description themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from mobile_api.app import create_api


def _schemas(description: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every example with the name of its place and the schema it stands beside."""
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            place = f"{method.upper()} {path}"
            for parameter in operation.get("parameters", []):
                yield from _examples(f"{place} {parameter['name']}", parameter)
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                yield from _examples(f"{place} {kind}", content)
            for status, answer in operation["responses"].items():
                for kind, content in answer.get("content", {}).items():
                    yield from _examples(f"{place} {status} {kind}", content)
    for name, schema in description["components"]["schemas"].items():
        yield from _examples(name, {"schema": schema, **schema})
        for field, one in schema.get("properties", {}).items():
            yield from _examples(f"{name}.{field}", {"schema": one, **one})


def _examples(place: str, holder: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    schema = holder.get("schema", {})
    found = [holder["example"]] if "example" in holder else []
    listed = holder.get("examples", [])
    for example in [*found, *(listed if isinstance(listed, list) else [])]:
        yield place, example, schema


def _problems(description: dict[str, Any]) -> list[str]:
    problems, known = [], {"components": description["components"]}
    for place, example, schema in _schemas(description):
        validator = Draft202012Validator(
            {**schema, **known}, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        problems += [f"{place}: {error.message[:200]}" for error in validator.iter_errors(example)]
    return problems


def test_every_example_fits_its_schema() -> None:
    assert _problems(create_api().openapi()) == []


def test_every_operation_that_takes_or_gives_json_has_an_example() -> None:
    missing = []
    description = create_api().openapi()
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                is_file = kind == "multipart/form-data"
                if not is_file and "example" not in content and "examples" not in content:
                    missing.append(f"{method.upper()} {path} {kind}")
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json")
                if content is not None and int(status) < 300 and "example" not in content:
                    missing.append(f"{method.upper()} {path} {status}")
    assert missing == []


def test_an_example_that_does_not_fit_is_noticed() -> None:
    description = create_api().openapi()
    content = description["paths"]["/api/v1/vehicles"]["post"]["requestBody"]["content"]
    content["application/json"]["example"]["capacity_kg"] = "much"
    assert len(_problems(description)) == 1
