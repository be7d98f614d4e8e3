def _serialize(self, value, attr, obj, **kwargs) -> float | None:
    if value is None:
        return None
    unit = dt.timedelta(**{self.precision: 1})
    return float(int(value.total_seconds() / unit.total_seconds()))
