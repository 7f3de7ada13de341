"""Who may call: a system whose token carries the scope."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from sapporo_base import services
from sapporo_base.acts import NotPermitted
from sapporo_base.models import BusinessSystem


class HoldsScope(BasePermission):
    """Lets a system in whose token carries the scope of the view (`業務ID:APIコール名:操作名`)."""

    def has_permission(self, request: Request, view) -> bool:
        """Say whether the token carries the scope for this method."""
        if not isinstance(request.user, BusinessSystem):
            return False
        scope = view.scope_for(request.method or "")
        if scope not in request.auth.scopes:
            services.record_refusal(
                view.act(), "api_refused", detail=f"利用範囲{scope}がありません。"
            )
            raise NotPermitted(
                f"利用範囲「{scope}」が認められていません。システム基盤の担当者に申請してください。"
            )
        return True
