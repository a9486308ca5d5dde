"""The fingerprint tells contents apart and nothing else (R3.3)."""

from __future__ import annotations

import pytest
from lxml import etree

from esav_soap.intake import empreinte


def de(*textes: str) -> bytes:
    return empreinte(*(etree.fromstring(texte) for texte in textes))


@pytest.mark.exigence("R3.3")
@pytest.mark.parametrize(
    "autre",
    [
        '<p:a xmlns:p="urn:x"><p:b>1</p:b><p:c>é</p:c></p:a>',
        '<a xmlns="urn:x">\n  <b>1</b>\n\t<c> é </c></a>',
        '<a xmlns="urn:x"><b>&#49;</b><c><![CDATA[é]]></c></a>',
    ],
)
def test_prefixes_and_blanks_do_not_count(autre: str) -> None:
    assert de('<a xmlns="urn:x"><b>1</b><c>é</c></a>') == de(autre)
    assert len(de(autre)) == 32


@pytest.mark.exigence("R3.3")
@pytest.mark.parametrize(
    "autre",
    [
        '<a xmlns="urn:y"><b>1</b><c>2</c></a>',
        '<a xmlns="urn:x"><b>1</b><c>3</c></a>',
        '<a xmlns="urn:x"><c>2</c><b>1</b></a>',
        '<a xmlns="urn:x"><b>1</b><c>2</c><c>2</c></a>',
        '<a xmlns="urn:x"><b>1</b></a>',
        '<a xmlns="urn:x"><b><c>1</c></b><c>2</c></a>',
        '<a xmlns="urn:x"><b>12</b><c/></a>',
    ],
)
def test_names_values_order_and_nesting_count(autre: str) -> None:
    assert de('<a xmlns="urn:x"><b>1</b><c>2</c></a>') != de(autre)


@pytest.mark.exigence("R3.3")
def test_the_same_leaves_nested_otherwise_differ() -> None:
    assert de("<a><b><c>1</c></b><c>2</c></a>") != de("<a><b><c>1</c><c>2</c></b></a>")
    assert de("<a/>", "<b/>") != de("<a><b/></a>")


@pytest.mark.exigence("R3.3")
@pytest.mark.parametrize(
    ("un", "autre"),
    [
        ("<a><b>1</b><b>2</b></a>", "<a><b>2</b><b>1</b></a>"),
        ("<a><z>0</z><b>3</b><b>1</b><b>2</b><c>9</c></a>", "<a><z>0</z><b>1</b><b>2</b><b>3</b><c>9</c></a>"),
        ("<a><g><b>1</b><b>2</b></g><g><b>1</b></g></a>", "<a><g><b>2</b><b>1</b></g><g><b>1</b></g></a>"),
    ],
)
def test_the_codes_of_a_multiple_choice_are_a_set(un: str, autre: str) -> None:
    assert de(un) == de(autre)


@pytest.mark.exigence("R3.3")
@pytest.mark.parametrize(
    ("un", "autre"),
    [
        # another code, one more, one twice
        ("<a><b>1</b><b>2</b></a>", "<a><b>1</b><b>3</b></a>"),
        ("<a><b>1</b><b>2</b></a>", "<a><b>1</b><b>2</b><b>2</b></a>"),
        ("<a><b>1</b><b>1</b><b>2</b></a>", "<a><b>1</b><b>2</b><b>2</b></a>"),
        # the occurrences of a group, whatever they hold
        ("<a><g><b>1</b></g><g><b>2</b></g></a>", "<a><g><b>2</b></g><g><b>1</b></g></a>"),
        ("<a><g/><g><b>2</b></g></a>", "<a><g><b>2</b></g><g/></a>"),
        # leaves of one name that stand one after the other in the document, but not in one list
        ("<a><g><b>1</b></g><b>2</b></a>", "<a><g><b>2</b></g><b>1</b></a>"),
        ("<a><b>1</b><c>9</c><b>2</b></a>", "<a><b>2</b><c>9</c><b>1</b></a>"),
    ],
)
def test_codes_count_and_so_does_the_order_of_everything_else(un: str, autre: str) -> None:
    assert de(un) != de(autre)


@pytest.mark.exigence("R3.3")
def test_two_elements_are_not_one_list() -> None:
    assert de("<b>1</b>", "<b>2</b>") != de("<b>2</b>", "<b>1</b>")


@pytest.mark.exigence("R3.3")
def test_it_never_changes_between_releases() -> None:
    # Stored with each deposit: another value would refuse the retry of a deposit made before an update.
    assert de('<a xmlns="urn:x"><b>1</b></a>', "<c>é</c>").hex() == (
        "76017084969a8342fedfec243710b56a99af2453ba78a05407d2f6978e5e132b"
    )
