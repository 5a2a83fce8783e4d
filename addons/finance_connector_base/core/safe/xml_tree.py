"""A finished element of XML as what reads it sees it.

Compiled (``xml_tree.pyx``), it is a copy without lxml's objects for each element: making and asking those takes
longer than parsing. Here it is the element itself; both know ``tag``, ``text``, ``get`` and their children.
"""


def light(element):
    """``element`` with all below it, to be read once; the element itself may be freed afterwards."""
    return element


def leading(element, names):
    """(children of ``element`` before the first one called as in ``names``, that one itself or None)."""
    children = []
    for child in element:
        if child.tag.rpartition("}")[2] in names:
            return children, child
        children.append(child)
    return children, None
