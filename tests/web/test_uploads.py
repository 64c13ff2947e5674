"""A list in a file: read, looked at line by line, sent, sent again changed. As a browser without scripts would do it."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask_babel import force_locale
from openpyxl import load_workbook
from pages import NOW, event, fields, file, notice, patrol, site, words
from planted import plain
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.files.csv_out import csv_bytes
from deconflict.files.sheets import Column, workbook
from deconflict.store import uploads
from deconflict.store.base import db, transaction
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Account, Organisation
from deconflict.store.queries import filing_of
from deconflict.store.uploads import EntryRow, ListedRow, UploadRow
from deconflict.web import notices, plans, site_sheet, upload_send
from deconflict.web.upload_columns import columns_of, lines_of

PAGES = {"movement": notices.PAGES, "site": site_sheet.PAGES, "patrol": plans.PAGES, "event": plans.PAGES}
FILES = "/files"


def table(app, what, items, language="fr"):
    """(columns, lines) as the template has them, of `items`: number -> what a browser would have typed."""
    with app.test_request_context(), force_locale({"fr": "fr_FR", "en": "en_GB"}[language]):
        cols = columns_of(PAGES[what], what)
        lines = []
        for key, typed in items.items():
            stops = 1 + max((int(n[1]) for name in typed if (n := re.match(r"stops-(\d+)-", name))), default=0)
            lines += lines_of(cols, key, typed, stops)
        return cols, lines


def xlsx(app, what, items, language="fr"):
    cols, lines = table(app, what, items, language)
    columns = [Column(c.header, c.tag, choices=tuple(c.choices.values()), kind=c.kind) for c in cols]
    return workbook("Liste", columns, lines)


def csv(app, what, items, language="fr", **more):
    cols, lines = table(app, what, items, language)
    return csv_bytes([c.header for c in cols], [c.tag for c in cols], lines, **more)


def take(client, what, raw, name="liste.xlsx"):
    """The answer to a file, with the address of its list where it has one."""
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(FILES).text)[1]
    return client.post(FILES, data={"csrf_token": csrf, "what": what, "file": (io.BytesIO(raw), name)})


def opened(client, what, raw):
    answer = take(client, what, raw)
    assert answer.status_code == 303, words(answer)
    through(client, answer.location)
    return answer.location


def press(client, address, act, **more):
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(FILES).text)[1]
    return client.post(f"{address}/{act}", data={"csrf_token": csrf, **more})


def through(client, address):
    """Presses "go on" until there is nothing more to do."""
    for _turn in range(50):
        page = client.get(address)
        if "/go-on" not in page.text:
            return page
        press(client, address, "go-on")
    raise AssertionError("it never ends")


def send(client, address, **more):
    answers = {"disclaimer": "2026-11", "confirmed_by": "nobody", **more}
    answer = press(client, address, "send", **answers)
    if answer.status_code == 303:
        through(client, address)
    return answer


def standing(app):
    with app.app_context():
        return [row.state for row in db.session.scalars(select(EntryRow).order_by(EntryRow.upload_id, EntryRow.n))]


def filed(app):
    with app.app_context():
        return db.session.scalars(select(Item).order_by(Item.id)).all()


def versions(app):
    with app.app_context():
        return len(db.session.scalars(select(ItemVersion)).all())


def two(**more):
    return {"MV-1": notice(), "MV-2": notice(persons="9", **more)}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_template_that_is_filled_in_is_read_looked_at_and_sent(app, ngo, language):
    address = opened(ngo, "movement", xlsx(app, "movement", two(), language))
    page = ngo.get(address)
    assert "MV-1" in page.text
    assert filed(app) == []
    assert standing(app) == ["new", "new"]
    assert send(ngo, address).status_code == 303
    assert standing(app) == ["filed", "filed"]
    references = [item.reference for item in filed(app)]
    assert len(references) == 2
    done = ngo.get(address).text
    assert all(reference in done for reference in references)


def test_what_is_read_from_a_file_is_what_the_form_would_have_filed(app, ngo):
    reference = file(ngo, "/notices/new", notice())
    address = opened(ngo, "movement", xlsx(app, "movement", {"A": notice()}))
    send(ngo, address)
    with app.app_context():
        by_form, by_file = db.session.scalars(select(ItemVersion).order_by(ItemVersion.id)).all()
        assert by_form.filing == by_file.filing
    assert reference


@pytest.mark.parametrize("more", [{"semicolons": True}, {"semicolons": False}])
def test_csv_says_the_same(app, ngo, more):
    send(ngo, opened(ngo, "movement", csv(app, "movement", two(), **more)))
    assert standing(app) == ["filed", "filed"]


def test_windows_1252_without_tags_is_read(app, ngo):
    cols, lines = table(app, "movement", two())
    text = "\n".join(";".join(f'"{cell}"' for cell in line) for line in ([c.header for c in cols], *lines))
    send(ngo, opened(ngo, "movement", text.encode("cp1252")))
    assert standing(app) == ["filed", "filed"]


def test_the_same_file_twice_changes_nothing(app, ngo):
    raw = xlsx(app, "movement", two())
    send(ngo, opened(ngo, "movement", raw))
    before = versions(app)
    address = opened(ngo, "movement", raw)
    assert standing(app) == ["filed", "filed", "same", "same"]
    assert press(ngo, address, "send", disclaimer="2026-11", confirmed_by="nobody").status_code == 303
    through(ngo, address)
    assert versions(app) == before


def test_an_edition_that_differs_amends_what_it_names_and_says_what(app, ngo):
    send(ngo, opened(ngo, "movement", xlsx(app, "movement", two())))
    address = opened(ngo, "movement", xlsx(app, "movement", {"MV-1": notice(), "MV-2": notice(persons="12")}))
    assert standing(app)[2:] == ["same", "amends"]
    page = words(ngo.get(address))
    assert "12" in page
    send(ngo, address)
    assert [item.version for item in filed(app)] == [1, 2]


def test_a_line_that_is_gone_is_asked_about_and_stays(app, ngo):
    send(ngo, opened(ngo, "movement", xlsx(app, "movement", two())))
    gone = filed(app)[1].reference
    address = opened(ngo, "movement", xlsx(app, "movement", {"MV-1": notice()}))
    page = ngo.get(address).text
    assert f"/notices/{gone}/cancel" in page
    assert f"/notices/{filed(app)[0].reference}/cancel" not in page
    assert [item.state for item in filed(app)] == ["submitted", "submitted"]


def test_what_is_wrong_is_told_by_its_cell_and_what_is_right_leaves_all_the_same(app, ngo):
    items = {"MV-1": notice(), "MV-2": notice(persons="beaucoup", **{"stops-1-place": "Nulle Part"})}
    raw = xlsx(app, "movement", items)
    address = opened(ngo, "movement", raw)
    assert standing(app) == ["new", "wrong"]
    cells = cell_of(raw, "beaucoup"), cell_of(raw, "Nulle Part")
    page = words(ngo.get(address))
    assert all(cell in page for cell in cells)
    send(ngo, address)
    assert standing(app) == ["filed", "wrong"]
    assert len(filed(app)) == 1


def cell_of(raw, text):
    sheet = load_workbook(io.BytesIO(raw)).worksheets[0]
    return next(cell.coordinate for row in sheet.iter_rows() for cell in row if cell.value == text)


def test_the_list_comes_back_with_what_is_to_be_mended_at_its_cell(app, ngo):
    items = {"MV-1": notice(), "MV-2": notice(persons="beaucoup")}
    address = opened(ngo, "movement", xlsx(app, "movement", items))
    answer = ngo.get(f"{address}/marked.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    commented = [cell for row in sheet.iter_rows() for cell in row if cell.comment]
    assert [cell.value for cell in commented] == ["beaucoup"]
    # Mended there and sent back, it is read again.
    back = load_workbook(io.BytesIO(answer.data))
    back.worksheets[0][commented[0].coordinate] = "7"
    kept = io.BytesIO()
    back.save(kept)
    send(ngo, opened(ngo, "movement", kept.getvalue()))
    assert standing(app)[2:] == ["filed", "filed"]


def test_a_doubtful_position_is_looked_at_once_more_before_it_leaves(app, ngo):
    far = notice(**{"stops-1-place": "Bankass", "stops-1-position": "14.1512, -3.5199"})
    address = opened(ngo, "movement", xlsx(app, "movement", {"A": far}))
    assert standing(app) == ["doubt"]
    send(ngo, address)
    assert filed(app) == []
    assert press(ngo, address, "right", n="0").status_code == 303
    assert standing(app) == ["new"]
    send(ngo, address)
    assert len(filed(app)) == 1


def test_a_line_can_be_left_out_and_taken_up_again(app, ngo):
    address = opened(ngo, "movement", xlsx(app, "movement", two()))
    press(ngo, address, "leave", n="1")
    assert standing(app) == ["new", "left"]
    send(ngo, address)
    assert len(filed(app)) == 1
    press(ngo, address, "take-up", n="1")
    assert standing(app) == ["filed", "new"]


def test_a_line_is_mended_in_the_ordinary_form(app, ngo):
    address = opened(ngo, "movement", xlsx(app, "movement", {"A": notice(persons="beaucoup")}))
    answer = press(ngo, address, "mend", n="0")
    assert answer.status_code == 303
    form = ngo.get(answer.location)
    assert 'value="beaucoup"' in form.text
    assert standing(app) == ["left"]


def test_nothing_leaves_without_the_clause_and_a_word_on_who_checked(app, ngo):
    address = opened(ngo, "movement", xlsx(app, "movement", two()))
    answer = press(ngo, address, "send", confirmed_by="", disclaimer="")
    assert answer.status_code == 422
    assert standing(app) == ["new", "new"]


def test_columns_of_what_is_never_stored_are_dropped_and_named(app, g9):
    cols, lines = table(app, "patrol", {"P1": patrol()})
    columns = [Column(c.header, c.tag, kind=c.kind) for c in cols] + [Column("Effectif"), Column("Indicatif radio")]
    raw = workbook("Matrice", columns, [[*line, "24", "TANGO 7"] for line in lines])
    address = opened(g9, "patrol", raw)
    page = words(g9.get(address))
    assert "Effectif, Indicatif radio" in page
    with app.app_context():
        kept = [row.said for row in db.session.scalars(select(UploadRow))]
        kept += [row.typed for row in db.session.scalars(select(EntryRow))]
    assert not any("TANGO" in text for text in kept)
    send(g9, address)
    assert [item.side for item in filed(app)] == ["mission"]


def test_a_cell_that_says_what_is_never_stored_is_named_and_kept_nowhere(app, g9):
    raw = xlsx(app, "event", {"E1": event(title="Remise par la 2e compagnie, 24 soldats"), "E2": event(title="Forage")})
    cell = cell_of(raw, "Remise par la 2e compagnie, 24 soldats")
    address = opened(g9, "event", raw)
    assert standing(app) == ["wrong", "new"]
    page = words(g9.get(address))
    assert cell in page
    assert "soldats" not in page
    with app.app_context():
        kept = [row.said for row in db.session.scalars(select(UploadRow))]
        kept += [row.typed for row in db.session.scalars(select(EntryRow))]
    assert not any("soldats" in text for text in kept)


def test_a_matrix_names_several_villages_on_a_line(app, g9):
    typed = patrol(place="Bankass; Koro ; Bandiagara")
    send(g9, opened(g9, "patrol", xlsx(app, "patrol", {"S49-1": typed})))
    with app.app_context():
        (version,) = db.session.scalars(select(ItemVersion)).all()
        assert [stop.location.name for stop in filing_of(version).stops] == ["Bankass", "Koro", "Bandiagara"]


def test_another_s_list_is_no_page(app, ngo, make_account, sign_in):
    address = opened(ngo, "movement", xlsx(app, "movement", two()))
    for organisation in ("ONG Alpha", "ONG Badenya"):
        other = sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation=organisation))
        assert other.get(address).status_code == 404
        assert other.get(f"{address}/marked.xlsx").status_code == 404
        assert press(other, address, "send").status_code == 404
        assert "MV-1" not in other.get(FILES).text


def test_two_of_an_organisation_who_send_one_file_file_it_once(app, ngo, make_account, sign_in):
    raw = xlsx(app, "movement", two())
    colleague = sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation="ONG Alpha"))
    mine, his = opened(ngo, "movement", raw), opened(colleague, "movement", raw)
    send(ngo, mine)
    send(colleague, his)
    assert len(filed(app)) == 2
    assert set(standing(app)) <= {"filed", "same"}


def test_in_two_steps_the_focal_point_sends_it(app, ngo, make_account, sign_in):
    with app.app_context(), transaction() as session:
        session.scalars(select(Organisation).where(Organisation.name == "ONG Alpha")).one().two_step = True
        for account in session.scalars(select(Account)):
            account.joined_at = NOW
    submitter = sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation="ONG Alpha"))
    address = opened(submitter, "movement", xlsx(app, "movement", two()))
    send(submitter, address)
    assert filed(app) == []
    assert ngo.get(address).status_code == 404
    assert press(submitter, address, "ask").status_code == 303
    assert ngo.get(address).status_code == 200
    through(ngo, address)
    send(ngo, address)
    assert len(filed(app)) == 2


def test_foreign_headers_are_explained_once(app, ngo):
    items = {
        "identifiant": "Q-1",
        "depart": "Mopti",
        "jour": "2026-12-10",
        "de": "06:00",
        "a": "07:00",
        "gens": "4",
        "autos": "1",
    }
    header, line = ";".join(items), ";".join(items.values())
    second = "Q-1;Bankass;2026-12-10;10:00;11:00;;"
    raw = f"{header}\n{line}\n{second}\n".encode()
    answer = take(ngo, "movement", raw, "x.csv")
    assert answer.status_code == 303
    page = ngo.get(answer.location)
    assert "identifiant" in page.text
    said = {
        "col-_key": "identifiant",
        "col-stops-0-place": "depart",
        "col-stops-0-depart_date": "jour",
        "col-stops-0-depart_from": "de",
        "col-stops-0-depart_to": "a",
        "col-stops-0-arrive_date": "jour",
        "col-persons": "gens",
        "col-vehicles": "autos",
    }
    same = {"all-kind": "TRANSIT_STAFF", "all-mode": "road", "all-escort": "none", "all-level": "match_only"}
    assert press(ngo, answer.location, "columns", **said | {"col-persons": "gons"} | same).status_code == 422
    assert press(ngo, answer.location, "columns", **said | same).status_code == 303
    through(ngo, answer.location)
    assert "Q-1" in ngo.get(answer.location).text
    again = take(ngo, "movement", raw.replace(b"Q-1", b"Q-2"), "x.csv")
    through(ngo, again.location)
    assert "Q-2" in ngo.get(again.location).text
    with app.app_context():
        assert [row.state for row in db.session.scalars(select(UploadRow))] == ["checked", "checked"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [(b"", "fichier"), (b"%PDF-1.7 x", "PDF"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, ".xlsx")],
)
def test_what_is_no_list_is_refused_in_a_sentence(app, ngo, raw, said):
    answer = take(ngo, "movement", raw)
    assert answer.status_code == 422
    assert said in words(answer)
    with app.app_context():
        assert db.session.scalars(select(UploadRow)).all() == []


def test_a_drawn_line_opens_the_form_with_its_way(app, ngo):
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Piste</name><LineString><coordinates>'
        "-4.18,14.48,0 -3.9,14.3,0 -3.51,14.07,0</coordinates></LineString></Placemark></Document></kml>"
    )
    answer = take(ngo, "movement", kml.encode(), "piste.kml")
    assert answer.status_code == 200
    assert 'action="/notices/new"' in answer.text
    positions = re.findall(r'name="stops-\d+-position"[^>]*value="([^"]+)"', plain(answer))
    assert len(positions) == 3
    assert filed(app) == []


def drawn(*placemarks):
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(placemarks)}</Document></kml>'.encode()


def way(name, *points):
    line = " ".join(f"{lon},{lat},0" for lat, lon in points)
    return f"<Placemark><name>{name}</name><LineString><coordinates>{line}</coordinates></LineString></Placemark>"


def test_of_several_lines_one_is_chosen_and_opens_the_form(app, ngo):
    raw = drawn(way("Nord", (14.48, -4.18), (14.07, -3.51)), way("Sud", (14.48, -4.18), (14.07, -3.08)))
    page = take(ngo, "movement", raw, "pistes.kml")
    assert page.status_code == 200
    assert all(name in words(page) for name in ("Nord", "Sud", "Bankass", "Koro"))
    form = page.text.split("<form")[-1]
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert "-3.08000" in str(sent)
    opened = ngo.post("/notices/new", data=sent)
    assert "-3.08000" in opened.text
    assert filed(app) == []


def test_an_area_that_was_drawn_opens_the_mission_s_area_to_avoid_and_is_filed(app, g9, ngo):
    ring = " ".join(
        f"{lon},{lat},0"
        for lat, lon in ((14.0123, -3.6045), (14.2078, -3.6193), (14.1934, -3.4027), (14.0123, -3.6045))
    )
    polygon = f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    raw = drawn(f"<Placemark><name>Zone</name>{polygon}</Placemark>")
    page = take(g9, "patrol", raw, "zone.kml")
    assert page.status_code == 200
    assert 'action="/plans/new/zone"' in page.text
    shown = fields(page)
    assert shown["shape"] == "polygon"
    points = html.unescape(re.search(r'<textarea[^>]*name="points"[^>]*>([^<]*)', page.text)[1])
    assert len(points.split("\n")) == 3
    whole = shown | {
        "kind": "AVOID_AREA",
        "points": points,
        "level": "match_only",
        **hours("begins", "06:00"),
        **hours("ends", "18:00"),
    }
    assert file(g9, "/plans/new/zone", whole)
    refused = take(ngo, "movement", raw, "zone.kml")
    assert refused.status_code == 422
    assert "OCHA" in words(refused)


def hours(name, clock):
    return {f"{name}_date": "2026-12-10", f"{name}_time": clock}


def many(count):
    return {f"MV-{n}": notice(persons=str(n + 1)) for n in range(count)}


def test_a_long_list_says_how_far_it_is_and_goes_on_where_it_stopped(app, ngo, monkeypatch):
    monkeypatch.setattr(upload_send, "PATIENCE_S", -1.0)  # one line for each answer
    answer = take(ngo, "movement", xlsx(app, "movement", many(4)))
    seen = []
    for _turn in range(5):
        page = ngo.get(answer.location)
        seen.append(words(page))
        if "/go-on" not in page.text:
            break
        press(ngo, answer.location, "go-on")
    assert standing(app) == ["new"] * 4
    assert any(re.search(r"\b[123]\b.*\b4\b", said) for said in seen[:-1])
    send(ngo, answer.location)
    assert standing(app) == ["filed"] * 4


@pytest.mark.parametrize("inside", [True, False], ids=["inside a transaction", "between two"])
def test_a_server_that_dies_while_it_sends_loses_no_line_and_files_none_twice(app, ngo, monkeypatch, inside):
    """As SIGKILL leaves it: what was committed stands, what was not is gone, and nobody said that it stopped."""
    address = opened(ngo, "movement", xlsx(app, "movement", many(5)))

    class Killed(BaseException):
        pass

    where, name = (uploads.ListedRow, "__init__") if inside else (upload_send.service, "stopped")
    whole, turns = getattr(where, name), iter(range(100))

    def dies(*args, **more):
        if not inside or next(turns) == 2:
            raise Killed
        return whole(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(where, name, dies)
        with pytest.raises(Killed):
            send(ngo, address)
    with app.app_context():
        db.session.remove()
        assert db.session.scalars(select(UploadRow)).one().state == "sending"
    assert len(filed(app)) == standing(app).count("filed") == (2 if inside else 5)
    assert "/go-on" in ngo.get(address).text
    through(ngo, address)
    assert standing(app) == ["filed"] * 5
    assert len(filed(app)) == 5
    assert versions(app) == 5


def test_a_list_that_is_on_its_way_is_neither_sent_twice_nor_read_anew_nor_changed(app, ngo, monkeypatch):
    address = opened(ngo, "movement", xlsx(app, "movement", many(3)))
    monkeypatch.setattr(upload_send, "PATIENCE_S", -1.0)
    answers = {"disclaimer": "2026-11", "confirmed_by": "nobody"}
    assert press(ngo, address, "send", **answers).status_code == 303
    again = press(ngo, address, "send", **answers)  # the other tab
    assert again.status_code == 303
    assert press(ngo, address, "leave", n="2").status_code == 303  # refused on the page that follows
    through(ngo, address)
    assert len(filed(app)) == 3
    assert standing(app) == ["filed"] * 3


@pytest.mark.parametrize("form", ["xlsx", "csv", "csv-semicolons"])
def test_a_site_that_was_taken_out_and_comes_back_is_what_stands_there(app, ngo, form):
    file(ngo, "/sites/new", site())
    address = opened(ngo, "site", taken_out(ngo, "site", form))
    assert standing(app) == ["same"], words(ngo.get(address))


def test_a_list_of_sites_is_filed_as_the_form_would(app, ngo):
    one = file(ngo, "/sites/new", site())
    send(
        ngo,
        opened(
            ngo, "site", xlsx(app, "site", {"S-1": site(name="Poste B", **{"stops-0-position": "14.0790, -3.5075"})})
        ),
    )
    first, second = filed(app)
    assert first.reference == one
    with app.app_context():
        by_form, by_file = (filing_of(v) for v in db.session.scalars(select(ItemVersion).order_by(ItemVersion.id)))
    assert (by_form.radius_m, by_form.opening, by_form.fixed_on) == (
        by_file.radius_m,
        by_file.opening,
        by_file.fixed_on,
    )
    assert by_file.name == "Poste B"
    assert second.kind == "SITE_SCHOOL"


def test_a_way_that_was_taken_out_as_kml_opens_the_form_with_the_same_ends(app, ngo):
    file(ngo, "/notices/new", notice())
    page = take(ngo, "movement", taken_out(ngo, "movement", "kml"), "sorti.kml")
    assert page.status_code == 200
    assert "Mopti" in page.text
    assert "Bankass" in page.text


def test_a_list_that_is_deleted_takes_nothing_back(app, ngo):
    address = opened(ngo, "movement", xlsx(app, "movement", two()))
    send(ngo, address)
    assert press(ngo, address, "drop").status_code == 303
    assert ngo.get(address).status_code == 404
    assert len(filed(app)) == 2
    with app.app_context():
        assert len(db.session.scalars(select(ListedRow)).all()) == 2


TYPED = {
    "movement": ("/notices/new", notice),
    "patrol": ("/plans/new/patrol", patrol),
    "event": ("/plans/new/event", event),
}


@pytest.mark.parametrize("form", ["xlsx", "csv", "csv-semicolons"])
@pytest.mark.parametrize("what", TYPED)
def test_what_was_taken_out_and_comes_back_is_what_stands_there(app, ngo, g9, what, form):
    client = ngo if what == "movement" else g9
    url, typed = TYPED[what]
    file(client, url, typed())
    address = opened(client, what, taken_out(client, what, form))
    assert standing(app) == ["same"], words(client.get(address))


def test_what_was_taken_out_and_changed_amends_it_and_keeps_what_no_file_holds(app, ngo):
    reference = file(ngo, "/notices/new", notice(communications="+22370000123"))
    book = load_workbook(io.BytesIO(taken_out(ngo, "movement", "xlsx")))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=3):
        for cell in row:
            if cell.value == 6:
                cell.value = 8
    kept = io.BytesIO()
    book.save(kept)
    address = opened(ngo, "movement", kept.getvalue())
    assert standing(app) == ["amends"], words(ngo.get(address))
    send(ngo, address)
    with app.app_context():
        item = db.session.scalars(select(Item).where(Item.reference == reference)).one()
        filing = filing_of(db.session.scalars(select(ItemVersion).where(ItemVersion.version == 2)).one())
    assert (item.version, filing.persons, filing.communications) == (2, 8, "+22370000123")


def taken_out(client, what, form):
    """A file of one's own, as the block of a list gives it."""
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(FILES).text)[1]
    answer = client.post("/take-out", data={"csrf_token": csrf, "what": what, "form": form})
    assert answer.status_code == 200, words(answer)
    return answer.data
