"""The words of a 通知書: what was decided, why, under which article, and how to object."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from child_allowance.rules.months import Month
from sapporo_base.rules.dates import format_date, format_month

OBJECTION = (
    "教示\n"
    "1 この処分に不服があるときは、この処分があったことを知った日の翌日から起算して3か月以内に、"
    "札幌市長に対して審査請求をすることができます(3か月以内であっても、この処分の日の翌日から起算して"
    "1年を経過すると、審査請求をすることができなくなります。)。\n"
    "2 この処分については、この処分があったことを知った日の翌日から起算して6か月以内に、"
    "札幌市を被告として(訴訟において札幌市を代表する者は札幌市長となります。)、"
    "処分の取消しの訴えを提起することができます。審査請求をした場合には、"
    "その裁決があったことを知った日の翌日から起算して6か月以内に提起することができます。"
)
"""行政不服審査法第82条第1項, 行政事件訴訟法第46条第1項."""

TITLES = {
    "approved": "児童手当認定通知書",
    "refused": "児童手当認定請求却下通知書",
    "increased": "児童手当額改定通知書",
    "decreased": "児童手当額改定通知書",
    "ended": "児童手当支給事由消滅通知書",
}
SENTENCES = {
    "approved": "次のとおり受給資格と手当の額を認定しましたので通知します。",
    "refused": "次の理由により請求を却下しましたので通知します。",
    "increased": "次のとおり手当の額を改定しましたので通知します。",
    "decreased": "次のとおり手当の額を改定しましたので通知します。",
    "ended": "次のとおり支給事由が消滅しましたので通知します。",
}


@dataclass(frozen=True)
class LetterChild:
    """A child as the letter names it, with the yen of the first month."""

    name: str
    amount: int
    words: str


@dataclass(frozen=True)
class LetterFacts:
    """Everything a letter says; `start` and `until` are the months [start, until)."""

    outcome: str
    letter_number: str
    dated_on: date
    addressee_name: str
    claimed_on: date
    claim_words: str
    reason: str
    article: str
    approval_number: str = ""
    start: Month | None = None
    until: Month | None = None
    children: Sequence[LetterChild] = ()


def letter_title(outcome: str) -> str:
    """Return the title of the letter of a decision."""
    return TITLES[outcome]


def letter_body(facts: LetterFacts) -> str:
    """Return the whole text of a letter, as it will be printed now and whenever it is re-issued."""
    lines = [
        facts.letter_number,
        format_date(facts.dated_on, weekday=False),
        "",
        f"{facts.addressee_name} 様",
        "",
        "札幌市長",
        "",
        letter_title(facts.outcome),
        "",
        f"{format_date(facts.claimed_on, weekday=False)}付けの{facts.claim_words}について、"
        f"{SENTENCES[facts.outcome]}",
        "",
    ]
    if facts.approval_number:
        lines.append(f"認定番号 {facts.approval_number}")
    if facts.start:
        word = "支給開始年月" if facts.outcome == "approved" else "改定年月"
        lines.append(f"{word} {format_month(facts.start.first_day)}")
    if facts.until:
        lines.append(f"支給終了年月 {format_month(facts.until.plus(-1).first_day)}")
    if facts.children:
        lines += ["", "対象となる子と月額"]
        lines += [f"・{child.name}: {child.words}" for child in facts.children]
        lines.append(f"月額の合計 {sum(child.amount for child in facts.children):,}円")
    lines += ["", f"理由 {facts.reason}", f"根拠 {facts.article}", "", OBJECTION]
    return "\n".join(lines)
