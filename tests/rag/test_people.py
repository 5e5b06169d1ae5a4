import pytest

from rag.people import Person, byline, family, person


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jacob Devlin", Person("Devlin", "Jacob")),
        ("Devlin, Jacob", Person("Devlin", "Jacob")),
        ("Guy Van den Broeck", Person("Broeck", "Guy", "Van den")),
        ("Ludwig van Beethoven", Person("Beethoven", "Ludwig", "van")),
        ("van Gogh", Person("Gogh", "", "van")),
        ("de la Cruz, Juan", Person("Cruz", "Juan", "de la")),
        ("Smith JA", Person("Smith", "JA")),
        ("Martin Luther King Jr.", Person("King", "Martin Luther", "", "Jr.")),
        ("King, Jr., Martin Luther", Person("King", "Martin Luther", "", "Jr.")),
        ("The ATLAS Collaboration", Person("The ATLAS Collaboration", whole=True)),
        ("OpenAI, Inc.", Person("OpenAI, Inc.", whole=True)),
        ("OpenAI", Person("OpenAI", whole=True)),
        ("王小明", Person("王小明", whole=True)),
        ("Thi Van Anh", Person("Anh", "Thi Van")),
        ("bell hooks", Person("hooks", "bell")),
        ("  ", Person("", whole=True)),
        (" ,, ", Person(",,", whole=True)),
    ],
)
def test_a_name_has_its_parts(name: str, expected: Person):
    assert person(name) == expected


@pytest.mark.parametrize(
    ("given", "initials"),
    [("Jean-Pierre", ("J.-P.",)), ("J.R.R.", ("J.", "R.", "R.")), ("JA", ("J.", "A.")), ("", ())],
)
def test_given_names_have_initials(given: str, initials: tuple[str, ...]):
    assert Person("X", given).initials == initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jacob Devlin", "Devlin"),
        ("Devlin, Jacob", "Devlin"),
        ("Laurens van der Maaten", "van der Maaten"),
        ("Martin L. King Jr.", "King"),
        ("Plato", "Plato"),
        ("王小明", "王小明"),
        ("", ""),
    ],
)
def test_the_family_name_is_found(name: str, expected: str):
    assert family(name) == expected


@pytest.mark.parametrize(
    ("authors", "year", "expected"),
    [
        (("Ada Ames",), 2001, "Ames 2001"),
        (("Ada Ames", "Bo Berg"), 2001, "Ames and Berg 2001"),
        (("Ada Ames", "Bo Berg", "Cy Cho"), 2001, "Ames et al. 2001"),
        ((), 2001, "2001"),
        (("Ada Ames",), None, "Ames"),
        ((), None, ""),
    ],
)
def test_a_byline_has_what_is_known(authors: tuple[str, ...], year: int | None, expected: str):
    assert byline(authors, year) == expected
