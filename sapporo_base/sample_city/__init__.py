"""A fictitious Sapporo of any size: the files its neighbours would send, and the truth about them."""

from sapporo_base.sample_city.city import Expected, generate
from sapporo_base.sample_city.numbers import TEST_SERIALS, fictitious_individual_number

__all__ = ["TEST_SERIALS", "Expected", "fictitious_individual_number", "generate"]
