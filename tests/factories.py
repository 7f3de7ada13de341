"""Makes staff and systems for tests: every field filled, nothing special about them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import factory
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from factory.django import DjangoModelFactory

from sapporo_base import selectors, services
from sapporo_base.models import BusinessSystem, Staff, SystemCredential
from sapporo_base.rules.check_digits import individual_number_check_digit


class StaffFactory(DjangoModelFactory):
    """A member of staff who may work, with the rights and roles given."""

    class Meta:
        model = Staff
        skip_postgeneration_save = True

    staff_number = factory.Sequence(lambda n: f"T{n:05d}")
    name = "札幌 太郎"
    section = "子ども未来局子育て支援部子育て支援課"
    valid_from = date(2020, 4, 1)

    @factory.post_generation
    def rights(self: Any, create, extracted: Sequence[str], **kwargs):
        """Give rights by `app.codename`."""
        for right in extracted or ():
            app, codename = right.split(".")
            self.user_permissions.add(
                Permission.objects.get(content_type__app_label=app, codename=codename)
            )

    @factory.post_generation
    def roles(self: Any, create, extracted: Sequence[str], **kwargs):
        """Put into roles by name."""
        for role in extracted or ():
            self.groups.add(Group.objects.get(name=role))


def system(code: str) -> BusinessSystem:
    """Return a business system of the reference data."""
    return selectors.system(code)


def token_for(system: BusinessSystem, scopes: Sequence[str]) -> str:
    """Return a token of a system that carries these scopes."""
    now = timezone.now()
    credential = SystemCredential.objects.create(
        system=system,
        client_id=services.new_token()[:32],
        method=SystemCredential.Method.BASIC,
        secret_hash="unused",
        scopes=list(scopes),
        valid_from=now - timedelta(days=1),
        expires_at=now + timedelta(days=1),
        issued_by="試験",
    )
    token = services.new_token()
    services.issue_token(credential=credential, scopes=scopes, token=token, at=now)
    return token


def fictitious_individual_number(serial: int) -> str:
    """
    Return a 個人番号 of the range that the tests own: 999, serial from 90,000,000, check digit.
    """
    body = f"999{90_000_000 + serial:08d}"
    return body + individual_number_check_digit(body)
