"""Staff sign in with number and password, within the period in which they may work."""

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from sapporo_base.models import Staff


class StaffBackend(ModelBackend):
    """Lets in who is active and within their valid period; checked on every request."""

    def user_can_authenticate(self, user: Staff | None) -> bool:
        """Say whether this person may work today."""
        return user is not None and user.is_valid_on(timezone.localdate())
