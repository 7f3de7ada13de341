"""One search box for people: every app that keeps a register answers, by name (`settings.PEOPLE_SEARCHES`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.module_loading import import_string

from sapporo_base.logs import bears_individual_number

if TYPE_CHECKING:
    from unfold.sites import UnfoldAdminSite

_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Found:
    """
    One person as a register knows them, already cut to what this person may see.

    `name` and `residential_address` are 非公開 under 支援措置 where the reader lacks the right.
    """

    name: str
    name_kana: str
    born: str
    residential_address: str
    number: str
    url: str
    states: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """
    What one register found: its name, the people, and whether there were more.

    `note` says, where nobody was found, what this register can't be searched by.
    """

    title: str
    people: Sequence[Found]
    has_more: bool = False
    note: str = ""


class WaysToPerson(Protocol):
    """What `settings.PERSON_WAYS` names: where an app shows a resident, cut to the person's rights."""

    def __call__(self, request: HttpRequest, resident_number: str) -> list[tuple[str, str]]:
        """Return words and address of each page, none where there is none or no right to it."""
        ...


def ways_to(request: HttpRequest, resident_number: str) -> list[tuple[str, str]]:
    """Return the pages of all subsystems about a resident that this person may open."""
    makers: list[WaysToPerson] = [import_string(name) for name in settings.PERSON_WAYS]
    return [way for make in makers for way in make(request, resident_number)]


class PeopleSearch(Protocol):
    """What `settings.PEOPLE_SEARCHES` names: a recorded search, narrowed to the person's rights."""

    def __call__(self, request: HttpRequest, term: str) -> Register | None:
        """Return what was found, or None where this person may not search the register."""
        ...


def search_view(site: "UnfoldAdminSite", request: HttpRequest) -> HttpResponse:
    """Search by name, kana, birth or number. The term is sent by POST: it stays out of every address."""
    term = request.POST.get("term", "").strip()
    problem, registers = "", []
    if request.method == "POST":
        if bears_individual_number(term):
            problem = (
                "個人番号では検索できません。氏名・カナ・生年月日・宛名番号で検索してください。"
            )
            term = ""
        elif len(term) < _SHORTEST:
            problem = "2文字以上入力してください。"
        else:
            searches: list[PeopleSearch] = [
                import_string(name) for name in settings.PEOPLE_SEARCHES
            ]
            registers = [found for one in searches if (found := one(request, term)) is not None]
    context = {
        **site.each_context(request),
        "title": "人を探す",
        "term": term,
        "problem": problem,
        "registers": registers,
        "searched": request.method == "POST" and not problem,
    }
    response = TemplateResponse(request, "sapporo_base/people.html", context)
    response["Cache-Control"] = "no-store, private"
    return response
