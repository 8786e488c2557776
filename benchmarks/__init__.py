"""Side-by-side measurements; each module is one, run by `python -m`, and ends with 1 where a promise is missed."""
