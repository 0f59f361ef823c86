"""Finance: which payment alerts should an analyst see first, and why? Also headlines and credit risk, by path."""

from kit.verticals.finance.opening import FinanceCase, case

__all__ = ["FinanceCase", "case"]
