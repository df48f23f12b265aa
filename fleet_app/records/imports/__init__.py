"""Spreadsheets on their way into the records: columns, checking, storing, undoing.

`service` is what people ask for, `job` what a worker does about it; in between, `cells` reads a
row's texts, `references` and `matching` find the records they mean, and `batches` stores them.
"""
