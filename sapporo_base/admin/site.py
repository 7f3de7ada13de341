"""The admin site of the system base: titles and home page."""

from unfold.sites import UnfoldAdminSite


class SystemBaseSite(UnfoldAdminSite):
    """札幌市システム基盤."""

    site_title = "札幌市システム基盤"
    site_header = "札幌市システム基盤"
    index_title = "業務の状況"
    enable_nav_sidebar = True
