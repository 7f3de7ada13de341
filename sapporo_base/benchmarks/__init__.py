"""
An extra room, in any app: what `make bench` measures of it, one module a subject.

A module with a function `measure(size: int) -> list[Measure]` is a subject and bears its name; the
command `bench` gathers them from all apps and lists them nowhere. Each runs in a process and a
database of its own: fresh, with the reference data and the approvals of the demo, or, where the
module says `ON_A_CITY = True`, one in which a city of `size` people was received, shared by such
subjects, which leave its people as they are. Modules without `measure` are what several lean on.
"""
