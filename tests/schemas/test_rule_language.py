"""The language of rules: the handbook and the heads of the files name every word of it; its answers are those of the form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from marshmallow import Schema, fields
from profiles import FOLDER

from deconflict.schemas.activities_file import ActivitiesSchema, KindSchema, TraitsSchema
from deconflict.schemas.plans import AID_COMPONENTS, PARTNERS
from deconflict.schemas.rules_file import ModifiersSchema, RuleSchema

HANDBOOK = (Path(__file__).parents[2] / "docs" / "sop-rules.md").read_text(encoding="utf-8")


def words_of(schema: Schema) -> Iterator[str]:
    for name, field in schema.fields.items():
        yield name
        if (
            isinstance(field, fields.Nested)
            and isinstance(field.schema, Schema)
            and field.schema.fields.keys() != {"fr", "en"}
        ):
            yield from words_of(field.schema)


@pytest.mark.parametrize("schema", [RuleSchema, KindSchema])
def test_the_handbook_has_a_row_for_every_word(schema: type[Schema]) -> None:
    rows = {word for line in HANDBOOK.splitlines() if line.startswith("| `") for word in named(line.split("|")[1])}
    assert set(words_of(schema())) <= rows


def test_the_handbook_names_every_word_of_modifiers_and_traits() -> None:
    said = set(re.findall(r"[\w.]+", " ".join(re.findall(r"`[^`\n]+`", HANDBOOK))))
    parts = {part for word in said for part in word.split(".")}
    assert set(words_of(ModifiersSchema())) <= parts
    assert set(ActivitiesSchema().fields) | set(TraitsSchema().fields) <= parts


def test_the_heads_of_the_files_name_every_word_too() -> None:
    for name, schema in (("sop.toml", RuleSchema), ("activities.toml", KindSchema)):
        comments = "\n".join(re.findall(r"^#.*$", (FOLDER / name).read_text(encoding="utf-8"), re.MULTILINE))
        plain = {"id", "why", "code", "side", "label"}
        assert not {word for word in words_of(schema()) if not re.search(rf"\b{word}\b", comments)} - plain, name


def test_the_answers_that_add_groups_are_those_of_the_form() -> None:
    answers = {name: set(field.schema.fields) for name, field in TraitsSchema().fields.items()}
    assert answers == {"aid_component": set(AID_COMPONENTS), "joint_with": set(PARTNERS)}


def named(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)
