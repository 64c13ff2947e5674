"""Four editions of codes look alike: what does not belong together is refused, and what an old code meant is kept."""

from __future__ import annotations

import csv
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from official import EDITION, FILES, options, run

from deconflict.mission import MissionError, load_mission, pack_named, standing


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def save(path: Path, lines: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


@pytest.fixture(scope="session")
def of_2015(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same country by the codes of 2015."""
    folder = tmp_path_factory.mktemp("2015")
    units = [row for row in rows(reference / "admin_units.csv") if row["pcode_2015"]]
    regions: dict[str, Counter[str]] = defaultdict(Counter)
    for row in units:
        regions[row["pcode_2015"][:4]][row["adm1_fr"]] += 1
    lines = {
        **{code: (1, code, names.most_common(1)[0][0], "ML") for code, names in regions.items()},
        **{
            row["pcode_2015"][:6]: (2, row["pcode_2015"][:6], row["cercle_2015"], row["pcode_2015"][:4])
            for row in units
        },
        **{row["pcode_2015"]: (3, row["pcode_2015"], row["name_2015"], row["pcode_2015"][:6]) for row in units},
    }
    codes = save(
        folder / "codes.csv",
        [
            dict(zip(("admin_level", "pcode", "name", "parent_pcode"), map(str, line), strict=True))
            for line in lines.values()
        ],
    )
    of_commune = {row["adm3_pcode"]: row["pcode_2015"] for row in units}
    towns = [
        {
            "pcode": row["place_id"],
            "name": row["name"],
            "adm3_pcode": of_commune[row["adm3_pcode"]],
            "lat": row["lat"],
            "lon": row["lon"],
        }
        for row in rows(reference / "places.csv")
        if row["level"] == "place" and row["adm3_pcode"] in of_commune
    ]
    return {"codes": codes, "settlements": save(folder / "towns.csv", towns)}


def refused(done, *words: str) -> None:
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output
    for word in words:
        assert word in done.output


def test_settlements_of_one_edition_do_not_go_with_the_codes_of_another(profile, reference, of_2015):
    files = options(reference, "codes", settlements=of_2015["settlements"])
    refused(run(profile, *files, "--edition", EDITION, "--yes"), "another edition")
    files = options(reference, "settlements", codes=of_2015["codes"])
    refused(run(profile, *files, "--edition", EDITION, "--yes"), "two editions", "ML0101 is")
    assert not pack_named(profile)


def test_outlines_of_one_edition_do_not_go_with_the_settlements_of_another(profile, reference, of_2015):
    files = options(reference, "outlines", **of_2015)
    refused(run(profile, *files, "--edition", "COD 2015", "--yes"), "edition")


def test_files_that_name_two_editions_are_refused(profile, reference, tmp_path):
    lines = [row | {"valid_from": "2015-04-08"} for row in rows(reference / "cod2021_pcodes.csv")]
    other = save(tmp_path / "other.csv", lines)
    files = [*options(reference, "codes", "settlements"), "--codes", other]
    refused(run(profile, *files, "--edition", EDITION, "--yes"), "2015-04-08", "2021-12-20", "more than one edition")


def test_the_edition_is_asked_for_offered_from_the_files_and_never_guessed(profile, reference):
    files = options(reference, "codes", "settlements")
    done = run(profile, *files, typed=f"{EDITION}\ny\n")
    assert done.exit_code == 0, done.output
    assert "Edition of the codes" in done.output
    assert "[2021-12-20]" in done.output
    refused(run(profile, *files, "--edition", "COD 2019", "--yes"), "say that they are of 2021-12-20")
    refused(run(profile, *files, "--edition", " ", "--yes"), "edition of the codes is needed")


def test_nothing_is_put_in_force_by_who_says_no(profile, reference):
    done = run(profile, *options(reference, "codes", "settlements"), "--edition", EDITION, typed="n\n")
    assert done.exit_code == 1
    assert not pack_named(profile)
    assert len(load_mission(profile).gazetteer.places) < 2_000


def test_the_same_name_for_another_set_of_codes_is_refused(profile, of_2015):
    files = [word for kind, path in of_2015.items() for word in (f"--{kind}", path)]
    refused(
        run(profile, *files, "--edition", EDITION, "--yes"), "other meanings of its codes", "ML010104 is Diallan now"
    )


def test_a_profile_whose_codes_are_of_another_edition_is_mended_first(profile, of_2015):
    files = [word for kind, path in of_2015.items() for word in (f"--{kind}", path)]
    refused(run(profile, *files, "--edition", "COD 2015", "--yes"), "mission.toml", "cod_version", "Mend it")
    assert not pack_named(profile)


@pytest.fixture
def by_2015(profile, of_2015) -> Path:
    """A profile that was written for the codes of 2015, on places of 2015."""
    toml = profile / "mission.toml"
    text = toml.read_text(encoding="utf-8").replace(f'cod_version = "{EDITION}"', 'cod_version = "COD 2015"')
    lines = rows(of_2015["codes"])
    regions = [row["pcode"] for row in lines if row["admin_level"] == "1"]
    toml.write_text(covering(text, regions), encoding="utf-8")
    (profile / "markets.toml").write_text("", encoding="utf-8")
    files = [word for kind, path in of_2015.items() for word in (f"--{kind}", path)]
    done = run(profile, *files, "--edition", "COD 2015", "--yes")
    assert done.exit_code == 0, done.output
    return profile


def covering(text: str, regions: list[str]) -> str:
    """Each area and each sector but the first covers one region, the first all others."""
    left = {"[[sector]]": list(regions), "[[area]]": list(regions)}
    count = {table: text.count(f"\n{table}") for table in left}
    out, table = [], ""
    for line in text.splitlines():
        if line.startswith("[["):
            table = line.split("#")[0].strip()
        if line.startswith("covers") and table in left:
            count[table] -= 1
            mine = [left[table].pop() for _ in range(1 if count[table] else len(left[table]))]
            line = f"covers = {mine}".replace("'", '"')
        out.append(line)
    return "\n".join(out) + "\n"


def test_a_recoded_country_keeps_what_each_old_code_meant(by_2015, reference):
    old = standing(by_2015).gazetteer
    text = (
        (by_2015 / "mission.toml")
        .read_text(encoding="utf-8")
        .replace('cod_version = "COD 2015"', f'cod_version = "{EDITION}"')
    )
    regions = [row["pcode"] for row in rows(reference / FILES["codes"]) if row["admin_level"] == "1"]
    (by_2015 / "mission.toml").write_text(covering(text, regions), encoding="utf-8")
    with pytest.raises(MissionError):
        load_mission(by_2015)  # until the places are those of the profile
    done = run(
        by_2015,
        *options(reference, "codes", "settlements", "outlines"),
        "--edition",
        EDITION,
        "--yes",
        "--report",
        by_2015 / "report.csv",
    )
    assert done.exit_code == 0, done.output
    new = load_mission(by_2015).gazetteer
    truth = {row["pcode_2015"]: row["adm3_pcode"] for row in rows(reference / "admin_units.csv") if row["pcode_2015"]}
    followed = {code: new.meant(code, "COD 2015") for code in truth}
    right = sum(place is not None and place.pcode == truth[code] for code, place in followed.items())
    wrong = [code for code, place in followed.items() if place is not None and place.pcode != truth[code]]
    assert right >= 0.95 * len(truth)
    assert len(wrong) <= 0.005 * len(truth), wrong
    assert old.get("ML0101").name != new.get("ML0101").name  # the trap: the same letters
    assert new.meant("ML0101", "COD 2015").name == old.get("ML0101").name
    assert new.meant("ML0101", EDITION) == new.get("ML0101")
    assert new.meant("ML0101", "COD 2019-08-02") is None  # an edition that was never in force here
    told = Counter(row["change"] for row in rows(by_2015 / "report.csv"))
    assert told["recoded"] > 500


def test_lines_alone_go_with_places_of_the_same_edition(profile, reference):
    roads = ["--roads", reference / FILES["roads"]]
    refused(run(profile, *roads, "--edition", EDITION, "--yes"), "Lines alone go with places")
    assert (
        run(profile, *options(reference, "codes", "settlements", "outlines"), "--edition", EDITION, "--yes").exit_code
        == 0
    )
    before = load_mission(profile)
    assert before.roads is None
    assert run(profile, *roads, "--edition", EDITION, "--yes").exit_code == 0
    after = load_mission(profile)
    assert after.roads is not None
    assert after.gazetteer == before.gazetteer
    assert after.communes.pcodes == before.communes.pcodes


def test_what_is_not_given_stays_and_what_was_corrected_is_never_taken_for_what_it_was_before(
    profile, reference, tmp_path
):
    """The same roads over places that were corrected meanwhile: not the pack of the first day."""
    roads = ["--roads", reference / FILES["roads"]]
    edition = ["--edition", EDITION, "--yes"]
    assert run(profile, *options(reference, "codes", "settlements"), *edition).exit_code == 0
    assert run(profile, *roads, *edition).exit_code == 0
    lines = rows(reference / FILES["settlements"])
    town = next(row for row in lines if row["level"] == "place" and row["name"] == "Bankass")
    corrected = save(tmp_path / "places.csv", [row | {"lat": "14.1"} if row is town else row for row in lines])
    assert run(profile, *options(reference, "codes", settlements=corrected), *edition).exit_code == 0
    assert load_mission(profile).roads is not None
    assert run(profile, *roads, *edition).exit_code == 0
    assert load_mission(profile).gazetteer.get(town["place_id"]).point[0] == 14.1


def test_places_that_are_named_and_gone_are_imported_again(profile, reference):
    places = options(reference, "codes", "settlements")
    assert run(profile, *places, "--edition", EDITION, "--yes").exit_code == 0
    shutil.rmtree(profile / "places" / pack_named(profile))
    with pytest.raises(MissionError, match="Import them again"):
        load_mission(profile)
    done = run(profile, *places, "--edition", EDITION, "--yes")
    assert done.exit_code == 0, done.output
    assert len(load_mission(profile).gazetteer.places) == 18_547


def test_the_borders_of_a_base_map_under_another_name_are_kept(profile, reference):
    (profile / "basemap").rename(profile / "carte")
    toml = profile / "mission.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace('basemap = "basemap"', 'basemap = "carte"'), encoding="utf-8"
    )
    assert run(profile, *options(reference, "codes", "settlements"), "--edition", EDITION, "--yes").exit_code == 0
    assert (load_mission(profile).basemap / "borders.geojson").exists()
