"""The look of the staff's pages, after デジタル庁デザインシステム."""

from typing import Any

# The staff's pages: one look, light only; the side bar is made from what each page says of itself.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "札幌市システム基盤",
    "SITE_HEADER": "札幌市システム基盤",
    "SITE_SYMBOL": "hub",
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "THEME": "light",
    "BORDER_RADIUS": "8px",
    "COLORS": {
        # デジタル庁デザインシステム: solid grey and blue.
        "base": {
            "50": "#f8f8fb",
            "100": "#f2f2f2",
            "200": "#d9d9d9",
            "300": "#b3b3b3",
            "400": "#767676",
            "500": "#666666",
            "600": "#4d4d4d",
            "700": "#4d4d4d",
            "800": "#333333",
            "900": "#1a1a1a",
            "950": "#000000",
        },
        "primary": {
            "50": "#e8f1fe",
            "100": "#d9e6ff",
            "200": "#c5d7fb",
            "300": "#9db7f9",
            "400": "#7096f8",
            "500": "#3460fb",
            "600": "#0017c1",
            "700": "#00118f",
            "800": "#000e74",
            "900": "#000060",
            "950": "#000039",
        },
        "font": {
            "subtle-light": "#4d4d4d",
            "default-light": "#333333",
            "important-light": "#1a1a1a",
        },
    },
    "ENVIRONMENT": "sapporo_base.admin.navigation.environment",
    "ENVIRONMENT_TITLE_PREFIX": "sapporo_base.admin.navigation.environment_prefix",
    "GLOBAL_CALLBACK": "sapporo_base.admin.navigation.frame",
    "SIDEBAR": {"navigation": "sapporo_base.admin.navigation.sidebar"},
}
