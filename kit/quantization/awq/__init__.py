"""AWQ: columns that meet great inputs are made greater before they are rounded, and what feeds them smaller."""

__all__: list[str] = []
