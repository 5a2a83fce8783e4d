"""The canonical interface: one form of each business object for every other system, versioned.

=============  =====================================================================
``scalars``    amounts, dates, currencies, codes: how they are written
``objects``    the objects themselves and the registry that paths and files follow
``reading``    JSON values in, objects or faults with their JSON pointers out
``schema``     JSON Schema 2020-12 of the objects
``openapi``    the OpenAPI 3.1 description of the HTTP interface
``table``      objects as CSV, XLSX and JSON-lines files
``editing``    single values of an object, to be corrected by a person
``paging``     lists that go on from where the caller left off
``versions``   how long each version is answered
``problem``    refusals as RFC 9457 problem details
=============  =====================================================================

Nothing is written by hand twice: schemas, the description and the columns of files come from the types.
"""
