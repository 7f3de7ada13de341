"""Staff sign in with number and password, within the period in which they may work."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from sapporo_base.models import Staff


class StaffBackend(ModelBackend):
    """Lets in who is active and within their valid period; checked on every request."""

    def user_can_authenticate(self, user: Staff | AnonymousUser | None) -> bool:
        """Say whether this person may work today."""
        return isinstance(user, Staff) and user.is_valid_on(timezone.localdate())
