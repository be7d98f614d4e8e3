"""Tools from OpenAPI documents, 3.0 and 3.1: one for each operation. Pure.

reading     the document and the places in it, `$ref`
schemas     its schemas as JSON Schema draft 2020-12
naming      names that functions and arguments may have
parameters  where an argument goes in a request
operations  the operations as data, with what is left out
settings    what a task says of a document
"""
