"""The tables of large migrations, one module per domain.

A revision in `versions` names the modules it consists of. They belong to it: once released, what
they do to a database never changes.
"""
