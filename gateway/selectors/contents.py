"""What a message carries, for its page: kinds and states, with the numbers of people masked."""

from dataclasses import dataclass

from gateway.models import Copy, Exchange, Inquiry, PlatformNumber

_DIGITS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Content:
    """One record of a message; `page` names the page where it is shown."""

    pk: int | str
    page: str
    masked_number: str
    information_code: str
    partner: str
    state: str


def contents_of(exchange: Exchange, *, most: int) -> list[Content]:
    """Return what a message carries or carried, the first of it."""
    ids = exchange.item_ids[:most]
    if exchange.lane in {"interactive", "batch"} and ids:
        return [
            Content(
                row.pk,
                "admin:gateway_inquiry_change",
                masked(row.integrated_number),
                row.information_code,
                row.provider_code,
                row.get_state_display(),
            )
            for row in Inquiry.objects.filter(pk__in=ids).order_by("pk")
        ]
    if exchange.lane == "copies":
        return [
            Content(
                row.pk,
                "admin:gateway_copy_change",
                masked(row.integrated_number),
                row.information_code,
                row.dataset,
                row.get_state_display(),
            )
            for row in Copy.objects.filter(pk__in=ids).order_by("pk")
        ]
    return [
        Content("", "", masked(row.pk), "", "", row.get_state_display())
        for row in PlatformNumber.objects.filter(exchange=exchange).order_by("pk")[:most]
    ]


def masked(number: str) -> str:
    """Return a number of a person with only its last digits."""
    return "*" * (len(number) - _DIGITS_SHOWN) + number[-_DIGITS_SHOWN:]


def messages_of(inquiry: Inquiry) -> list[Exchange]:
    """Return the messages by which an inquiry went: asked, looked after, fetched."""
    return list(
        Exchange.objects.filter(
            lane=inquiry.lane,
            created_at__gte=inquiry.accepted_at,
            item_ids__contains=[inquiry.pk],
        ).order_by("created_at")[:50]
    )
